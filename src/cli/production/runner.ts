import { setImmediate } from 'node:timers/promises';
import type { ErrorSummary } from '../../exploration/model.js';
import type { Integrator } from '../../md/integrator.js';
import { runTrajectory, type TrajectoryFrame } from '../../md/run.js';
import type { TemperatureProgram } from '../../md/temperature.js';
import type { ForceFunction, MdState } from '../../md/types.js';
import type { ProductionStatistics, ProductionSummary } from './statistics.js';

/** A production trajectory in a trained force field, the acquisition criterion off. */
export interface Production {
  readonly state: MdState;
  readonly integrator: Integrator;
  readonly force: ForceFunction;
  /** F⁽²⁾, for σ_A. */
  readonly harmonic: ForceFunction;
  /** ε_B; undefined for a force field without a posterior. */
  readonly error?: (u: Float64Array) => ErrorSummary;
  /** [atoms] amu */
  readonly masses: Float64Array;
  /** [atoms] from AtomIndex to SiteIndex. */
  readonly siteOf: Int32Array;
  /** [atoms] chemical symbols. */
  readonly species: readonly string[];
  /** [9] rows are the lattice vectors, Å. */
  readonly lattice: Float64Array;
  /** [3·atoms] Cartesian positions of the ideal sites, Å. */
  readonly sites: Float64Array;
  /** Å */
  readonly nearestNeighbour: number;
  /** K; undefined for NVE. */
  readonly temperature?: TemperatureProgram;
  /** MD steps for which the guard remembers a higher target. */
  readonly memory: number;
  readonly untilStep: number;
  /** MD steps between two rows of the trace, each with its ε_B. */
  readonly every: number;
  /** MD steps between two frames of the trajectory; a multiple of `every`. */
  readonly frameEvery: number;
  /** How the velocity autocorrelation is sampled. */
  readonly velocities: {
    /** MD steps between two samples; a divisor of `every`. */
    readonly every: number;
    readonly lags: number;
    /** Samples between two origins. */
    readonly originEvery: number;
    /** [atoms] which species. */
    readonly groupOf: Int32Array;
    readonly groups: readonly string[];
  };
  /** Of Langevin dynamics, 1/fs; 0 with any other thermostat. */
  readonly friction: number;
  /** THz */
  readonly highestFrequency: number;
}

/** One row of the trace. */
export interface ProductionRow {
  readonly frame: TrajectoryFrame;
  readonly error: ErrorSummary | undefined;
}

export interface ProductionHooks {
  onRow(row: ProductionRow): void;
  /** A frame of the trajectory, at multiples of `frameEvery`, and the one at which it was wrecked where its numbers are finite. */
  onFrame(row: ProductionRow): void;
  /** Called now and then, between two samples: what was seen so far is in the statistics and in the files. */
  onPause?(): void;
  /** Asked now and then; true ends the run. */
  shouldStop(): boolean;
}

/** How long the event loop may wait, ms: Ctrl-C is heard in between. */
const SLICE = 50;

/** Runs it to its end, a wreck, or until it is asked to stop. */
export async function runProduction(
  run: Production,
  statistics: ProductionStatistics,
  hooks: ProductionHooks,
): Promise<ProductionSummary> {
  const trajectory = runTrajectory(run.state, run.integrator, run.force, {
    ...run,
    every: run.velocities.every,
  });
  let lastBreath = performance.now();
  for (;;) {
    const next = trajectory.next();
    if (next.done === true) {
      const end = next.value;
      if (end?.frame !== undefined)
        hooks.onFrame({ frame: end.frame, error: run.error?.(end.frame.displacements) });
      return statistics.summary(end === undefined ? 'finished' : 'wrecked', end);
    }
    const frame = next.value;
    statistics.sample(frame.velocities);
    if (frame.step % run.every === 0) {
      const row: ProductionRow = { frame, error: run.error?.(frame.displacements) };
      statistics.add(row);
      hooks.onRow(row);
      if (frame.step % run.frameEvery === 0) hooks.onFrame(row);
    }
    if (performance.now() - lastBreath > SLICE) {
      await setImmediate();
      lastBreath = performance.now();
      hooks.onPause?.();
      if (hooks.shouldStop()) return statistics.summary('stopped', undefined);
    }
  }
}
