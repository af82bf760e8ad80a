import { parseDuration } from '../../campaign/duration.js';
import { InputError, type Problem } from '../../errors.js';
import { seedKey } from '../../numerics/random/normals.js';

/** The flags of `anharmony md` as commander hands them over. */
export interface MdFlags {
  readonly supercell?: readonly string[];
  readonly temperature: string;
  readonly time: string;
  readonly timestep: string;
  readonly friction: string;
  readonly seed: string;
  readonly start: string;
  readonly nve?: boolean;
  readonly every: string;
  readonly frames: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** The same, checked. */
export interface MdOptions {
  readonly supercell?: readonly number[];
  /** K */
  readonly temperature: number;
  readonly steps: number;
  /** fs */
  readonly timestep: number;
  /** 1/fs */
  readonly friction: number;
  readonly seed: string;
  readonly start: 'phonons' | 'sites';
  readonly nve: boolean;
  readonly every: number;
  readonly frameEvery: number;
}

/** Checks all flags and reports everything that is wrong with them at once. */
export function mdOptions(flags: MdFlags): MdOptions {
  const problems: Problem[] = [];
  const report = (field: string, message: string, got: string, expected: string) =>
    problems.push({ field, message, got, expected });
  const positive = (field: string, text: string, unit: string): number => {
    const value = Number(text);
    if (!(value > 0) || !Number.isFinite(value))
      report(field, 'not a positive number', text, `a number above 0, in ${unit}`);
    return value;
  };
  const count = (field: string, text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 1)
      report(field, 'not a number of MD steps', text, 'an integer above 0');
    return value;
  };
  const timestep = positive('--timestep', flags.timestep, 'fs');
  const time = parseDuration(flags.time);
  if (time === undefined) report('--time', 'not a time', flags.time, 'a time with its unit, e.g. 50ps');
  if (flags.start !== 'phonons' && flags.start !== 'sites')
    report('--start', 'not a start', flags.start, 'phonons or sites');
  const every = count('--every', flags.every);
  const frameEvery = count('--frames', flags.frames);
  if (frameEvery % every !== 0)
    report('--frames', 'not a multiple of --every', flags.frames, `a multiple of ${flags.every}`);
  const steps = Math.round((time ?? 0) / timestep);
  if (time !== undefined && timestep > 0 && steps < every)
    report(
      '--time',
      `shorter than --every ${flags.every} steps`,
      flags.time,
      `at least ${every * timestep} fs`,
    );
  const options: MdOptions = {
    supercell: flags.supercell?.map(Number),
    temperature: positive('--temperature', flags.temperature, 'K'),
    steps,
    timestep,
    friction: positive('--friction', flags.friction, '1/fs'),
    seed: flags.seed,
    start: flags.start === 'sites' ? 'sites' : 'phonons',
    nve: flags.nve ?? false,
    every,
    frameEvery,
  };
  try {
    seedKey(flags.seed);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(...error.problems.map((p) => ({ ...p, field: '--seed' })));
  }
  if (problems.length > 0) throw new InputError(problems);
  return options;
}
