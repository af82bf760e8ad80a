import type { LabelCheck } from './ledger.js';
import type { Addition } from './messages.js';

/** A label from MD against what was predicted of it before the refit that took it in. */
export interface LabelRatio {
  readonly structure: number;
  /** Found rms residual over predicted sqrt(β⁻¹ + ε_B²). */
  readonly ratio: number;
}

/** How far the force field's own word can be trusted, by the latest labels. */
export interface Confidence {
  /** Labels looked at. */
  readonly labels: number;
  /** Root mean square of found over predicted: 1 where error bars are right. One label that is far off is left aside: it may be wrong. */
  readonly ratio: number;
  /** That label's structure. */
  readonly aside: number | null;
  readonly verdict: 'over-confident' | 'calibrated' | 'too modest';
}

/** Labels that are looked at, and fewest on which a verdict rests. */
const LATEST = 10;
const FEWEST = 5;
/**
 * Ratios beyond which error bars are wrong. Structures are picked where ε_B is large and by force fields of initial data
 * alone, for which 1.2–1.3 is usual (METHOD, "Convergence"); a force field of 300 K at 900 K has 2–2.5.
 */
const OVER = 1.4;
const MODEST = 0.6;
/** A single label so many times further off than predicted is worth a look by itself. */
const SURPRISE = 3;

/** The latest ratios, with all those of a refit. Initial structures are left out: they are checked by next to nothing. */
export function latestRatios(
  before: readonly LabelRatio[],
  checks: readonly LabelCheck[],
  additions: readonly Pick<Addition, 'id' | 'group'>[],
): readonly LabelRatio[] {
  const fromMd = new Set(additions.filter((a) => a.group === 'md').map((a) => a.id));
  const ratios = checks
    .filter((check) => fromMd.has(check.structure))
    .map(({ structure, found, predicted }) => ({ structure, ratio: found / predicted }));
  return [...before, ...ratios].slice(-Math.max(LATEST, ratios.length));
}

/** null while there are too few labels to tell. */
export function confidence(ratios: readonly LabelRatio[]): Confidence | null {
  if (ratios.length < FEWEST) return null;
  const worst = ratios.reduce((a, b) => (b.ratio > a.ratio ? b : a));
  const aside = worst.ratio > SURPRISE ? worst.structure : null;
  const judged = ratios.filter((r) => r.structure !== aside);
  const ratio = Math.sqrt(judged.reduce((sum, r) => sum + r.ratio * r.ratio, 0) / judged.length);
  const verdict = ratio > OVER ? 'over-confident' : ratio < MODEST ? 'too modest' : 'calibrated';
  return { labels: judged.length, ratio, aside, verdict };
}

/** A sentence about it. */
export function confidenceText({ labels, ratio, aside, verdict }: Confidence): string {
  const without = aside === null ? '' : `, structure ${aside} left aside`;
  const found = `the last ${labels} labels from MD were ${ratio.toFixed(2)} times as far off as predicted (root mean square${without})`;
  switch (verdict) {
    case 'over-confident':
      return `the force field is over-confident: ${found}; errors are larger than ε_B and the expected RMSE say`;
    case 'too modest':
      return `the force field is too modest: ${found}`;
    case 'calibrated':
      return `error bars hold: ${found}`;
  }
}

/** Labels of a refit, those from MD (`ratios`), that are much further off than predicted, a sentence each. */
export function surprises(checks: readonly LabelCheck[], ratios: readonly LabelRatio[]): readonly string[] {
  return checks
    .filter(({ structure, found, predicted }) => {
      return found > SURPRISE * predicted && ratios.some((r) => r.structure === structure);
    })
    .map(
      ({ structure, found, predicted }) =>
        `structure ${structure}: its label is ${(found / predicted).toFixed(1)} times as far off as predicted (${meV(found)} against ${meV(predicted)} meV/Å): a wrong label, or a force field that is over-confident there`,
    );
}

function meV(error: number): string {
  return (1e3 * error).toPrecision(3);
}
