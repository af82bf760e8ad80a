import { createDecider, type DeciderSettings, type DeciderState, type Decision } from './decider.js';
import type { Trace } from './types.js';

/** What a recorded trace would have led to. */
export interface Replay {
  /** The structures taken, in order; not more than `lookahead`. That of a wreck is not among them. */
  readonly taken: readonly Decision[];
  /** To go on from with the trace of the next round. */
  readonly state: DeciderState;
}

/** How the guard ended a round. */
export interface ReplayedWreck {
  /** The step that the walker went back to. */
  readonly backTo: number;
  /** Whether the structure there was taken. */
  readonly taken: boolean;
}

/**
 * Makes the decisions of one round again from its trace, without molecular dynamics. Under the settings of the campaign it
 * gives the picks that were made (all but that of a wreck); under others it is exact up to the first difference, after which
 * ε_B would have been another.
 */
export function replayDecisions(
  trace: Trace,
  settings: DeciderSettings,
  from: DeciderState,
  lookahead: number,
  wreck?: ReplayedWreck,
  /** Steps whose structures a person wanted. */
  wanted?: ReadonlySet<number>,
): Replay {
  const { step, rmsError, largestAtomError } = trace.columns;
  const error = settings.acquisition.quantity === 'rms' ? rmsError : largestAtomError;
  const decider = createDecider(settings, from);
  const taken: Decision[] = [];
  for (let i = 0; i < step.length && taken.length < lookahead; i++) {
    if (step[i] % settings.acquisition.every !== 0) continue;
    const decision = decider.decide(step[i], error[i], wanted?.has(step[i]));
    if (decision.rule !== null) taken.push(decision);
  }
  if (wreck !== undefined) {
    decider.rewind(wreck.backTo);
    // ε_B of a state half way back to the lattice is in no trace; it does not enter the window either.
    if (wreck.taken) decider.takeAfterWreck(wreck.backTo, Number.NaN);
  }
  return { taken, state: decider.state() };
}
