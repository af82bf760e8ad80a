import { join } from 'node:path';
import { displacedPositions } from '../../crystal/displaced.js';
import { formatExtxyz } from '../../crystal/formats/extxyz.js';
import { TO_MEV } from '../../units.js';
import { createGrowingFile } from './growingFile.js';
import type { PreparedProduction } from './prepare.js';
import type { ProductionRow } from './runner.js';

/** What a production run leaves in its folder. */
export const PRODUCTION_FILES = {
  trajectory: 'trajectory.xyz',
  trace: 'trace.csv',
  summary: 'summary.json',
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

/** The growing files of a run: whole rows and whole frames only, whatever happens. */
export interface ProductionFiles {
  /** A row of the trace. */
  row(row: ProductionRow): void;
  /** A frame of the trajectory. */
  frame(row: ProductionRow): void;
  close(): void;
}

export function createProductionFiles(folder: string, run: PreparedProduction): ProductionFiles {
  const trace = createGrowingFile(join(folder, PRODUCTION_FILES.trace));
  const trajectory = createGrowingFile(join(folder, PRODUCTION_FILES.trajectory));
  const { timestep } = run.integrator;
  trace.append(`${[...COLUMNS, ...(run.error === undefined ? [] : ERROR_COLUMNS)].join(',')}\n`);
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
    frame({ frame, error }) {
      const { step, temperature, potentialEnergy, forces } = frame;
      const { lattice, species } = run.supercell.crystal;
      const positions = displacedPositions(run.supercell, frame.displacements);
      const info = {
        step,
        time_fs: step * timestep,
        temperature,
        ...(error !== undefined && { bayesian_error: error.rms }),
      };
      trajectory.append(
        formatExtxyz([{ lattice, species, positions, forces, energy: potentialEnergy, info }]),
      );
    },
    close() {
      trace.close();
      trajectory.close();
    },
  };
}
