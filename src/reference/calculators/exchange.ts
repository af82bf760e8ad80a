import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type ExtxyzFrame, formatExtxyz, parseExtxyz } from '../../crystal/formats/extxyz.js';
import { InputError } from '../../errors.js';
import { ReferenceFailure } from '../failures.js';
import type { ReferenceResult, ReferenceStructure } from '../types.js';
import { parseJsonAnswer } from './jsonAnswer.js';
import { differenceOf } from './sameAtoms.js';

/** What a program wrote back. */
export type Answer = Pick<ReferenceResult, 'energy' | 'forces' | 'converged'> & {
  /** As it called itself. */
  readonly program: string | undefined;
};

/** A structure as one extended XYZ frame: Cartesian positions as they are, not wrapped, all digits. */
export function structureText(structure: ReferenceStructure): string {
  return formatExtxyz([{ ...structure, info: {} }]);
}

/**
 * Reads what a program wrote: one extended XYZ frame or JSON, the same atoms in the same order, with forces.
 * Throws `ReferenceFailure` for anything else, with `evidence` (what the program printed). One that may have been `cut` has to end
 * its last line: a number that lost digits is a number still.
 */
export async function readAnswer(
  path: string,
  structure: ReferenceStructure,
  evidence: readonly string[],
  cut = false,
): Promise<Answer> {
  const fail = (symptom: string, message: string, cause?: unknown): ReferenceFailure =>
    new ReferenceFailure(message, { failureClass: 'program-unknown', symptom, evidence, cause });
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') throw fail('no-output', `the program wrote no ${basename(path)}`, cause);
    throw new ReferenceFailure(`${path} cannot be read`, {
      failureClass: 'store',
      symptom: 'read-output',
      cause,
    });
  });
  if (text.trimStart().startsWith('{')) {
    const json = parseJsonAnswer(text, structure);
    if (typeof json === 'string') throw fail('bad-output', `${basename(path)} is no answer in JSON: ${json}`);
    const { energy = Number.NaN, forces, converged, program } = json;
    return { energy, forces: Float64Array.from(forces.flat()), converged, program };
  }
  if (cut && !text.endsWith('\n')) throw fail('bad-output', `${basename(path)} was cut in its last line`);
  const frame = onlyFrame(text, basename(path), fail);
  const difference = differenceOf(frame, structure);
  if (difference !== undefined) {
    throw fail('wrong-atoms', `${basename(path)} holds other atoms than were asked for: ${difference}`);
  }
  if (frame.forces === undefined)
    throw fail('bad-output', `${basename(path)} has no forces (REF_forces or forces)`);
  return {
    energy: frame.energy ?? Number.NaN,
    forces: frame.forces,
    converged: frame.info['converged'] !== false,
    program: frame.info['program'] === undefined ? undefined : String(frame.info['program']),
  };
}

function onlyFrame(
  text: string,
  name: string,
  fail: (symptom: string, message: string, cause?: unknown) => ReferenceFailure,
): ExtxyzFrame {
  let frames: readonly ExtxyzFrame[];
  try {
    frames = parseExtxyz(text, name);
  } catch (error) {
    if (error instanceof InputError) throw fail('bad-output', error.message, error);
    throw error;
  }
  if (frames.length !== 1)
    throw fail('bad-output', `${name} holds ${frames.length} structures instead of one`);
  return frames[0];
}
