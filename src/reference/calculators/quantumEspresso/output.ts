import { type PwRecord, readPwXml } from '../../../crystal/formats/pwXml.js';
import { BOHR, HARTREE } from '../../../units.js';
import { fallSlope } from '../fallSlope.js';

/** What pw.x says in the XML of a single calculation. */
export interface PwOutput extends PwRecord {
  /** E.g. `PWSCF 6.7MaX`. */
  readonly program: string;
  readonly kpoints: number;
}

/** Reads `data-file-schema.xml`; throws `Error` for what is none. */
export function readPwOutput(text: string): PwOutput {
  const { program, final, kpoints } = readPwXml(text);
  return { ...final, program, kpoints };
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

/** What stdout says of a single point of a program that stays: `head` is from before the first one, `step` of this one. */
export function readPwStep(
  head: string,
  step: string,
): Pick<PwOutput, 'program' | 'converged' | 'steps' | 'scfError' | 'kpoints'> {
  const count = (pattern: RegExp, text: string): number => Number(pattern.exec(text)?.[1] ?? Number.NaN);
  const accuracies = [...step.matchAll(ACCURACY)];
  return {
    program: `PWSCF ${/Program PWSCF v\.(\S+)/.exec(head)?.[1] ?? 'of unknown version'}`,
    converged: /convergence has been achieved in/.test(step),
    steps: count(/convergence has been achieved in\s+(\d+)/, step),
    scfError: Number(accuracies.at(-1)?.[1] ?? Number.NaN),
    kpoints: count(/number of k points=\s*(\d+)/, head),
  };
}

const ACCURACY = /estimated scf accuracy\s*<\s*([\d.E+-]+) Ry/gi;

/** log10 of the estimated accuracy per step over the last self-consistent cycle, least squares; 0 for fewer than three steps. */
export function convergenceSlope(text: string): number {
  const found = [...text.matchAll(ACCURACY)].map((m) => Number(m[1]));
  return fallSlope(found.filter((x) => x > 0).map((x) => Math.log10(x)));
}
