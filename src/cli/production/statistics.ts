import { createMeanSquareDisplacements } from '../../md/observables.js';
import type { TrajectoryEnd } from '../../md/run.js';
import {
  createStreamingDistribution,
  createStreamingMoments,
  createStreamingSlope,
} from '../../md/streaming.js';
import { createVelocityCorrelation } from '../../md/velocityCorrelation.js';
import { TO_MEV } from '../../units.js';
import type { Production, ProductionRow } from './runner.js';
import { type WreckSite, wreckSite } from './wreckSite.js';

/** What came of a run, in units for people. */
export interface ProductionSummary {
  readonly outcome: 'finished' | 'wrecked' | 'stopped';
  readonly steps: number;
  /** Where and how the guard ended it. */
  readonly wreck?: string;
  readonly wreckSite?: WreckSite;
  readonly meanTemperature: number;
  /** Standard deviation of the kinetic temperature, K. */
  readonly temperatureDeviation: number;
  /** Relative to the ideal supercell, eV. */
  readonly meanPotentialEnergy: number;
  /** [sites] ⟨|u|²⟩, Å². */
  readonly meanSquareDisplacement: readonly number[];
  /** Slope of the total energy, meV per atom and ps: only NVE conserves it. */
  readonly drift?: number;
  /** σ_A = √(Σ(F − F⁽²⁾)²/ΣF²) (F. Knoop et al., Phys. Rev. Mater. 4, 083809). */
  readonly anharmonicity: number;
  /** ε_B over the trajectory, meV/Å, and the skewness of z_B. */
  readonly bayesianError?: {
    readonly mean: number;
    readonly deviation: number;
    readonly skewness: number;
    readonly median: number;
    /** 99 and 99.9 % of the samples lie below. */
    readonly p99: number;
    readonly p999: number;
    readonly largest: number;
    readonly largestStep: number;
    readonly largestAtom: number;
  };
}

/** Arrays of a checkpoint. */
export type SavedStatistics = Readonly<Record<string, Float64Array>>;

/** The observables of a production run: bounded memory, and a state to go on from. */
export function createStatistics(run: Production, from?: SavedStatistics) {
  const { velocities: correlationSettings } = run;
  const squares = createMeanSquareDisplacements(run.siteOf, from?.squares);
  const temperature = createStreamingMoments(from?.temperature);
  const potential = createStreamingMoments(from?.potential);
  const energy = createStreamingSlope(from?.energy);
  const errors = createStreamingMoments(from?.errors);
  const distribution = createStreamingDistribution(from?.distribution);
  const correlation = createVelocityCorrelation(
    { masses: run.masses, ...correlationSettings },
    from && {
      samples: from.correlationSamples[0],
      origins: from.correlationOrigins,
      sums: from.correlationSums,
      counts: from.correlationCounts,
    },
  );
  const harmonicForces = new Float64Array(3 * run.masses.length);
  let [anharmonic, all] = from?.forces ?? [0, 0];
  let [largest, largestStep, largestAtom] = from?.largest ?? [0, 0, 0];

  return {
    /** Each velocity sample, whether or not it is a row. */
    sample: (velocities: Float64Array) => correlation.add(velocities),
    add({ frame, error }: ProductionRow): void {
      const { step, displacements, forces, potentialEnergy, kineticEnergy } = frame;
      temperature.add(frame.temperature);
      potential.add(potentialEnergy);
      energy.add((step * run.integrator.timestep) / 1e3, potentialEnergy + kineticEnergy);
      squares.add(displacements);
      run.harmonic(displacements, harmonicForces);
      for (let i = 0; i < harmonicForces.length; i++) {
        const f = forces[i];
        anharmonic += (f - harmonicForces[i]) * (f - harmonicForces[i]);
        all += f * f;
      }
      if (error === undefined) return;
      errors.add(error.rms);
      distribution.add(error.rms);
      if (error.rms > largest) [largest, largestStep, largestAtom] = [error.rms, step, error.worstAtom];
    },
    summary(outcome: ProductionSummary['outcome'], end: TrajectoryEnd): ProductionSummary {
      const { samples, mean, deviation, skewness } = errors.moments();
      const kelvin = temperature.moments();
      const site = end && wreckSite(run, end);
      return {
        outcome,
        steps: run.state.step,
        wreck: end === undefined ? undefined : `at step ${end.step}: ${end.wreck.detail}`,
        wreckSite: site,
        meanTemperature: kelvin.mean,
        temperatureDeviation: kelvin.deviation,
        meanPotentialEnergy: potential.moments().mean,
        meanSquareDisplacement: [...squares.perSite()],
        drift: run.temperature === undefined ? (TO_MEV * energy.slope()) / run.masses.length : undefined,
        anharmonicity: Math.sqrt(anharmonic / all),
        bayesianError:
          samples < 2
            ? undefined
            : {
                mean: TO_MEV * mean,
                deviation: TO_MEV * deviation,
                skewness,
                median: TO_MEV * distribution.quantile(0.5),
                p99: TO_MEV * distribution.quantile(0.99),
                p999: TO_MEV * distribution.quantile(0.999),
                largest: TO_MEV * largest,
                largestStep,
                largestAtom,
              },
      };
    },
    /** [groups][lags] */
    correlation: () => correlation.correlation(),
    errorBins: () => distribution.bins(),
    save(): SavedStatistics {
      const { samples, origins, sums, counts } = correlation.state();
      return {
        squares: squares.state(),
        temperature: temperature.state(),
        potential: potential.state(),
        energy: energy.state(),
        errors: errors.state(),
        distribution: distribution.state(),
        correlationSamples: Float64Array.of(samples),
        correlationOrigins: origins,
        correlationSums: sums,
        correlationCounts: counts,
        forces: Float64Array.of(anharmonic, all),
        largest: Float64Array.of(largest, largestStep, largestAtom),
      };
    },
  };
}

export type ProductionStatistics = ReturnType<typeof createStatistics>;
