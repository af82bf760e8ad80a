import { inputError } from '../errors.js';
import { createCriterion } from './criteria/index.js';
import type { AcquisitionSettings, PickRule } from './types.js';
import type { WindowStatistics } from './window.js';

/** What the decision at one step rests on. */
export interface AcquisitionSample {
  readonly step: number;
  /** ε_B of this step (the settings' quantity), eV/Å. */
  readonly error: number;
  /** The window of the steps before this one. */
  readonly window: WindowStatistics;
  /** Step of the walker's last pick; −1: none. */
  readonly lastPick: number;
  /** Structures picked from MD so far in the campaign, pending ones included. */
  readonly picked: number;
  /** β^{-1/2}, eV/Å. */
  readonly fittingError: number;
  /** ε_B right after each refit, oldest first, eV/Å. */
  readonly minimumErrors: readonly number[];
}

export interface AcquisitionDecision {
  /** Why the structure of this step is taken; null: it is not. */
  readonly rule: PickRule | null;
  /** The criterion's threshold, eV/Å, whether or not window and gap let it speak. */
  readonly threshold: number;
}

/** A criterion with what surrounds it: minimum window, gap and stall rule (METHOD, "When to ask for ab initio forces"). */
export interface Acquisition {
  decide(sample: AcquisitionSample): AcquisitionDecision;
}

export function createAcquisition(settings: AcquisitionSettings): Acquisition {
  requireReachable(settings);
  const criterion = createCriterion(settings.criterion);
  return {
    decide(sample) {
      const threshold = criterion.threshold({
        error: sample.error,
        mean: sample.window.mean,
        deviation: sample.window.deviation,
        fittingError: sample.fittingError,
        minimumErrors: sample.minimumErrors,
      });
      if (!windowFilled(settings, sample)) return { rule: null, threshold };
      if (sample.error > threshold && gapOver(settings, sample)) return { rule: criterion.name, threshold };
      return { rule: stalled(settings, sample) ? 'stall' : null, threshold };
    },
  };
}

/** The window spans `minWindow` steps, short of less than one interval between samples where `every` does not divide it. */
function windowFilled(
  { minWindow, every }: AcquisitionSettings,
  { step, window }: AcquisitionSample,
): boolean {
  if (minWindow === 0) return true;
  return window.samples > 0 && step - window.oldest > minWindow - every;
}

function gapOver({ minGap }: AcquisitionSettings, { step, lastPick }: AcquisitionSample): boolean {
  return lastPick < 0 || step - lastPick >= minGap;
}

function stalled({ stall }: AcquisitionSettings, sample: AcquisitionSample): boolean {
  if (stall === null) return false;
  if (sample.step - Math.max(sample.lastPick, 0) < stall.after) return false;
  return sample.picked < stall.structures || sample.window.mean > stall.fraction * sample.fittingError;
}

/** A window that never spans minWindow would never let anything be taken. */
function requireReachable({ minWindow, window }: AcquisitionSettings): void {
  if (minWindow <= window) return;
  throw inputError({
    field: 'acquisition.minWindow',
    message: 'longer than the window: no structure would ever be taken',
    got: `${minWindow} MD steps`,
    expected: `at most the ${window} of acquisition.window`,
  });
}
