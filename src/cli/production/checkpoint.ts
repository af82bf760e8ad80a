import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, inputError, type Problem } from '../../errors.js';
import type { MdState } from '../../md/types.js';
import { decodeFrame, encodeFrame, FrameError, float64Of } from '../../numerics/frame.js';
import { storeError, systemCode } from '../../store/errors.js';
import { type FileLengths, PRODUCTION_FILES } from './files.js';
import type { MdOptions } from './options.js';
import type { SavedStatistics } from './statistics.js';

/** Where a production run was, with what it had seen and written by then. */
export interface ProductionCheckpoint {
  readonly state: MdState;
  readonly lengths: FileLengths;
  readonly statistics: SavedStatistics;
}

/** What a run is: it goes on in the same force field with the same settings; only its length may change. */
export interface ProductionIdentity {
  /** Of the force constants. */
  readonly parameters: string;
  readonly options: MdOptions;
}

interface Header {
  readonly parameters: string;
  readonly options: MdOptions;
  readonly step: number;
  readonly lengths: FileLengths;
}

const FORMAT = 'anharmony-md-checkpoint';
const VERSION = 1;
const PREFIX = 'statistics.';

export function writeCheckpoint(
  folder: string,
  { parameters, options }: ProductionIdentity,
  { state, lengths, statistics }: ProductionCheckpoint,
): void {
  const header: Header = {
    parameters,
    options: JSON.parse(JSON.stringify(options)),
    step: state.step,
    lengths,
  };
  const arrays = Object.entries(statistics).map(([name, array]) => [PREFIX + name, array]);
  const bytes = encodeFrame(FORMAT, VERSION, header, {
    displacements: state.displacements,
    velocities: state.velocities,
    ...Object.fromEntries(arrays),
  });
  const path = join(folder, PRODUCTION_FILES.checkpoint);
  try {
    writeFileSync(`${path}.tmp`, bytes);
    renameSync(`${path}.tmp`, path);
  } catch (error) {
    throw storeError(error, 'write', path);
  }
}

/** Reads the checkpoint of a run in `folder`. Throws `InputError` where there is none, or where it is that of another run. */
export function readCheckpoint(folder: string, identity: ProductionIdentity): ProductionCheckpoint {
  const path = join(folder, PRODUCTION_FILES.checkpoint);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw storeError(error, 'read', path);
    throw inputError({
      field: '--resume',
      message: 'there is no checkpoint to go on from',
      got: path,
      hint: 'start the run without --resume; --out names its folder',
    });
  }
  const frame = decode(bytes, path);
  const header = frame.header as Header;
  requireSame(header, identity, path);
  const names = Object.keys(frame.arrays).filter((name) => name.startsWith(PREFIX));
  return {
    state: {
      step: header.step,
      displacements: float64Of(frame, 'displacements'),
      velocities: float64Of(frame, 'velocities'),
    },
    lengths: header.lengths,
    statistics: Object.fromEntries(names.map((name) => [name.slice(PREFIX.length), float64Of(frame, name)])),
  };
}

function decode(bytes: Uint8Array, path: string) {
  try {
    return decodeFrame(bytes, FORMAT, VERSION);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    throw inputError({ field: path, message: `not a checkpoint that can be read: ${error.message}` });
  }
}

function requireSame(then: Header, now: ProductionIdentity, path: string): void {
  const problems: Problem[] = [];
  if (then.parameters !== now.parameters) {
    problems.push({
      field: path,
      message: 'is the checkpoint of another force field',
      got: then.parameters,
      expected: now.parameters,
      hint: 'go on with the force field that the run was started with, or start anew in another folder',
    });
  }
  const { steps: thenSteps, ...before } = then.options as MdOptions & Record<string, unknown>;
  const { steps, ...wanted } = now.options as MdOptions & Record<string, unknown>;
  for (const key of new Set([...Object.keys(before), ...Object.keys(wanted)])) {
    const [old, current] = [before, wanted].map((o) => JSON.stringify((o as Record<string, unknown>)[key]));
    if (old !== current) {
      const got = current ?? 'nothing';
      problems.push({
        field: '--resume',
        message: `the run was started with another ${key}`,
        got,
        expected: old ?? 'nothing',
      });
    }
  }
  if (steps < then.step) {
    const expected = `at least ${then.step} steps`;
    problems.push({
      field: '--time',
      message: 'the run has gone further already',
      got: `${steps} steps`,
      expected,
    });
  }
  if (problems.length > 0) throw new InputError(problems);
}
