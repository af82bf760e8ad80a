import { formatCutoffs } from '../../expansion/cutoffGrid.js';
import { formatOptions } from '../../expansion/options.js';
import { type Recommendation, rankCorrelation } from '../../regression/modelSelection.js';
import { TO_MEV } from '../../units.js';
import type { EvaluatedCandidate } from './evaluate.js';

/** The candidates as a table, the largest evidence first, with the recommendation below. */
export function describeSelection(
  candidates: readonly EvaluatedCandidate[],
  recommendation: Recommendation<EvaluatedCandidate>,
  sample: LeftOutSample,
): string {
  const ranked = byEvidence(candidates);
  const limited = ranked.some((c) => c.options !== null);
  const tested = ranked.some((c) => c.testRmse !== null);
  const header = [
    'cutoffs (Å)',
    ...(limited ? ['limits'] : []),
    'prior',
    'parameters',
    'γ',
    'ln evidence',
    'β^{-1/2}',
    'left out',
    ...(tested ? ['test'] : []),
    'MD step (ms)',
    '',
  ];
  const rows = ranked.map((c) => [
    formatCutoffs(c.cutoffs),
    ...(limited ? [formatOptions(c.options ?? {})] : []),
    c.prior,
    String(c.parameters),
    c.effectiveParameters.toFixed(1),
    c.logEvidence.toFixed(1),
    force(c.fittingError),
    force(c.leftOutRmse),
    ...(tested ? [force(c.testRmse)] : []),
    (1e3 * c.stepSeconds).toFixed(2),
    c === recommendation.best ? '← recommended' : c === recommendation.cheaper ? '← cheaper' : '',
  ]);
  const lines = [...aligned([header, ...rows], limited ? 3 : 2), '', 'force errors in meV/Å'];
  if (sample.leftOut < sample.structures) lines.push(sampleText(sample));
  const agreement = agreementText(ranked);
  if (agreement !== undefined) lines.push(agreement);
  lines.push('', `recommended: ${recommendation.best.name}`);
  for (const reason of recommendation.reasons) lines.push(`  ${reason}`);
  return lines.join('\n');
}

/** How many of the training structures were left out one by one. */
export interface LeftOutSample {
  readonly leftOut: number;
  readonly structures: number;
  readonly seed: number;
}

function sampleText({ leftOut, structures, seed }: LeftOutSample): string {
  return `left out: ${leftOut} of ${structures} structures, drawn with seed ${seed}, the same for every candidate`;
}

/** Largest evidence first. */
export function byEvidence(candidates: readonly EvaluatedCandidate[]): readonly EvaluatedCandidate[] {
  return [...candidates].sort((a, b) => b.logEvidence - a.logEvidence);
}

/** How well evidence and left-out error order the candidates as the test set does. */
export function agreementText(candidates: readonly EvaluatedCandidate[]): string | undefined {
  const judged = candidates.filter((c) => c.testRmse !== null && c.leftOutRmse !== null);
  if (judged.length < 3) return undefined;
  const test = judged.map((c) => c.testRmse!);
  const evidence = rankCorrelation(
    judged.map((c) => -c.logEvidence),
    test,
  );
  const leftOut = rankCorrelation(
    judged.map((c) => c.leftOutRmse!),
    test,
  );
  return `rank correlation with the test RMSE: ${evidence.toFixed(2)} (evidence), ${leftOut.toFixed(2)} (left out)`;
}

function force(error: number | null): string {
  return error === null ? '–' : (error * TO_MEV).toFixed(3);
}

/** Columns, the first `left` of them aligned to the left and so the last. */
function aligned(rows: readonly (readonly string[])[], left: number): string[] {
  const widths = rows[0].map((_, k) => Math.max(...rows.map((row) => [...row[k]].length)));
  const pad = (cell: string, k: number): string => {
    const space = ' '.repeat(widths[k] - [...cell].length);
    return k < left || k === widths.length - 1 ? cell + space : space + cell;
  };
  return rows.map((row) => row.map(pad).join('  ').trimEnd());
}
