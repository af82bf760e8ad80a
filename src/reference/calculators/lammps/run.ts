import type { ProgramEnd } from '../../launchers/process.js';
import type { ReferenceResult, ReferenceStructure } from '../../types.js';
import { type Code, type Fail, failuresOf, ranAs, readTexts, requireOwnEnd } from '../codeRun.js';
import { differenceOf } from '../sameAtoms.js';
import { intoFrame, lammpsFrame, outOfFrame } from './frame.js';
import { DUMP } from './input.js';
import { LAMMPS_LADDER } from './ladder.js';
import { type LammpsOutput, programOf, readLammpsOutput } from './output.js';
import type { LammpsSettings } from './settings.js';

export const LAMMPS: Code = {
  name: 'LAMMPS',
  ladder: LAMMPS_LADDER,
  stdout: 'lmp.out',
  stderr: 'lmp.err',
};

/** A run of LAMMPS that has ended, with what was asked of it. */
export interface LammpsRun {
  readonly end: ProgramEnd;
  readonly structure: ReferenceStructure;
  readonly settings: LammpsSettings;
}

/** The label of a run, in the crystal's own frame, or the `ReferenceFailure` that tells why there is none. */
export async function readRun(
  { end, structure, settings }: LammpsRun,
  scratch: string,
): Promise<ReferenceResult> {
  const texts = await readTexts(scratch, { stdout: LAMMPS.stdout, stderr: LAMMPS.stderr, dump: DUMP });
  const fail = await failuresOf(LAMMPS, scratch);
  requireOwnEnd(LAMMPS, end, settings, { stdout: texts.stdout, stderr: texts.stderr }, fail);
  const program = programOf(texts.stdout);
  if (end.exitCode !== 0) {
    const reason = `LAMMPS ended with exit code ${end.exitCode}, for no reason that is known`;
    throw fail('exit-code', 'program-unknown', reason);
  }
  if (program === undefined) throw fail('no-output', 'program-unknown', 'what ran is not LAMMPS');
  const output = readOutput(texts, settings, fail);
  const frame = lammpsFrame(structure.lattice);
  const positions = intoFrame(frame, structure.positions);
  const difference = differenceOf(output.structure, { ...structure, lattice: frame.lattice, positions });
  if (difference !== undefined) {
    const reason = `LAMMPS computed other atoms than were asked for: ${difference}`;
    throw fail('wrong-atoms', 'program-unknown', reason);
  }
  return {
    energy: output.energy,
    forces: outOfFrame(frame, output.forces),
    converged: true,
    program,
    ...ranAs(end),
  };
}

function readOutput(
  { stdout, dump }: Readonly<Record<'stdout' | 'dump', string>>,
  { species }: LammpsSettings,
  fail: Fail,
): LammpsOutput {
  try {
    return readLammpsOutput(stdout, dump, species);
  } catch (error) {
    throw fail(
      'bad-output',
      'program-unknown',
      `the output of LAMMPS cannot be read: ${(error as Error).message}`,
    );
  }
}
