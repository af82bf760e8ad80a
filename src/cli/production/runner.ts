import { setImmediate } from 'node:timers/promises';
import type { ErrorSummary } from '../../exploration/model.js';
import type { Integrator } from '../../md/integrator.js';
import { createMeanSquareDisplacements, moments, slope } from '../../md/observables.js';
import { runTrajectory, type TrajectoryEnd, type TrajectoryFrame } from '../../md/run.js';
import type { ForceFunction, MdState } from '../../md/types.js';
import { TO_MEV } from '../../units.js';

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
  /** Å */
  readonly nearestNeighbour: number;
  /** K; undefined for NVE. */
  readonly temperature?: number;
  readonly untilStep: number;
  /** MD steps between two rows of the trace, each with its ε_B. */
  readonly every: number;
  /** MD steps between two frames of the trajectory; a multiple of `every`. */
  readonly frameEvery: number;
}

/** One row of the trace. */
export interface ProductionRow {
  readonly frame: TrajectoryFrame;
  readonly error: ErrorSummary | undefined;
}

export interface ProductionHooks {
  onRow(row: ProductionRow): void;
  /** A frame of the trajectory, at multiples of `frameEvery`. */
  onFrame(row: ProductionRow): void;
  /** Asked now and then; true ends the run. */
  shouldStop(): boolean;
}

/** What came of it, in units for people. */
export interface ProductionSummary {
  readonly outcome: 'finished' | 'wrecked' | 'stopped';
  readonly steps: number;
  /** Where and how the guard ended it. */
  readonly wreck?: string;
  readonly meanTemperature: number;
  /** [sites] ⟨|u|²⟩, Å². */
  readonly meanSquareDisplacement: readonly number[];
  /** Slope of the total energy, meV per atom and ps: only NVE conserves it. */
  readonly drift?: number;
  /** σ_A = √(Σ(F − F⁽²⁾)²/ΣF²) (F. Knoop et al., Phys. Rev. Mater. 4, 083809). */
  readonly anharmonicity: number;
  /** ε_B over the trajectory: mean and deviation in meV/Å, skewness of z_B. */
  readonly bayesianError?: { readonly mean: number; readonly deviation: number; readonly skewness: number };
}

/** How long the event loop may wait, ms: Ctrl-C is heard in between. */
const SLICE = 50;

/** Runs it to its end, a wreck, or until it is asked to stop. */
export async function runProduction(run: Production, hooks: ProductionHooks): Promise<ProductionSummary> {
  const trajectory = runTrajectory(run.state, run.integrator, run.force, run);
  const statistics = createStatistics(run);
  let lastBreath = performance.now();
  for (;;) {
    const next = trajectory.next();
    if (next.done === true)
      return statistics.summary(next.value === undefined ? 'finished' : 'wrecked', next.value);
    const frame = next.value;
    const error = run.error?.(frame.displacements);
    const row: ProductionRow = { frame, error };
    statistics.add(row);
    hooks.onRow(row);
    if (frame.step % run.frameEvery === 0) hooks.onFrame(row);
    if (performance.now() - lastBreath > SLICE) {
      await setImmediate();
      lastBreath = performance.now();
      if (hooks.shouldStop()) return statistics.summary('stopped', undefined);
    }
  }
}

function createStatistics(run: Production) {
  const squares = createMeanSquareDisplacements(run.siteOf);
  const harmonicForces = new Float64Array(3 * run.masses.length);
  const times: number[] = [];
  const temperatures: number[] = [];
  const totals: number[] = [];
  const errors: number[] = [];
  let anharmonic = 0;
  let all = 0;
  return {
    add({ frame, error }: ProductionRow): void {
      times.push((frame.step * run.integrator.timestep) / 1e3);
      temperatures.push(frame.temperature);
      totals.push(frame.potentialEnergy + frame.kineticEnergy);
      if (error !== undefined) errors.push(error.rms);
      squares.add(frame.displacements);
      run.harmonic(frame.displacements, harmonicForces);
      for (let i = 0; i < harmonicForces.length; i++) {
        const f = frame.forces[i];
        anharmonic += (f - harmonicForces[i]) * (f - harmonicForces[i]);
        all += f * f;
      }
    },
    summary(outcome: ProductionSummary['outcome'], end: TrajectoryEnd): ProductionSummary {
      const { mean, deviation, skewness } = moments(errors);
      return {
        outcome,
        steps: run.state.step,
        wreck: end === undefined ? undefined : `at step ${end.step}: ${end.wreck.detail}`,
        meanTemperature: moments(temperatures).mean,
        meanSquareDisplacement: [...squares.perSite()],
        drift:
          run.temperature === undefined ? (TO_MEV * slope(times, totals)) / run.masses.length : undefined,
        anharmonicity: Math.sqrt(anharmonic / all),
        bayesianError:
          errors.length < 2 ? undefined : { mean: TO_MEV * mean, deviation: TO_MEV * deviation, skewness },
      };
    },
  };
}
