import { SaxesParser } from 'saxes';
import { BOHR, HARTREE } from '../../../units.js';
import type { ReferenceStructure } from '../../types.js';

/** What pw.x says in its XML, in eV and Å; numbers that are missing are NaN or absent. */
export interface PwOutput {
  /** E.g. `PWSCF 6.7MaX`. */
  readonly program: string;
  readonly converged: boolean;
  readonly steps: number;
  /** Estimated error of the energy at the end, Ry. */
  readonly scfError: number;
  /** Internal energy minus TS, of which the forces are the derivatives, eV. */
  readonly energy: number;
  /** [3·atoms] eV/Å */
  readonly forces: Float64Array;
  /** Atoms and cell as pw.x had them. */
  readonly structure: ReferenceStructure;
  readonly kpoints: number;
}

const BASE = 'output';
const FORCES = `${BASE}/forces`;
const ATOM = `${BASE}/atomic_structure/atomic_positions/atom`;
const CELL = ['a1', 'a2', 'a3'].map((a) => `${BASE}/atomic_structure/cell/${a}`);
const WANTED = new Set([
  FORCES,
  ATOM,
  ...CELL,
  `${BASE}/convergence_info/scf_conv/convergence_achieved`,
  `${BASE}/convergence_info/scf_conv/n_scf_steps`,
  `${BASE}/convergence_info/scf_conv/scf_error`,
  `${BASE}/total_energy/etot`,
  `${BASE}/band_structure/nks`,
]);

/**
 * Reads `data-file-schema.xml` (QEXSD, Hartree atomic units). Throws `Error` for what is not well-formed or has no
 * `<output>`; knows no entities but XML's own and opens no other file.
 */
export function readPwOutput(text: string): PwOutput {
  const path: string[] = [];
  const texts = new Map<string, string>();
  const species: string[] = [];
  const positions: number[] = [];
  let program = '';
  let current = '';
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw new Error(`not XML: ${error.message}`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    path.push(name);
    current = '';
    const here = path.slice(1).join('/');
    if (here === 'general_info/creator') program = `${attributes.NAME} ${attributes.VERSION}`;
    if (here === ATOM) species.push(attributes.name);
  });
  parser.on('text', (value) => {
    current += value;
  });
  parser.on('closetag', () => {
    const here = path.slice(1).join('/');
    path.pop();
    if (here === ATOM) positions.push(...numbers(current));
    else if (WANTED.has(here)) texts.set(here, current);
    current = '';
  });
  parser.write(text).close();
  if (texts.size === 0) throw new Error('no <output>');

  const scf = (name: string): string => (texts.get(`${BASE}/convergence_info/scf_conv/${name}`) ?? '').trim();
  const scaled = (values: readonly number[], unit: number) => Float64Array.from(values, (x) => x * unit);
  const number = (value: string | undefined): number => (value?.trim() ? Number(value) : Number.NaN);
  return {
    program,
    converged: scf('convergence_achieved') === 'true',
    steps: number(scf('n_scf_steps')),
    scfError: 2 * number(scf('scf_error')),
    energy: HARTREE * number(texts.get(`${BASE}/total_energy/etot`)),
    forces: scaled(numbers(texts.get(FORCES) ?? ''), HARTREE / BOHR),
    structure: {
      lattice: scaled(
        CELL.flatMap((a) => numbers(texts.get(a) ?? '')),
        BOHR,
      ),
      species,
      positions: scaled(positions, BOHR),
    },
    kpoints: number(texts.get(`${BASE}/band_structure/nks`)),
  };
}

function numbers(text: string): number[] {
  return text.trim() === '' ? [] : text.trim().split(/\s+/).map(Number);
}

/** Ry/bohr to eV/Å. */
const FORCE = HARTREE / 2 / BOHR;

/** What only the text output says. */
export interface PwLog {
  readonly done: boolean;
  /** MD5 of each pseudopotential that was read, in the order of the species. */
  readonly pseudopotentials: readonly string[];
  /** Root mean square over the components of what self-consistency still lacks in the forces, eV/Å; 0 where it says nothing. */
  readonly forceCorrection: number;
}

export function readPwLog(text: string, atoms: number): PwLog {
  const correction = /Total SCF correction\s*=\s*([\d.]+)/.exec(text);
  return {
    done: /^\s*JOB DONE\.\s*$/m.test(text),
    pseudopotentials: [...text.matchAll(/^\s*MD5 check sum:\s*([0-9a-f]{32})\s*$/gm)].map((m) => m[1]),
    forceCorrection: correction ? (FORCE * Number(correction[1])) / Math.sqrt(3 * atoms) : 0,
  };
}

/** log10 of the estimated accuracy per step over the last self-consistent cycle, least squares; 0 for fewer than three steps. */
export function convergenceSlope(text: string): number {
  const found = [...text.matchAll(/estimated scf accuracy\s*<\s*([\d.E+-]+) Ry/gi)].map((m) => Number(m[1]));
  const y = found.filter((x) => x > 0).map((x) => Math.log10(x));
  const n = y.length;
  if (n < 3) return 0;
  const middle = (n - 1) / 2;
  const sum = y.reduce((s, v, i) => s + (i - middle) * v, 0);
  return sum / ((n * (n * n - 1)) / 12);
}
