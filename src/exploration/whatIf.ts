import type { AcquisitionSettings, PickRule } from '../uncertainty/types.js';
import type { DeciderState, Decision } from './decider.js';
import { replayDecisions } from './replay.js';
import type { Trace } from './types.js';

/** One walker's part of a round, as it was recorded. */
export interface RecordedRound {
  /** Counted from 1. */
  readonly round: number;
  readonly walker: number;
  /** The walker went on with a force field that was new to it. */
  readonly fresh: boolean;
  /** β^{-1/2} of that force field, eV/Å. */
  readonly fittingError: number;
  readonly trace: Trace;
  /** The settings that the campaign had in this round: people may change them on the way. */
  readonly acquisition: AcquisitionSettings;
  /** The guard ended it: the walker went back to this step. */
  readonly wreckedTo?: number;
  /** The structures that were taken and asked for, in order of steps. */
  readonly taken: readonly RecordedPick[];
  /** Structures that were taken but never asked for, because the campaign ended with this round; nothing but their number was kept. */
  readonly unasked?: number;
  /** Screening chose among the structures of this round's walkers. */
  readonly screened: boolean;
  /** Structures that were taken before this round and dropped by screening or quarantined: the stall rule does not count them. */
  readonly lostBefore: number;
}

export interface RecordedPick {
  readonly step: number;
  readonly rule: PickRule;
  /** eV/Å; null: the criterion could not tell. */
  readonly threshold: number | null;
}

/** An update that would have been made. */
export interface WhatIfUpdate extends Decision {
  readonly round: number;
  readonly walker: number;
  /** Up to the first difference, that one included: so it would have been. Afterwards ε_B would have been another. */
  readonly exact: boolean;
}

/** Where the campaign and the replay part. */
export interface Difference {
  readonly round: number;
  readonly walker: number;
  readonly step: number;
  readonly kind: /** The replay takes a structure that the campaign did not take. */
    | 'taken'
    /** The campaign took a structure that the replay does not take. */
    | 'not-taken'
    /** The same structures with other thresholds went into screening, which might have kept others. */
    | 'screening';
  /** By which rule the structure is, or was, taken. */
  readonly rule: PickRule;
}

export interface WhatIf {
  /** In order (round, step, walker); structures after a wreck are taken under all settings and are not among them. */
  readonly updates: readonly WhatIfUpdate[];
  /** Null: every decision is that of the campaign. */
  readonly firstDifference: Difference | null;
}

const BEGINNING: DeciderState = {
  window: { steps: [], values: [] },
  lastPick: -1,
  minimumErrors: [],
  freshForceField: true,
};

/**
 * The decisions of a whole campaign under other acquisition settings (`change`; default: its own), from its recorded ε_B, without molecular dynamics and
 * without one reference calculation. `rounds` in order (round, walker). Exact up to the first difference; what follows is an
 * extrapolation along the recorded trajectory, with the ε_B of the force fields that the campaign really had.
 */
export function whatIf(
  rounds: readonly RecordedRound[],
  change: (own: AcquisitionSettings) => AcquisitionSettings = (own) => own,
): WhatIf {
  const walkers = new Map<number, DeciderState>();
  const found: (Omit<WhatIfUpdate, 'exact'> & { readonly recorded?: RecordedPick })[] = [];
  const differences: Difference[] = [];
  let before = 0;
  let taken = 0;
  for (const [k, recorded] of rounds.entries()) {
    const { round, walker, fresh, fittingError, lostBefore, wreckedTo } = recorded;
    if (k > 0 && rounds[k - 1].round !== round) before = taken;
    const state = walkers.get(walker) ?? BEGINNING;
    const wrecks = recorded.taken.filter((pick) => pick.rule === 'wreck');
    const replay = replayDecisions(
      recorded.trace,
      { acquisition: change(recorded.acquisition), fittingError, picked: Math.max(0, before - lostBefore) },
      fresh ? { ...state, freshForceField: true } : state,
      Number.POSITIVE_INFINITY,
      wreckedTo === undefined ? undefined : { backTo: wreckedTo, taken: wrecks.length > 0 },
      new Set(recorded.taken.filter(({ rule }) => rule === 'person').map(({ step }) => step)),
    );
    walkers.set(walker, replay.state);
    found.push(...replay.taken.map((decision) => ({ ...decision, round, walker })));
    differences.push(...differencesOf(recorded, replay.taken));
    taken += replay.taken.length + wrecks.length;
  }
  const inOrder = (a: Place, b: Place) => a.round - b.round || a.step - b.step || a.walker - b.walker;
  const firstDifference = differences.sort(inOrder).at(0) ?? null;
  const exact = (update: Place) => firstDifference === null || inOrder(update, firstDifference) <= 0;
  return {
    updates: found.sort(inOrder).map((update) => ({ ...update, exact: exact(update) })),
    firstDifference,
  };
}

/**
 * The rounds with the structures that a campaign took in its last round but never asked for: those which its own settings
 * give, where their number is right.
 */
export function completed(rounds: readonly RecordedRound[]): readonly RecordedRound[] {
  if (!rounds.some(({ unasked }) => unasked !== undefined)) return rounds;
  const { updates } = whatIf(rounds);
  return rounds.map((recorded) => {
    const { round, walker, unasked, wreckedTo } = recorded;
    if (unasked === undefined) return recorded;
    const found = updates.filter((update) => update.round === round && update.walker === walker);
    const afterWreck = unasked - found.length;
    if (afterWreck !== 0 && !(afterWreck === 1 && wreckedTo !== undefined)) return recorded;
    return {
      ...recorded,
      taken: found.map(({ step, rule, threshold }) => ({
        step,
        rule: rule!,
        threshold: Number.isFinite(threshold) ? threshold : null,
      })),
    };
  });
}

type Place = Pick<Difference, 'round' | 'step' | 'walker'>;

/** Where one round's decisions differ from those recorded, the first of each kind. */
function differencesOf(recorded: RecordedRound, replayed: readonly Decision[]): Difference[] {
  const { round, walker, screened } = recorded;
  const was = new Map(recorded.taken.filter((p) => p.rule !== 'wreck').map((pick) => [pick.step, pick]));
  const is = new Map(replayed.map((decision) => [decision.step, decision]));
  const differences: Difference[] = [];
  for (const [step, { rule }] of is)
    if (!was.has(step)) differences.push({ round, walker, step, kind: 'taken', rule: rule! });
  for (const [step, { rule }] of was)
    if (!is.has(step)) differences.push({ round, walker, step, kind: 'not-taken', rule });
  if (screened) {
    for (const [step, pick] of was) {
      const now = is.get(step);
      if (now === undefined || (now.rule === pick.rule && sameThreshold(now.threshold, pick.threshold)))
        continue;
      // Screening follows the round's last step.
      const last = recorded.trace.columns.step.at(-1)!;
      differences.push({ round, walker, step: last, kind: 'screening', rule: now.rule! });
    }
  }
  return differences;
}

function sameThreshold(now: number, then: number | null): boolean {
  return then === null ? !Number.isFinite(now) : now === then;
}
