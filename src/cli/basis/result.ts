import type { PrimitiveCrystal } from '../../crystal/types.js';
import { buildClusterSpace } from '../../expansion/clusterSpace.js';
import type { ClusterSpaceOptions } from '../../expansion/cutoffs.js';
import type { Cutoffs, ExpansionOrder } from '../../expansion/types.js';

/** One order of a basis as `anharmony basis` shows it. */
export interface OrderSummary
  extends Pick<ExpansionOrder, 'order' | 'cutoff' | 'clusters' | 'beforeSumRules' | 'parameters'> {
  readonly orbits: number;
}

/** What `anharmony basis --json` prints. */
export interface BasisSummary {
  readonly orders: readonly OrderSummary[];
  /** Independent parameters of all orders. */
  readonly parameters: number;
  /** Wall-clock time of the build. */
  readonly seconds: number;
  /** Largest resident size of this process so far. */
  readonly peakMemoryMiB: number;
}

/** Builds the cluster space and measures it. */
export function measureBasis(
  primitive: PrimitiveCrystal,
  cutoffs: Cutoffs,
  options: ClusterSpaceOptions = {},
): BasisSummary {
  const start = performance.now();
  const space = buildClusterSpace(primitive, cutoffs, options);
  const seconds = (performance.now() - start) / 1e3;
  return {
    orders: space.orders.map(({ order, cutoff, clusters, orbits, beforeSumRules, parameters }) => ({
      order,
      cutoff,
      clusters,
      orbits: orbits.length,
      beforeSumRules,
      parameters,
    })),
    parameters: space.parameters,
    seconds: Math.round(seconds * 1e3) / 1e3,
    peakMemoryMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}
