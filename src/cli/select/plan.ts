import { estimateClusterSpace } from '../../expansion/estimate.js';
import type { Expansion } from '../../expansion/types.js';
import {
  leaveOutBytes,
  leaveOutSeconds,
  regressionBytes,
  SEARCH_SOLUTIONS,
  solutionSeconds,
  sumsSeconds,
} from '../../regression/cost.js';
import { leaveOutCount, leaveOutSample } from '../../regression/sample.js';
import type { PriorName } from '../../regression/types.js';
import { approximately, leavingOutLine, mebibytes, PROGRAM_BYTES } from '../estimates.js';
import type { SelectionData } from './evaluate.js';

/** What a comparison will do. */
export interface SelectionPlan {
  /** Indices of the training structures to be left out: the same for every candidate. */
  readonly leftOut: readonly number[];
  /** What it will take, lines for a person. */
  readonly lines: readonly string[];
}

/** Plans and estimates a comparison before it starts. `leaveOut`: how many structures; absent: all, or what the largest expansion affords. */
export function planSelection(
  data: SelectionData,
  expansions: readonly Expansion[],
  priors: readonly PriorName[],
  seed: number,
  leaveOut?: number,
): SelectionPlan {
  const { supercell, train, test } = data;
  const m = 3 * supercell.siteOf.length;
  const estimates = expansions.map((e) => estimateClusterSpace(supercell.primitive, e.cutoffs, e.options));
  const sizes = estimates.map((e) => e.parameters);
  const largest = Math.max(...sizes);
  const count = Math.min(train.length, leaveOut ?? leaveOutCount(train.length, m, largest));
  const total = (of: (p: number, k: number) => number) => sizes.reduce((sum, p, k) => sum + of(p, k), 0);
  const leavingOut = (n: number) => priors.length * n * total((p) => leaveOutSeconds(m, p));
  const fits = total(
    (p, k) =>
      estimates[k].seconds +
      (train.length + priors.length * test.length) * sumsSeconds(m, p) +
      priors.length * SEARCH_SOLUTIONS * solutionSeconds(p),
  );
  const bytes = Math.max(
    ...sizes.map((p, k) => Math.max(estimates[k].memoryBytes, regressionBytes(m, p) + leaveOutBytes(m, p))),
  );
  const of = expansions.length === 1 ? '1 expansion' : `${expansions.length} expansions`;
  const with_ = priors.length === 1 ? '' : `, each with ${priors.length} priors`;
  return {
    leftOut: leaveOutSample(train.length, count, seed),
    lines: [
      `estimate: ${of} of up to about ${largest} parameters${with_}: fits ${approximately(fits)}, leaving out ${count} of ${train.length} structures ${approximately(leavingOut(count))}, memory ${mebibytes(bytes + PROGRAM_BYTES)}`,
      ...(count < train.length && leaveOut === undefined
        ? [leavingOutLine(count, train.length, leavingOut(train.length), seed)]
        : []),
    ],
  };
}
