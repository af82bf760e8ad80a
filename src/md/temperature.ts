/** A stretch of MD in which the target temperature goes in a straight line from `from` to `to`, K; equal: it is held. */
export interface TemperatureLeg {
  readonly from: number;
  readonly to: number;
  /** MD steps. */
  readonly steps: number;
}

/** The target temperature of a trajectory, K: one number, or legs one after another; the last `to` holds from then on. */
export type TemperatureProgram = number | readonly TemperatureLeg[];

/** A program up to `step`, and another one, with its legs counted from there, afterwards. */
export function continueWith(
  program: TemperatureProgram,
  step: number,
  next: TemperatureProgram,
): TemperatureProgram {
  if (step === 0) return next;
  const legs: TemperatureLeg[] = [];
  let start = 0;
  for (const leg of typeof program === 'number' ? [] : program) {
    if (start >= step) break;
    const steps = Math.min(leg.steps, step - start);
    const to = steps < leg.steps ? targetTemperature(program, start + steps) : leg.to;
    legs.push({ from: leg.from, to, steps });
    start += steps;
  }
  const last = legs.at(-1)?.to ?? startTemperature(program);
  if (start < step) legs.push({ from: last, to: last, steps: step - start });
  const rest = typeof next === 'number' ? [{ from: next, to: next, steps: 1 }] : next;
  return [...legs, ...rest];
}

/** The target for the step that leads to `state.step` = `step`. A function of the step number alone. */
export function targetTemperature(program: TemperatureProgram, step: number): number {
  if (typeof program === 'number') return program;
  let start = 0;
  for (const { from, to, steps } of program) {
    if (step < start + steps) return from + (to - from) * (Math.max(0, step - start) / steps);
    start += steps;
  }
  return program[program.length - 1].to;
}

/** Where a trajectory begins. */
export function startTemperature(program: TemperatureProgram): number {
  return typeof program === 'number' ? program : program[0].from;
}

/** The coldest and the hottest target up to a step. */
export function temperatureRange(
  program: TemperatureProgram,
  untilStep = Number.POSITIVE_INFINITY,
): readonly [number, number] {
  if (typeof program === 'number') return [program, program];
  const targets = [program[0].from];
  let start = 0;
  for (const { from, to, steps } of program) {
    if (start <= untilStep) targets.push(from);
    if (start + steps <= untilStep) targets.push(to);
    else if (start < untilStep) targets.push(targetTemperature(program, untilStep));
    start += steps;
  }
  return [Math.min(...targets), Math.max(...targets)];
}

/** The highest target of the steps from `first` to `last`: what the atoms may still remember. */
export function hottestTarget(program: TemperatureProgram, first: number, last: number): number {
  if (typeof program === 'number') return program;
  let hottest = Math.max(targetTemperature(program, first), targetTemperature(program, last));
  let start = 0;
  for (const { from, to, steps } of program) {
    const end = start + steps;
    if (start >= first && start <= last) hottest = Math.max(hottest, from);
    // The end of a leg is approached, not reached, where the next one begins elsewhere.
    if (end > first && end <= last) hottest = Math.max(hottest, to);
    start = end;
  }
  return hottest;
}

/** The same program over `steps` MD steps, after `delay` steps at its first temperature. */
export function stretched(program: TemperatureProgram, steps: number, delay: number): TemperatureProgram {
  if (typeof program === 'number') return program;
  const total = program.reduce((sum, leg) => sum + leg.steps, 0);
  const hold = { from: program[0].from, to: program[0].from, steps: delay };
  const legs = program.map((leg) => ({ ...leg, steps: (leg.steps * steps) / total }));
  return delay > 0 ? [hold, ...legs] : legs;
}

/** For a person, e.g. `100 → 900 K` or `300 K`. */
export function describeTemperature(program: TemperatureProgram): string {
  if (typeof program === 'number') return `${program} K`;
  const stops: number[] = [];
  for (const { from, to } of program)
    for (const kelvin of [from, to]) if (stops.at(-1) !== kelvin) stops.push(kelvin);
  return `${stops.join(' → ')} K`;
}
