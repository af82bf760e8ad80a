import { parseDuration } from '../../campaign/duration.js';
import { InputError, type Problem } from '../../errors.js';
import type { TemperatureLeg, TemperatureProgram } from '../../md/temperature.js';
import type { ThermostatName } from '../../md/thermostat.js';
import { seedKey } from '../../numerics/random/normals.js';

/** The flags of `anharmony md` as commander hands them over. */
export interface MdFlags {
  readonly supercell?: readonly string[];
  readonly temperature?: string;
  readonly ramp?: readonly string[];
  readonly time?: string;
  readonly timestep: string;
  readonly thermostat?: string;
  readonly friction: string;
  readonly seed: string;
  readonly start: string;
  readonly nve?: boolean;
  readonly every: string;
  readonly frames: string;
  readonly trajectory: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly resume?: boolean;
  readonly json?: boolean;
}

const THERMOSTATS = ['langevin', 'bussi', 'nve'] as const satisfies readonly ThermostatName[];
const TRAJECTORIES = ['xyz', 'binary', 'both', 'none'] as const;
const DEFAULT_TIME = '50ps';
const DEFAULT_TEMPERATURE = '300';

/** The same, checked. */
export interface MdOptions {
  readonly supercell?: readonly number[];
  /** K, a number or legs in MD steps. */
  readonly temperature: TemperatureProgram;
  readonly steps: number;
  /** fs */
  readonly timestep: number;
  readonly thermostat: ThermostatName;
  /** 1/fs */
  readonly friction: number;
  readonly seed: string;
  readonly start: 'phonons' | 'sites';
  readonly every: number;
  readonly frameEvery: number;
  readonly trajectory: (typeof TRAJECTORIES)[number];
}

/** Checks all flags and reports everything that is wrong with them at once. */
export function mdOptions(flags: MdFlags): MdOptions {
  const problems: Problem[] = [];
  const report = (field: string, message: string, got: string, expected: string, hint?: string) =>
    problems.push({ field, message, got, expected, hint });
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
  const choice = <T extends string>(field: string, text: string, choices: readonly T[]): T => {
    if (!choices.includes(text as T)) report(field, 'is not a known choice', text, choices.join(', '));
    return text as T;
  };
  const timestep = positive('--timestep', flags.timestep, 'fs');
  const legs = flags.ramp?.map((text) => leg(text, timestep, report));
  if (legs !== undefined && flags.temperature !== undefined)
    report('--temperature', 'the ramp says what the temperature is', flags.temperature, 'one of the two');
  const temperature = legs ?? positive('--temperature', flags.temperature ?? DEFAULT_TEMPERATURE, 'K');
  const thermostat = choice(
    '--thermostat',
    flags.thermostat ?? (flags.nve ? 'nve' : 'langevin'),
    THERMOSTATS,
  );
  if (flags.nve && thermostat !== 'nve')
    report('--nve', `and --thermostat ${thermostat} exclude each other`, '--nve', 'one of the two');
  if (thermostat === 'nve' && legs !== undefined)
    report(
      '--ramp',
      'needs a thermostat',
      legs.length === 1 ? flags.ramp![0] : flags.ramp!.join(' '),
      'langevin or bussi',
    );
  const every = count('--every', flags.every);
  const frameEvery = count('--frames', flags.frames);
  if (frameEvery % every !== 0)
    report('--frames', 'not a multiple of --every', flags.frames, `a multiple of ${flags.every}`);
  const steps = stepsOf(flags, legs, timestep, report);
  if (steps > 0 && steps < every) {
    report(
      '--time',
      `shorter than --every ${flags.every} steps`,
      flags.time ?? '',
      `at least ${every * timestep} fs`,
    );
  }
  const options: MdOptions = {
    supercell: flags.supercell?.map(Number),
    temperature,
    steps,
    timestep,
    thermostat,
    friction: positive('--friction', flags.friction, '1/fs'),
    seed: flags.seed,
    start: choice('--start', flags.start, ['phonons', 'sites'] as const),
    every,
    frameEvery,
    trajectory: choice('--trajectory', flags.trajectory, TRAJECTORIES),
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

type Report = (field: string, message: string, got: string, expected: string, hint?: string) => void;

const LEG = /^([^:-]+)(?:-([^:]+))?:(.+)$/;

/** `100-900:50ps` or `900:20ps`. */
function leg(text: string, timestep: number, report: Report): TemperatureLeg {
  const [, first = '', second, duration = ''] = LEG.exec(text) ?? [];
  const from = Number(first);
  const to = second === undefined ? from : Number(second);
  const time = parseDuration(duration);
  const kelvin = (value: number) => value > 0 && Number.isFinite(value);
  if (first === '' || !kelvin(from) || !kelvin(to) || time === undefined || time <= 0) {
    const expected = 'from-to:time or hold:time above 0 K, e.g. 100-900:50ps or 900:20ps';
    report('--ramp', 'not a leg of a temperature schedule', text, expected);
  }
  return { from, to, steps: Math.max(1, Math.round((time ?? 0) / timestep)) };
}

/** That of the flag, else the length of the schedule. */
function stepsOf(
  flags: MdFlags,
  legs: readonly TemperatureLeg[] | undefined,
  timestep: number,
  report: Report,
): number {
  const scheduled = legs?.reduce((sum, { steps }) => sum + steps, 0);
  if (flags.time === undefined && scheduled !== undefined) return scheduled;
  const text = flags.time ?? DEFAULT_TIME;
  const time = parseDuration(text);
  if (time === undefined) report('--time', 'not a time', text, 'a time with its unit, e.g. 50ps');
  const steps = Math.round((time ?? 0) / timestep);
  if (time === 0) report('--time', 'nothing would be run', text, 'a time above 0');
  if (time !== undefined && scheduled !== undefined && steps < scheduled) {
    const all = `${(scheduled * timestep) / 1e3} ps`;
    report('--time', 'shorter than the temperature schedule', text, `at least ${all}, or no --time`);
  }
  return steps;
}
