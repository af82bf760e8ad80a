import { rulesOf } from '../../campaign/bundle.js';
import type { CampaignSettings } from '../../campaign/schema.js';
import { InputError, type Problem } from '../../errors.js';
import { describeTemperature, targetTemperature } from '../../md/temperature.js';

/**
 * Whether the molecular dynamics of a campaign can do what it is asked to: windows that fit into the run. The timestep is checked against the phonons when there are some.
 * @throws InputError
 */
export function checkDynamics(settings: CampaignSettings): void {
  const { acquisition, md } = settings;
  const { limits } = rulesOf(settings);
  const problems: Problem[] = [];
  if (limits.steps < 1) {
    problems.push({
      field: 'limits.time',
      message: 'is shorter than one timestep',
      got: `${settings.limits.time} fs`,
      expected: `at least md.timestep = ${md.timestep} fs`,
    });
  }
  if (acquisition.minWindow > acquisition.window) {
    problems.push({
      field: 'acquisition.minWindow',
      message: 'is longer than the window, which can never be filled',
      got: String(acquisition.minWindow),
      expected: `at most acquisition.window = ${acquisition.window}`,
    });
  }
  for (const key of ['window', 'minWindow'] as const) {
    if (acquisition[key] <= limits.steps) continue;
    problems.push({
      field: `acquisition.${key}`,
      message: 'is longer than the run: no structure would ever be taken',
      got: `${acquisition[key]} MD steps`,
      expected: `at most ${limits.steps}, which are limits.time at md.timestep = ${md.timestep} fs`,
      hint: 'shorten the window, or raise limits.time',
    });
  }
  if (problems.length > 0) throw new InputError(problems);
}

/** What a person should know of a temperature schedule, a line for each walker that has one. */
export function scheduleLines(settings: CampaignSettings): readonly string[] {
  const { md } = settings;
  const { limits, walkers } = rulesOf(settings);
  return walkers.flatMap(({ temperature }, k) => {
    if (typeof temperature === 'number') return [];
    const steps = temperature.reduce((sum, leg) => sum + leg.steps, 0);
    const name = walkers.length > 1 ? `walker ${k + 1}: ` : '';
    const schedule = `${name}temperature ${describeTemperature(temperature)} over ${(steps * md.timestep) / 1e3} ps`;
    return steps <= limits.steps
      ? [schedule]
      : [
          `warning: ${schedule}, but limits.time ends it after ${(limits.steps * md.timestep) / 1e3} ps at ${targetTemperature(temperature, limits.steps).toFixed(0)} K`,
        ];
  });
}
