import { parse } from 'yaml';
import { BOHR, HARTREE } from '../../../units.js';
import type { ReferenceStructure } from '../../types.js';

/** What ABINIT says of a run, in eV and Å; numbers that are missing are NaN. */
export interface AbinitOutput {
  /** Free energy with smearing, of which the forces are the derivatives, eV. */
  readonly energy: number;
  /** [3·atoms] eV/Å */
  readonly forces: Float64Array;
  /** Largest component of the mean force that ABINIT has taken off every force, eV/Å. */
  readonly meanForce: number;
  /** Atoms and cell as ABINIT had them. */
  readonly structure: ReferenceStructure;
  readonly kpoints: number;
  /** Ha */
  readonly ecut: number;
  /** ABINIT's own line that self-consistency was reached. */
  readonly reached: boolean;
  /** Residuals at the end by the tolerance that they are for. */
  readonly residuals: Readonly<Record<string, number>>;
}

/** What ABINIT says at its very end. */
export interface AbinitSummary {
  /** E.g. `ABINIT 9.6.2`. */
  readonly program: string;
  /** MD5 of each pseudopotential that was read, in the order of the types. */
  readonly pseudopotentials: readonly string[];
  readonly stoppedByUser: boolean;
}

/** The documents with this tag, without their first line; one that was cut is left out. */
export function documents(text: string, tag: string): readonly string[] {
  const pattern = new RegExp(`^--- !${tag}[ ]*\\r?\\n([\\s\\S]*?)^\\.\\.\\.`, 'gm');
  return [...text.matchAll(pattern)].map((m) => m[1]);
}

/** What a check of the input finds, before the document that only counts it. */
const CHECKS = /^ *(chk\w+): ERROR -[ ]*\r?\n((?: {2}.*\r?\n)+)/gm;

/** The errors that ABINIT gives, one a line: the check or the file of its source, and the message. */
export function errorsOf(log: string): string {
  const checks = [...log.matchAll(CHECKS)].map(([, name, message]) => `${name}: ${joined(message)}`);
  const errors = [...documents(log, 'ERROR'), ...documents(log, 'BUG')].map((text) => {
    const source = /^src_file:\s*(\S+)/m.exec(text)?.[1] ?? '';
    const message = /^message:\s*\|?\s*\n([\s\S]*)$/m.exec(text)?.[1] ?? text;
    return `${source}: ${joined(message)}`;
  });
  return [...checks, ...errors].join('\n');
}

function joined(lines: string): string {
  return lines.trim().replace(/\s*\n\s*/g, ' ');
}

/** The summary at the end of the log; undefined where ABINIT did not come so far. */
export function readSummary(log: string): AbinitSummary | undefined {
  const text = documents(log, 'FinalSummary').at(-1);
  if (text === undefined) return undefined;
  const said = parse(text) as Record<string, unknown>;
  return {
    program: `ABINIT ${said['version']}`,
    pseudopotentials: Object.values((said['pseudos'] ?? {}) as Record<string, unknown>).map(String),
    stoppedByUser: said['exit_requested_by_user'] === 'yes',
  };
}

/** Reads the main output. Throws `Error` where it has no results, or what it has is not well-formed. */
export function readAbinitOutput(text: string): AbinitOutput {
  const results = documentOf(text, 'ResultsGS');
  const terms = documentOf(text, 'EnergyTerms');
  const dataset = documentOf(text, 'DatasetInfo');
  const cell = table(results['lattice_vectors']);
  const at = table(results['xred']);
  const lattice = scaled(cell.flat(), BOHR);
  const convergence = (results['convergence'] ?? {}) as Record<string, unknown>;
  return {
    energy: HARTREE * number(terms['total_energy']),
    forces: scaled(table(results['cartesian_forces']).flat(), HARTREE / BOHR),
    meanForce: (HARTREE / BOHR) * meanForceOf(text),
    structure: { lattice, species: at.map((row) => String(row[3])), positions: positionsOf(text) },
    kpoints: number((dataset['dimensions'] as Record<string, unknown> | undefined)?.['nkpt']),
    ecut: number((dataset['cutoff_energies'] as Record<string, unknown> | undefined)?.['ecut']),
    reached: /^ At SCF step\s+\d+.*converged/m.test(text),
    residuals: {
      tolvrs: number(convergence['res2']),
      tolwfr: number(convergence['residm']),
      toldfe: Math.abs(number(convergence['deltae'])),
      toldff: number(convergence['diffor']),
    },
  };
}

function documentOf(text: string, tag: string): Record<string, unknown> {
  const found = documents(text, tag);
  if (found.length !== 1) throw new Error(`${found.length} documents ${tag} instead of one`);
  return parse(found[0]) as Record<string, unknown>;
}

function table(value: unknown): readonly (readonly unknown[])[] {
  if (!Array.isArray(value)) throw new Error('a table is missing');
  return value as readonly (readonly unknown[])[];
}

function number(value: unknown): number {
  return value === undefined || value === null || value === '' ? Number.NaN : Number(value);
}

function scaled(values: readonly unknown[], unit: number): Float64Array {
  return Float64Array.from(values, (x) => unit * number(x));
}

/** Å, as ABINIT repeats them with its own bohr; those in the document have five digits. */
function positionsOf(text: string): Float64Array {
  const block = /^ cartesian coordinates \(angstrom\) at end:\s*\n((?:\s+\d+(?:\s+\S+){3}\s*\n)+)/m.exec(
    text,
  );
  const lines = block?.[1].trimEnd().split('\n') ?? [];
  return Float64Array.from(lines.flatMap((line) => line.trim().split(/\s+/).slice(1).map(Number)));
}

/** Ha/bohr */
function meanForceOf(text: string): number {
  const found = /^ frms,max,avg=\s*\S+\s+\S+\s+(\S+)\s+(\S+)\s+(\S+)\s+h\/b/m.exec(text);
  return found === null ? Number.NaN : Math.max(...found.slice(1).map((x) => Math.abs(Number(x))));
}

/**
 * log10 of the residual of potential or density per step over the last self-consistent cycle, least squares; 0 for fewer than
 * three steps.
 */
export function convergenceSlope(text: string): number {
  const found = [...text.matchAll(/^ ETOT\s+\d+\s+\S+\s+\S+\s+\S+\s+(\S+)/gm)].map((m) => Number(m[1]));
  return slopeOfLogarithm(found.filter((x) => x > 0));
}

function slopeOfLogarithm(values: readonly number[]): number {
  const n = values.length;
  if (n < 3) return 0;
  const middle = (n - 1) / 2;
  const sum = values.reduce((s, v, i) => s + (i - middle) * Math.log10(v), 0);
  return sum / ((n * (n * n - 1)) / 12);
}
