import { createAcquisition } from '../../src/uncertainty/acquisition.js';
import type { AcquisitionSettings, PickRule } from '../../src/uncertainty/types.js';
import { createWindow } from '../../src/uncertainty/window.js';

export interface Taken {
  readonly step: number;
  readonly rule: PickRule;
}

/** ε_B of the steps 1, 2, …, and what is known of the force field. */
export interface ErrorTrace {
  readonly errors: ArrayLike<number>;
  readonly fittingError: number;
  readonly minimumErrors: readonly number[];
}

/** Runs the acquisition over a trace; steps at multiples of `every` count. */
export function acquire(settings: AcquisitionSettings, trace: ErrorTrace): Taken[] {
  const { errors, fittingError, minimumErrors } = trace;
  const acquisition = createAcquisition(settings);
  const window = createWindow(settings.window, 0);
  const taken: Taken[] = [];
  for (let step = settings.every; step <= errors.length; step += settings.every) {
    const { rule } = acquisition.decide({
      step,
      error: errors[step - 1],
      window: window.at(step),
      lastPick: taken.at(-1)?.step ?? -1,
      picked: taken.length,
      fittingError,
      minimumErrors,
    });
    window.push(step, errors[step - 1]);
    if (rule !== null) taken.push({ step, rule });
  }
  return taken;
}

/** METHOD word by word, with every sample kept. */
export function acquirePlainly(settings: AcquisitionSettings, trace: ErrorTrace): Taken[] {
  const { every, window: k, minWindow, minGap, stall } = settings;
  const { errors, fittingError } = trace;
  const taken: Taken[] = [];
  for (let s = 1; s <= errors.length; s++) {
    if (s % every !== 0) continue;
    const previous = [];
    for (let t = Math.max(1, s - k); t < s; t++) if (t % every === 0) previous.push(errors[t - 1]);
    if (previous.length < Math.floor(minWindow / every)) continue;
    const mu = previous.reduce((a, b) => a + b, 0) / previous.length;
    const sigma = Math.sqrt(previous.reduce((a, b) => a + (b - mu) * (b - mu), 0) / previous.length);
    const last = taken.at(-1)?.step;
    if (errors[s - 1] > limit(settings, trace, mu, sigma) && (last === undefined || s - last >= minGap)) {
      taken.push({ step: s, rule: settings.criterion.name });
    } else if (
      stall !== null &&
      s - (last ?? 0) >= stall.after &&
      (taken.length < stall.structures || mu > stall.fraction * fittingError)
    ) {
      taken.push({ step: s, rule: 'stall' });
    }
  }
  return taken;
}

function limit({ criterion: c }: AcquisitionSettings, trace: ErrorTrace, mu: number, sigma: number): number {
  switch (c.name) {
    case 'trajectory-average':
      return c.gamma * mu;
    case 'trajectory-deviation':
      return mu + c.n * sigma;
    case 'minimum-error': {
      const last = trace.minimumErrors.slice(-c.last);
      return last.reduce((a, b) => a + b, 0) / last.length;
    }
    case 'fixed':
      return Math.min(
        c.threshold ?? Number.POSITIVE_INFINITY,
        (c.fractionOfFittingError ?? Number.POSITIVE_INFINITY) * trace.fittingError,
      );
  }
}
