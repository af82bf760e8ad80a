import { assess } from './convergence.js';
import { learn } from './forecast.js';
import { finish, note } from './journal.js';
import type { JournalEvent } from './ledger.js';
import { retryAsked, retryLabels } from './quarantine.js';
import type { CampaignState, PendingStructure, WalkerRound, WalkerState } from './state.js';
import { ask, type Wanted } from './structures.js';
import { changeRules } from './walkers.js';

/** Looks at convergence that the state remembers; the ledger has all of them. */
const COURSE = 32;

/** The next round, unless a limit is reached. */
export function startRound(before: CampaignState): CampaignState {
  const state = changeRules(before);
  const { limits } = state.rules;
  if (state.stopping) return stop(state);
  if (retryAsked(state)) return retryLabels(state);
  const outOfTime = state.walkers.every((w) => atLimit(state, w));
  if (outOfTime || state.picked >= limits.structures) {
    if ((state.judged ?? state.assessment)?.converged)
      return finish(state, { kind: 'converged', reason: convergedAtLimit(state) });
    const limit = outOfTime ? 'the MD time limit' : `the limit of ${limits.structures} structures`;
    const missing = state.assessment?.missing.join('; ') || 'an assessment';
    return finish(state, { kind: 'exhausted', reason: `reached ${limit}; still missing: ${missing}` });
  }
  return {
    ...state,
    stage: 'explore',
    round: state.round + 1,
    sampling: [],
    walkers: state.walkers.map((w) => ({ ...w, result: null, samples: state.sampling.includes(w.walker) })),
  };
}

/** A limit cares for no refit: where the last one came too late to be judged, the one before it was, and that is said. */
function convergedAtLimit({ walkers, rules }: CampaignState): string {
  const { stepsSinceRefit } = rules.convergence;
  return walkers.every((w) => w.sinceRefit.steps >= stepsSinceRefit)
    ? 'ran to its limit, converged'
    : `ran to its limit, converged when it was last judged; its last refit came less than ${stepsSinceRefit} MD steps before the limit`;
}

/** All walkers have ended their part: judge convergence, then hand the picks on in canonical order (step, walker). */
export function endRound(state: CampaignState): CampaignState {
  const moved = settle(state);
  const stuck = moved.walkers.find((w) => w.result?.outcome === 'stuck');
  if (stuck) {
    return finish(moved, {
      kind: 'stalled',
      reason: `walker ${stuck.walker} cannot go on without a person: ${stuck.result?.detail ?? ''}`,
    });
  }
  const judged = judge(moved);
  // Who has just asked for something else does not want it ended by the rules of before.
  const asked = state.nextRules !== null || state.sampling.length > 0 || retryAsked(state);
  if (judged.assessment!.converged && state.rules.convergence.stopAtConvergence && !asked) {
    return finish(judged, {
      kind: 'converged',
      reason: 'what more data could remove is small beside the fitting error',
    });
  }
  return state.stopping ? stop(judged) : handOver(judged);
}

function stop(state: CampaignState): CampaignState {
  return finish(state, { kind: 'stopped', reason: `stopped by ${state.stopping!.by}` });
}

/** Takes over where the walkers are now, and what that cost. */
function settle(state: CampaignState): CampaignState {
  const results = state.walkers.flatMap((w) => w.result ?? []);
  const sum = (of: (result: WalkerRound) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const wrecked = results.filter(({ outcome }) => outcome === 'wrecked' || outcome === 'stuck');
  const moved: CampaignState = {
    ...state,
    wrecks: (state.wrecks ?? 0) + wrecked.length,
    walkers: state.walkers.map(moveWalker),
    cost: {
      ...state.cost,
      mdSteps: state.cost.mdSteps + sum((r) => r.toStep - r.fromStep),
      errorEvaluations: state.cost.errorEvaluations + sum((r) => r.evaluations),
      mdSeconds: state.cost.mdSeconds + sum((r) => r.seconds),
    },
  };
  return note(moved, ...state.walkers.flatMap((w) => exploredEntry(state, w)));
}

function moveWalker(walker: WalkerState): WalkerState {
  if (walker.result === null) return walker;
  const { toStep, checkpoint, sinceRefit } = walker.result;
  return { ...walker, step: toStep, checkpoint, sinceRefit, fresh: false };
}

function exploredEntry(
  { round, forceField }: CampaignState,
  { walker, result }: WalkerState,
): JournalEvent[] {
  if (result === null) return [];
  const { picks, sinceRefit: _, ...done } = result;
  return [{ type: 'explored', round, walker, ...done, picks: picks.length, forceField: forceField!.ref }];
}

function judge(state: CampaignState): CampaignState {
  const assessment = assess(state, state.forceField!);
  const { random, phonon, md } = state.training;
  const learns = assessment.ratio !== null && md > 0 && random + phonon === 0;
  const before = state.learning ?? [];
  const learning = learns ? learn(before, { structures: md, ratio: assessment.ratio! }) : before;
  const judged = assessment.ratio === null ? {} : { judged: assessment };
  const { fittingError, mean, deviation } = assessment;
  const point = { round: state.round, structures: md, fittingError, mean, deviation };
  const course = [...(state.course ?? []), point].slice(-COURSE);
  return note(
    { ...state, assessment, ...judged, learning, course },
    { type: 'assessed', round: state.round, assessment },
  );
}

export function handOver(state: CampaignState): CampaignState {
  const picks = state.walkers
    .flatMap((w) => w.result?.picks ?? [])
    .sort((a, b) => a.pick.step - b.pick.step || a.pick.walker - b.pick.walker)
    .map(({ structure, pick }): Wanted => ({ group: 'md', ref: structure, pick }));
  if (picks.length === 0) return startRound(state);
  // What goes on as a structure of its own, and what is in the ledger, need not be carried twice.
  const walkers = state.walkers.map((w) => ({ ...w, result: null }));
  const asked = ask({ ...state, walkers, picked: state.picked + picks.length }, picks);
  const severalWalkers = new Set(picks.map((p) => p.pick!.walker)).size > 1;
  return { ...asked, stage: severalWalkers ? 'screen' : 'label' };
}

export function screened(state: CampaignState, kept: readonly number[]): CampaignState {
  const stays = (p: PendingStructure) => kept.includes(p.id);
  const dropped = state.pending.filter((p) => !stays(p)).map((p) => p.id);
  return note(
    { ...state, stage: 'label', pending: state.pending.filter(stays), picked: state.picked - dropped.length },
    { type: 'screened', round: state.round, kept, dropped },
  );
}

export function atLimit(state: CampaignState, walker: WalkerState): boolean {
  return walker.step >= state.rules.limits.steps;
}
