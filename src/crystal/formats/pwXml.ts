import { SaxesParser } from 'saxes';
import { BOHR, HARTREE } from '../../units.js';
import type { Structure } from '../assignment.js';

/** One self-consistent calculation as pw.x writes it, in eV and Å; numbers that are missing are NaN or absent. */
export interface PwRecord {
  readonly converged: boolean;
  /** Electronic steps. */
  readonly steps: number;
  /** Estimated error of the energy at the end, Ry. */
  readonly scfError: number;
  /** Internal energy minus TS, of which the forces are the derivatives, eV. */
  readonly energy: number;
  /** [3·atoms] eV/Å */
  readonly forces: Float64Array;
  readonly structure: Structure;
}

/** A `data-file-schema.xml` (QEXSD, Hartree atomic units). */
export interface PwXml {
  /** E.g. `PWSCF 6.7MaX`. */
  readonly program: string;
  /** What was asked for, by paths below `<input>`, e.g. `basis/ecutwfc`; attributes as `path@name`. */
  readonly input: ReadonlyMap<string, string>;
  /** `<output>`. After molecular dynamics or a relaxation its atoms have been moved on: its forces are those of the last step's atoms. */
  readonly final: PwRecord;
  /** Ionic steps; none of a single calculation. */
  readonly ionic: readonly PwRecord[];
  readonly kpoints: number;
}

/** Whether a file is pw.x's XML, by its beginning. */
export function isPwXml(text: string): boolean {
  return /<(qes:)?espresso[\s>]/.test(text.slice(0, 1000));
}

/** Open while an `<output>` or a `<step>` is read. */
interface Draft {
  readonly texts: Map<string, string>;
  readonly species: string[];
  readonly positions: number[];
}

const WANTED =
  /^(forces|total_energy\/etot|atomic_structure\/cell\/a[123]|(convergence_info\/)?scf_conv\/\w+)$/;
const ATOM = 'atomic_structure/atomic_positions/atom';

/**
 * Reads all that labels need of pw.x's XML. Throws `Error` for what is not well-formed or has neither `<output>` nor `<step>`;
 * knows no entities but XML's own and opens no other file.
 */
export function readPwXml(text: string): PwXml {
  const path: string[] = [];
  const input = new Map<string, string>();
  const drafts: Draft[] = [];
  let final = draft();
  let [program, current, kpoints] = ['', '', Number.NaN];
  const open = (): Draft => (path[1] === 'step' ? drafts[drafts.length - 1] : final);
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw new Error(`not XML: ${error.message}`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    path.push(name);
    current = '';
    const below = path.slice(2).join('/');
    if (path[1] === 'step' && path.length === 2) drafts.push(draft());
    if (path[1] === 'output' && path.length === 2) final = draft();
    if (path[1] === 'general_info' && below === 'creator')
      program = `${attributes.NAME} ${attributes.VERSION}`;
    if (isRecord(path) && below === ATOM) open().species.push(attributes.name);
    if (path[1] === 'input')
      for (const [key, value] of Object.entries(attributes)) input.set(`${below}@${key}`, value);
  });
  parser.on('text', (value) => {
    current += value;
  });
  parser.on('closetag', ({ name }) => {
    const below = path.slice(2).join('/');
    if (isRecord(path) && below === ATOM) open().positions.push(...numbers(current));
    else if (isRecord(path) && WANTED.test(below)) open().texts.set(below, current);
    else if (path[1] === 'output' && below === 'band_structure/nks') kpoints = Number(current);
    else if (path[1] === 'input' && current.trim() !== '') {
      // Species stand one after the other: the file of each under its name.
      const of = name === 'pseudo_file' ? `pseudo_file/${input.get('atomic_species/species@name')}` : below;
      input.set(of, current.trim());
    }
    path.pop();
    current = '';
  });
  parser.write(text).close();
  if (final.texts.size === 0 && drafts.length === 0) throw new Error('no <output>');
  return {
    program,
    input,
    final: recordOf(final, 2),
    ionic: drafts.map((step) => recordOf(step, 1)),
    kpoints,
  };
}

function draft(): Draft {
  return { texts: new Map(), species: [], positions: [] };
}

function isRecord(path: readonly string[]): boolean {
  return path[1] === 'step' || path[1] === 'output';
}

/** @param rydberg of `scf_error`: pw.x (6.7) writes Hartree in `<output>` and Ry in the steps, whatever the file's head says */
function recordOf({ texts, species, positions }: Draft, rydberg: number): PwRecord {
  const scf = (name: string): string =>
    (texts.get(`convergence_info/scf_conv/${name}`) ?? texts.get(`scf_conv/${name}`) ?? '').trim();
  const number = (value: string | undefined): number => (value?.trim() ? Number(value) : Number.NaN);
  const cell = ['a1', 'a2', 'a3'].flatMap((a) => numbers(texts.get(`atomic_structure/cell/${a}`) ?? ''));
  return {
    converged: scf('convergence_achieved') === 'true',
    steps: number(scf('n_scf_steps')),
    scfError: rydberg * number(scf('scf_error')),
    energy: HARTREE * number(texts.get('total_energy/etot')),
    forces: scaled(numbers(texts.get('forces') ?? ''), HARTREE / BOHR),
    structure: { lattice: scaled(cell, BOHR), species, positions: scaled(positions, BOHR) },
  };
}

function scaled(values: readonly number[], unit: number): Float64Array {
  return Float64Array.from(values, (x) => x * unit);
}

function numbers(text: string): number[] {
  return text.trim() === '' ? [] : text.trim().split(/\s+/).map(Number);
}
