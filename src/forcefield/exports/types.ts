import type { OrderForceConstants } from '../../expansion/forceConstants.js';
import type { HarmonicCrystal } from '../harmonic.js';
import type { ExportSupercell } from './supercell.js';

/** What every format starts from. */
export interface ExportSource {
  readonly cell: ExportSupercell;
  readonly harmonic: HarmonicCrystal;
  /** Absent where the expansion ends at order 2. */
  readonly third?: OrderForceConstants;
  /** One line for the files' comments. */
  readonly comment: string;
}

/** A file of an export: text, or the content of an HDF5 file. */
export type ExportFile =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly datasets: readonly Dataset[] };

/** An array of an HDF5 file. */
export interface Dataset {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float64Array | Int32Array;
}

/** A format: files from force constants. */
export interface ExportFormat {
  readonly name: string;
  /** Highest order that it holds. */
  readonly highestOrder: 2 | 3;
  files(source: ExportSource): readonly ExportFile[];
}
