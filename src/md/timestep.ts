import { inputError } from '../errors.js';

/** Steps that the fastest oscillation must be resolved by; at ten the kinetic temperature of that mode is 10 % low. */
const STEPS_PER_PERIOD = 10;
/** What is proposed instead. */
const PROPOSED_STEPS = 20;

/**
 * Refuses a timestep (fs) that does not resolve the highest phonon (THz): velocity Verlet and BAOAB are unstable beyond
 * period/π, and long before that the kinetic temperature says less and less.
 */
export function requireTimestep(timestep: number, highestFrequency: number, field = 'timestep'): void {
  if (!(timestep > 0)) {
    throw inputError({
      field,
      message: 'not a timestep',
      got: `${timestep}`,
      expected: 'a time in fs above 0',
    });
  }
  if (!(highestFrequency > 0)) return;
  const period = 1e3 / highestFrequency;
  if (timestep <= period / STEPS_PER_PERIOD) return;
  throw inputError({
    field,
    message: `too long for the highest phonon, ${highestFrequency.toFixed(2)} THz, whose period is ${period.toFixed(1)} fs`,
    got: `${timestep} fs`,
    expected: `at most ${roundedDown(period / STEPS_PER_PERIOD)} fs`,
    hint: `${roundedDown(period / PROPOSED_STEPS)} fs resolves it by ${PROPOSED_STEPS} steps`,
  });
}

/** To two digits, downwards. */
function roundedDown(x: number): number {
  let unit = 1;
  while (x / unit >= 100) unit *= 10;
  while (x / unit < 10) unit /= 10;
  return Number((Math.floor(x / unit) * unit).toPrecision(2));
}
