import { createAcquisition } from '../uncertainty/acquisition.js';
import type { AcquisitionSettings, PickRule } from '../uncertainty/types.js';
import { createWindow } from '../uncertainty/window.js';
import type { WalkerCheckpoint } from './types.js';
import { ANCHOR_INTERVAL, MINIMUM_ERRORS } from './walker.js';

/** What decisions depend on from one step to the next; part of a checkpoint. */
export type DeciderState = globalThis.Pick<
  WalkerCheckpoint,
  'window' | 'lastPick' | 'minimumErrors' | 'freshForceField'
>;

export interface DeciderSettings {
  readonly acquisition: AcquisitionSettings;
  /** β^{-1/2} of the force field, eV/Å. */
  readonly fittingError: number;
  /** Structures picked from MD in the campaign so far, pending ones included. */
  readonly picked: number;
}

/** One decision with what was known, eV/Å. */
export interface Decision {
  readonly step: number;
  /** Why the structure is taken; null: it is not. */
  readonly rule: PickRule | null;
  readonly error: number;
  readonly threshold: number;
  readonly mean: number;
  readonly deviation: number;
}

/**
 * The decisions along one trajectory in one force field. They depend on ε_B and step numbers alone: the walker makes them as
 * it goes, and anybody can make them again from a recorded trace.
 */
export interface Decider {
  /**
   * Decides about a step with its ε_B (the settings' quantity, eV/Å), which enters the window afterwards.
   * `wanted`: a person wants the structure, whatever the criterion says.
   */
  decide(step: number, error: number, wanted?: boolean): Decision;
  /** Takes the structure of `step` by itself, because of a wreck after it: the window is what it was there. */
  takeAfterWreck(step: number, error: number): Decision;
  /** Goes back to `step`. */
  rewind(step: number): void;
  state(): DeciderState;
}

export function createDecider(settings: DeciderSettings, from: DeciderState): Decider {
  const { fittingError } = settings;
  const acquisition = createAcquisition(settings.acquisition);
  const window = createWindow(settings.acquisition.window, ANCHOR_INTERVAL, from.window);
  const minimumErrors = [...from.minimumErrors];
  let { lastPick, freshForceField } = from;
  let { picked } = settings;

  function consider(step: number, error: number): Decision {
    const statistics = window.at(step);
    const { mean, deviation } = statistics;
    const sample = { step, error, window: statistics, lastPick, picked, fittingError, minimumErrors };
    return { step, error, mean, deviation, ...acquisition.decide(sample) };
  }

  function take(step: number): void {
    lastPick = step;
    picked++;
  }

  return {
    decide(step, error, wanted = false) {
      if (freshForceField) {
        minimumErrors.push(error);
        if (minimumErrors.length > MINIMUM_ERRORS) minimumErrors.shift();
        freshForceField = false;
      }
      const considered = consider(step, error);
      const decision: Decision = wanted ? { ...considered, rule: 'person' } : considered;
      window.push(step, error);
      if (decision.rule !== null) take(step);
      return decision;
    },
    takeAfterWreck(step, error) {
      const decision: Decision = { ...consider(step, error), rule: 'wreck' };
      take(step);
      return decision;
    },
    rewind: (step) => window.rewind(step),
    state: () => ({ window: window.state(), lastPick, minimumErrors: [...minimumErrors], freshForceField }),
  };
}
