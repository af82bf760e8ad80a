import type { Supercell } from '../../crystal/types.js';
import type { ClusterSpaceOptions } from '../../expansion/cutoffs.js';
import { estimateClusterSpace } from '../../expansion/estimate.js';
import type { Cutoffs } from '../../expansion/types.js';
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

export interface PlannedModel {
  readonly supercell: Supercell;
  readonly cutoffs: Cutoffs;
  readonly options: ClusterSpaceOptions;
}

export interface PlannedFit {
  /** To fit and to test. */
  readonly structures: number;
  /** To fit. */
  readonly train: number;
  readonly folds?: number;
  readonly prior: PriorName;
}

/** What a fit will do and take: lines for a person, and which training structures are left out, by index. */
export function planFit(
  { supercell, cutoffs, options }: PlannedModel,
  { structures, train, folds = 0, prior }: PlannedFit,
  page: { readonly seed: number; readonly count?: number } | undefined,
): { readonly sample: readonly number[]; readonly lines: readonly string[] } {
  const basis = estimateClusterSpace(supercell.primitive, cutoffs, options);
  const p = basis.parameters;
  const m = 3 * supercell.siteOf.length;
  const leavesOut = page !== undefined && prior !== 'none';
  const count = leavesOut ? Math.min(train, page.count ?? leaveOutCount(train, m, p)) : 0;
  const searches = (1 + folds) * (prior === 'none' ? 1 : SEARCH_SOLUTIONS);
  const fit = (structures + folds) * sumsSeconds(m, p) + searches * solutionSeconds(p);
  const one = leaveOutSeconds(m, p);
  const memory = Math.max(basis.memoryBytes, regressionBytes(m, p) + (count > 0 ? leaveOutBytes(m, p) : 0));
  const left = count > 0 ? `, leaving out ${count} of ${train} structures ${approximately(count * one)}` : '';
  return {
    sample: page === undefined ? [] : leaveOutSample(train, count, page.seed),
    lines: [
      `estimate: about ${p} parameters; basis ${approximately(basis.seconds)}, fit ${approximately(fit)}${left}, memory ${mebibytes(memory + PROGRAM_BYTES)}`,
      ...(leavesOut && count < train && page.count === undefined
        ? [leavingOutLine(count, train, train * one, page.seed)]
        : []),
    ],
  };
}
