import type { Assessment, CampaignState, CountedRefit, ErrorStatistics, ForceFieldSummary } from './state.js';

/** ε_B of no step yet. */
export const NO_STATISTICS: ErrorStatistics = { samples: 0, sum: 0, sumOfSquares: 0, steps: 0 };

/**
 * Is the force field good enough? (METHOD, "Convergence".) β^{-1/2} is the model's misfit on its training set, ε_B what
 * more data could still remove: converged when μ ≤ 0.25 β^{-1/2}, or μ ≤ 0.35 β^{-1/2} with β^{-1/2} levelled off, on a
 * training set of at least 15 structures from MD and nothing else. μ and σ are those of the rms ε_B since the last refit,
 * the largest of the walkers.
 */
export function assess(state: CampaignState, forceField: ForceFieldSummary): Assessment {
  const c = state.rules.convergence;
  const counted = state.countedRefits.at(-1);
  const spread = levelling(state.countedRefits, state.training.md, c.overStructures);
  const statistics = state.walkers.every(
    (w) => w.sinceRefit.steps >= c.stepsSinceRefit && w.sinceRefit.samples > 0,
  )
    ? largest(state.walkers.map((w) => w.sinceRefit))
    : null;
  const ratio = statistics && statistics.mean / forceField.fittingError;
  const missing: string[] = [];
  if (state.walkers.some((w) => w.step < c.minSteps)) missing.push('the minimum MD time');
  if (counted === undefined) missing.push(`${c.minStructures} structures from MD alone in the training set`);
  if (ratio === null) missing.push('enough MD since the last refit');
  else if (ratio > c.levelledRatio) missing.push(`μ at most ${c.levelledRatio} of the fitting error`);
  else if (ratio > c.ratio && (spread === null || spread >= c.tolerance)) {
    missing.push(`μ at most ${c.ratio} of the fitting error, or a fitting error that has levelled off`);
  }
  const { fittingError } = forceField;
  return {
    converged: missing.length === 0,
    fittingError,
    mean: statistics?.mean ?? null,
    deviation: statistics?.deviation ?? null,
    ratio,
    spread,
    expectedRmse:
      statistics === null
        ? null
        : Math.sqrt(
            fittingError * fittingError +
              statistics.mean * statistics.mean +
              statistics.deviation * statistics.deviation,
          ),
    missing,
  };
}

/** Counted refits with this one, without those that no longer bear on levelling. */
export function countRefit(
  refits: readonly CountedRefit[],
  refit: CountedRefit,
  over: number,
): readonly CountedRefit[] {
  const all = [...refits, refit];
  const first = firstOfSpan(all, refit.structures, over);
  return first < 0 ? all : all.slice(first);
}

/** (max − min)/last of β^{-1/2} over the counted refits that span the last `over` structures; null when they do not yet. */
export function levelling(refits: readonly CountedRefit[], structures: number, over: number): number | null {
  const first = firstOfSpan(refits, structures, over);
  const span = refits.slice(first).map((r) => r.fittingError);
  if (first < 0 || span.length < 2) return null;
  return (Math.max(...span) - Math.min(...span)) / span[span.length - 1];
}

/** The latest refit that lies `over` structures back; -1 when none lies so far back. */
function firstOfSpan(refits: readonly CountedRefit[], structures: number, over: number): number {
  return refits.findLastIndex((r) => r.structures <= structures - over);
}

function largest(walkers: readonly ErrorStatistics[]): { mean: number; deviation: number } {
  const each = walkers.map((s) => {
    const mean = s.sum / s.samples;
    return { mean, deviation: Math.sqrt(Math.max(0, s.sumOfSquares / s.samples - mean * mean)) };
  });
  return each.reduce((a, b) => (b.mean > a.mean ? b : a));
}
