import { join } from 'node:path';
import { displacedPositions } from '../../crystal/displaced.js';
import { formatExtxyz } from '../../crystal/formats/extxyz.js';
import { encodeTrajectoryChunk, encodeTrajectoryHeader } from '../../md/trajectoryFormat.js';
import { vibrationalDensity } from '../../md/velocityCorrelation.js';
import { TO_MEV } from '../../units.js';
import { createGrowingFile, type GrowingFile } from './growingFile.js';
import type { MdOptions } from './options.js';
import type { PreparedProduction } from './prepare.js';
import type { ProductionRow } from './runner.js';
import type { ProductionStatistics } from './statistics.js';

/** What a production run leaves in its folder. */
export const PRODUCTION_FILES = {
  trajectory: 'trajectory.xyz',
  binary: 'trajectory.bin',
  trace: 'trace.csv',
  summary: 'summary.json',
  density: 'vdos.csv',
  correlation: 'vacf.csv',
  distribution: 'error-distribution.csv',
  checkpoint: 'checkpoint.bin',
} as const;

const COLUMNS = [
  'step',
  'time_fs',
  'temperature_K',
  'potential_energy_eV',
  'kinetic_energy_eV',
  'total_energy_eV',
];
const ERROR_COLUMNS = ['bayesian_error_meV_per_A', 'largest_atom_error_meV_per_A', 'worst_atom'];

/** Lengths of the growing files, in bytes; −1: not written. */
export interface FileLengths {
  readonly trace: number;
  readonly trajectory: number;
  readonly binary: number;
}

/** The growing files of a run: whole rows and whole frames only, whatever happens. */
export interface ProductionFiles {
  /** A row of the trace. */
  row(row: ProductionRow): void;
  /** A frame of the trajectory. */
  frame(row: ProductionRow): void;
  lengths(): FileLengths;
  close(): void;
}

export function createProductionFiles(
  folder: string,
  run: PreparedProduction,
  format: MdOptions['trajectory'],
  from?: FileLengths,
): ProductionFiles {
  const open = (name: string, wanted: boolean, at?: number): GrowingFile | undefined =>
    wanted ? createGrowingFile(join(folder, name), at) : undefined;
  const trace = createGrowingFile(join(folder, PRODUCTION_FILES.trace), from?.trace);
  const text = open(PRODUCTION_FILES.trajectory, format === 'xyz' || format === 'both', from?.trajectory);
  const binary = open(PRODUCTION_FILES.binary, format === 'binary' || format === 'both', from?.binary);
  const { timestep } = run.integrator;
  if (from === undefined) {
    trace.append(`${[...COLUMNS, ...(run.error === undefined ? [] : ERROR_COLUMNS)].join(',')}\n`);
    const { species, lattice, sites, masses } = run;
    binary?.append(encodeTrajectoryHeader({ species, lattice, sites, masses, timestep }));
  }
  return {
    row({ frame, error }) {
      const { step, temperature, potentialEnergy, kineticEnergy } = frame;
      const numbers = [
        step,
        step * timestep,
        temperature,
        potentialEnergy,
        kineticEnergy,
        potentialEnergy + kineticEnergy,
      ];
      if (error !== undefined) numbers.push(TO_MEV * error.rms, TO_MEV * error.largestAtom, error.worstAtom);
      trace.append(`${numbers.join(',')}\n`);
    },
    frame(row) {
      text?.append(extxyzFrame(run, row));
      binary?.append(binaryFrame(row));
    },
    lengths: () => ({
      trace: trace.length(),
      trajectory: text?.length() ?? -1,
      binary: binary?.length() ?? -1,
    }),
    close() {
      trace.close();
      text?.close();
      binary?.close();
    },
  };
}

function extxyzFrame(run: PreparedProduction, { frame, error }: ProductionRow): string {
  const { step, temperature, potentialEnergy, forces } = frame;
  const { lattice, species } = run.supercell.crystal;
  const positions = displacedPositions(run.supercell, frame.displacements);
  const info = {
    step,
    time_fs: step * run.integrator.timestep,
    temperature,
    ...(error !== undefined && { bayesian_error: error.rms }),
  };
  return formatExtxyz([{ lattice, species, positions, forces, energy: potentialEnergy, info }]);
}

/** One frame a chunk: a run that goes on anywhere writes the same bytes. */
function binaryFrame({ frame, error }: ProductionRow): Uint8Array {
  return encodeTrajectoryChunk({
    steps: Int32Array.of(frame.step),
    potentialEnergies: Float64Array.of(frame.potentialEnergy),
    temperatures: Float64Array.of(frame.temperature),
    errors: Float64Array.of(error?.rms ?? Number.NaN),
    displacements: Float32Array.from(frame.displacements),
    velocities: Float32Array.from(frame.velocities),
    forces: Float32Array.from(frame.forces),
  });
}

/** Frequencies of the density of states. */
const FREQUENCIES = 501;

/** The tables at the end of a run, by file name; empty where the run was too short for them. */
export function tables(run: PreparedProduction, statistics: ProductionStatistics): Record<string, string> {
  const { groups, every } = run.velocities;
  const all = statistics.correlation();
  const seen = statistics.save().correlationSamples[0];
  // Beyond half of what was seen too few origins are averaged over.
  const lags = Math.min(all[0]?.length ?? 0, Math.ceil(seen / 2));
  const correlation = all.map((c) => c.subarray(0, lags));
  const interval = (every * run.integrator.timestep) / 1e3;
  const total = (columns: readonly Float64Array[], i: number) => columns.reduce((sum, c) => sum + c[i], 0);
  const files: Record<string, string> = {};
  if (lags > 1) {
    const zero = total(correlation, 0);
    const rows = Array.from({ length: lags }, (_, lag) => [
      lag * interval,
      total(correlation, lag) / zero,
      ...correlation.map((c) => c[lag] / zero),
    ]);
    files[PRODUCTION_FILES.correlation] = csv(['time_ps', 'total', ...groups], rows);
    const highest = 1.5 * run.highestFrequency;
    const { frequencies, density } = vibrationalDensity(correlation, interval, highest, FREQUENCIES);
    const spectrum = [...frequencies].map((frequency, k) => [
      frequency,
      total(density, k),
      ...density.map((d) => d[k]),
    ]);
    const columns = ['frequency_THz', 'total_per_THz', ...groups.map((name) => `${name}_per_THz`)];
    files[PRODUCTION_FILES.density] = csv(columns, spectrum);
  }
  const bins = statistics.errorBins();
  if (bins.length > 0) {
    files[PRODUCTION_FILES.distribution] = csv(
      ['from_meV_per_A', 'to_meV_per_A', 'share'],
      bins.map(({ from, to, share }) => [TO_MEV * from, TO_MEV * to, share]),
    );
  }
  return files;
}

function csv(columns: readonly string[], rows: readonly (readonly number[])[]): string {
  const lines = rows.map((row) => row.map((x) => Number(x.toPrecision(10))).join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}
