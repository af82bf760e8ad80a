import type { Problem } from '../errors.js';
import type { CodeSettings, Correction, CorrectionPolicy, Ladder } from './ladder.js';
import type { Launcher } from './launchers/types.js';
import type { Residents } from './resident/types.js';

/** What goes to a reference code: atoms in the supercell's own order. */
export interface ReferenceStructure {
  /** [9] rows are lattice vectors, Å */
  readonly lattice: Float64Array;
  /** [atoms] */
  readonly species: readonly string[];
  /** [3·atoms] Cartesian, Å; not wrapped. */
  readonly positions: Float64Array;
}

/** What a reference code said, before the label gate. */
export interface ReferenceResult {
  /** Total energy, eV; NaN only where a code gives none. */
  readonly energy: number;
  /** [3·atoms] eV/Å, in the order asked for. */
  readonly forces: Float64Array;
  /** False where the code says or shows that it did not converge. */
  readonly converged: boolean;
  /** Program and version as it reported itself. */
  readonly program: string;
  readonly seconds: number;
  /** Most memory that its processes took together, bytes, where it was seen. */
  readonly peakMemory?: number;
  /** Lines of output that a person should see. */
  readonly evidence?: readonly string[];
}

/** Given to a calculator for one evaluation. */
export interface ReferenceContext {
  readonly signal: AbortSignal;
  /**
   * A folder of this attempt, of this structure for a code with a ladder; empty, or as a worker has left it that died in the
   * same attempt. The caller removes it.
   */
  readonly scratch: string;
  /** Name of this attempt, the same after a restart; absent where nobody comes back for it. */
  readonly name?: string;
  /** In the order in which they were made. */
  readonly corrections?: readonly Correction[];
  /** Programs that stay between structures; where there are none, one is started for this structure alone. */
  readonly residents?: Residents;
}

/** How the failures of a code are mended. */
export interface Correctable {
  readonly ladder: Ladder;
  /** Its settings before any correction. */
  readonly settings: CodeSettings;
  readonly policy: CorrectionPolicy;
}

/** What a code reads, by name in the folder of its run. */
export type InputFiles = Readonly<Record<string, string | Uint8Array>>;

/** What an output says that it was computed with, beside the settings of a campaign. */
export interface OutputComparison {
  /** Program and version as it reported itself. */
  readonly program: string;
  /** `field` is the campaign file's, `got` the output's, `expected` the campaign's. */
  readonly differences: readonly Problem[];
  /** Settings that can change forces and that the output does not tell. */
  readonly unchecked: readonly string[];
}

/** One reference code with its settings. */
export interface Calculator {
  readonly name: string;
  /** Everything that can change forces, as plain JSON: part of a label's identity (not cores, launcher or host). */
  readonly identity: unknown;
  /** Its program stays between structures: where one is ended from outside, another takes the structure at once. */
  readonly resident?: true;
  /** Absent for a code that is only ever tried again as it is. */
  readonly correctable?: Correctable;
  /** What it needs that is on another machine: it can be checked and shown here, not run. */
  readonly missing?: readonly Problem[];
  /** The input of one evaluation, nothing being run; absent for what runs inside this program. */
  inputFiles?(structure: ReferenceStructure): InputFiles;
  /** Compares an output of this code that was made without this program; undefined for what is none. */
  compareOutput?(text: string): OutputComparison | undefined;
  /** Absent for a code that runs inside this program. */
  readonly launcher?: Launcher;
  evaluate(structure: ReferenceStructure, context: ReferenceContext): Promise<ReferenceResult>;
}

/** A potential that runs inside this program: fast, synchronous, usable for reference MD. */
export interface Potential {
  /** Fills `forces` ([3·atoms], eV/Å) for Cartesian `positions` ([3·atoms], Å; any periodic image) and returns the energy, eV. */
  evaluate(positions: Float64Array, forces: Float64Array): number;
}

/** A calculator that refuses or fails says what kind of failure it is: each has its own retry policy. */
export type FailureClass = 'input-wrong' | 'program-known' | 'program-unknown' | 'machine' | 'store' | 'bug';
