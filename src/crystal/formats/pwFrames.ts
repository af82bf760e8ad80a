import { inputError, type Problem } from '../../errors.js';
import type { Structure } from '../assignment.js';
import { type PwRecord, type PwXml, readPwXml } from './pwXml.js';

/** One structure with the forces and the energy that belong to it. */
export interface PwFrame extends Structure {
  /** [3·atoms] eV/Å */
  readonly forces: Float64Array;
  /** eV */
  readonly energy: number;
  /** Its number in the file, from 1. */
  readonly step: number;
}

export interface PwFrames {
  readonly frames: readonly PwFrame[];
  /** Steps that are no labels, each with its reason. */
  readonly refused: readonly Problem[];
}

/**
 * The structures of a pw.x XML file: every ionic step, or the one of a single calculation. The `<output>` of molecular dynamics is
 * left alone: its atoms have been moved on. A step that did not converge is refused, also where pw.x only claims that it did.
 * @throws InputError naming the file for what is no such file
 */
export function parsePwXml(text: string, filename: string): PwFrames {
  const xml = readOrRefuse(text, filename);
  const records = xml.ionic.length > 0 ? xml.ionic : [xml.final];
  // Hartree in the file; `scf_error` has been made Ry.
  const threshold = 2 * Number(xml.input.get('electron_control/conv_thr') ?? Number.NaN);
  const frames: PwFrame[] = [];
  const refused: Problem[] = [];
  records.forEach((record, k) => {
    const reason = refusal(record, threshold);
    const { structure, forces, energy } = record;
    if (reason === undefined) frames.push({ ...structure, forces, energy, step: k + 1 });
    else refused.push({ field: `${filename} step ${k + 1}`, ...reason });
  });
  return { frames, refused };
}

function readOrRefuse(text: string, filename: string): PwXml {
  try {
    return readPwXml(text);
  } catch (error) {
    const hint = 'a run that was killed leaves the file of its last checkpoint, or a part of one';
    throw inputError({
      field: filename,
      message: `not a whole XML file of pw.x: ${(error as Error).message}`,
      hint,
    });
  }
}

/** Why a calculation is no label; undefined for a good one. */
function refusal(record: PwRecord, threshold: number): Omit<Problem, 'field'> | undefined {
  const { structure, forces, energy, converged, scfError } = record;
  const components = 3 * structure.species.length;
  if (!converged) {
    return {
      message: 'its electrons did not converge',
      got: `${record.steps} electronic steps`,
      hint: 'run it again with more electronic steps or another mixing',
    };
  }
  // An unknown threshold is NaN and refuses nothing.
  if (scfError > 1.01 * threshold) {
    return {
      message: 'its electrons did not converge, whatever it claims (scf_must_converge?)',
      got: `scf_error ${scfError.toExponential(1)} Ry`,
      expected: `at most conv_thr, ${threshold.toExponential(1)} Ry`,
    };
  }
  if (forces.length !== components) {
    return {
      message: 'has no forces of all its atoms',
      got: `${forces.length} force components`,
      expected: String(components),
      hint: 'pw.x computes forces with tprnfor=.true.',
    };
  }
  const bad = [structure.positions.length !== components, structure.lattice.length !== 9].some(Boolean);
  const finite = [energy, ...structure.lattice, ...structure.positions, ...forces].every(Number.isFinite);
  return bad || !finite ? { message: 'its numbers are not complete and finite' } : undefined;
}
