import type { Ref } from '../store/types.js';
import { acceptedAdditions, outstanding } from './commands.js';
import { latestRatios } from './confidence.js';
import { assess, countRefit } from './convergence.js';
import { learn } from './forecast.js';
import type { LedgerEvent } from './ledger.js';
import type { CampaignEvent, Command } from './messages.js';
import type {
  CampaignRules,
  CampaignState,
  ErrorStatistics,
  Group,
  PendingStructure,
  PickSummary,
  Verdict,
  WalkerState,
} from './state.js';

/** Rounds in a row without one accepted label after which a campaign stalls instead of asking for ever. */
const BARREN_ROUNDS = 3;

const NO_STATISTICS: ErrorStatistics = { samples: 0, sum: 0, sumOfSquares: 0, steps: 0 };

/** A new campaign. */
export function newCampaign(
  name: string,
  fingerprint: string,
  campaign: Ref,
  rules: CampaignRules,
): CampaignState {
  const state: CampaignState = {
    name,
    fingerprint,
    rules,
    campaign,
    stage: 'prepare',
    displaced: rules.phononStructures === 0,
    prepared: null,
    testSet: null,
    idealLabel: null,
    training: { set: null, random: 0, phonon: 0, md: 0 },
    forceField: null,
    walkers: rules.walkers.map((_, k) => ({
      walker: k + 1,
      step: 0,
      checkpoint: null,
      sinceRefit: NO_STATISTICS,
      fresh: false,
      result: null,
    })),
    round: 0,
    pending: [],
    structures: 0,
    picked: 0,
    quarantined: 0,
    barrenRounds: 0,
    countedRefits: [],
    assessment: null,
    verdict: null,
    ledger: { sequence: 0, head: null },
    journal: [],
    cost: {
      mdSteps: 0,
      errorEvaluations: 0,
      referenceRuns: 0,
      referenceSeconds: 0,
      mdSeconds: 0,
      refits: 0,
      fitSeconds: 0,
    },
  };
  return note(state, { type: 'started', name, fingerprint, campaign });
}

/**
 * A campaign that was cancelled or failed goes on where it was; one that came to its own end has at most its results left
 * to write.
 */
export function resumeCampaign(state: CampaignState): CampaignState {
  const { interrupted, publishProblem: _, ...known } = state;
  return interrupted === undefined
    ? known
    : note({ ...known, stage: interrupted, verdict: null }, { type: 'resumed' });
}

/**
 * The decision function: what an event means for the campaign. Pure: no clock, no numbers beyond comparisons, no order
 * of arrival — results that come side by side are only stored, and what follows is decided when the last is in.
 */
export function decide(
  state: CampaignState,
  event: CampaignEvent,
): { state: CampaignState; commands: readonly Command[] } {
  // A campaign ends once: when its verdict stands, neither a person nor a late fault changes it.
  const bears =
    event.type === 'ended'
      ? state.verdict === null
      : outstanding(state).some((command) => command.id === event.command);
  const next = bears ? advance(apply(state, event)) : state;
  return { state: next, commands: outstanding(next) };
}

function apply(state: CampaignState, event: CampaignEvent): CampaignState {
  switch (event.type) {
    case 'prepared':
      return prepared(state, event);
    case 'test-set':
      return note(
        { ...state, testSet: event.testSet },
        { type: 'test-set', testSet: event.testSet, frames: event.frames },
      );
    case 'labelled':
      return {
        ...state,
        pending: state.pending.map((p) => (p.id === event.structure ? { ...p, label: event.outcome } : p)),
      };
    case 'displaced':
      return ask(
        { ...state, displaced: true, stage: 'label' },
        event.structures.map((ref) => ({ group: 'phonon', ref, pick: null })),
      );
    case 'explored':
      return {
        ...state,
        walkers: state.walkers.map((w) => (w.walker === event.walker ? { ...w, result: event.result } : w)),
      };
    case 'screened':
      return screened(state, event.kept);
    case 'refitted':
      return refitted(state, event);
    case 'recorded':
      return {
        ...state,
        ledger: { ...state.ledger, head: event.head },
        journal: state.journal.filter((entry) => entry.sequence > event.sequence),
      };
    case 'published':
      return { ...state, stage: 'done', ...(event.suspects && { suspects: event.suspects }) };
    case 'ended':
      return finish({ ...state, interrupted: state.stage }, event.verdict);
  }
}

/** Moves on once everything of the stage is in. */
function advance(state: CampaignState): CampaignState {
  if (state.stage === 'explore' && state.walkers.every((w) => w.result !== null || atLimit(state, w)))
    return endRound(state);
  const labelled =
    state.pending.every((p) => p.label !== null) && (state.testSet !== null || !state.rules.hasTestSet);
  if (state.stage === 'label' && labelled) return endLabelling(state);
  return state;
}

function prepared(state: CampaignState, event: Extract<CampaignEvent, { type: 'prepared' }>): CampaignState {
  const { basis, parameters, warnings } = event.prepared;
  const known = note(
    { ...state, prepared: event.prepared, stage: 'label' },
    { type: 'prepared', basis, parameters, warnings },
  );
  return ask(known, [
    { group: 'ideal', ref: event.ideal, pick: null },
    ...event.random.map((ref) => ({ group: 'random' as const, ref, pick: null })),
    ...(event.imported ?? []).map((ref) => ({ group: 'imported' as const, ref, pick: null })),
  ]);
}

interface Wanted {
  readonly group: Group;
  readonly ref: Ref;
  readonly pick: PickSummary | null;
}

/** Numbers structures in canonical order and puts them on the list. */
function ask(state: CampaignState, wanted: readonly Wanted[]): CampaignState {
  const pending: readonly PendingStructure[] = wanted.map((w, k) => ({
    id: state.structures + k,
    group: w.group,
    structure: w.ref,
    pick: w.pick,
    label: null,
  }));
  const asked = pending.map(
    (p): LedgerEvent => ({ type: 'asked', structure: p.id, group: p.group, ref: p.structure, pick: p.pick }),
  );
  return note({ ...state, pending, structures: state.structures + pending.length }, ...asked);
}

/** All labels of a batch are in: what was accepted goes on to the refit. */
function endLabelling(state: CampaignState): CampaignState {
  const entries = state.pending.flatMap(labelEntries);
  const rejected = state.pending.filter((p) => !p.label!.accepted);
  const ideal = state.pending.find((p) => p.group === 'ideal')?.label;
  const runs = state.pending.filter((p) => !(p.label!.accepted && p.label!.adopted)).length;
  const seconds = state.pending.reduce((sum, p) => sum + p.label!.seconds, 0);
  const next = note(
    {
      ...state,
      idealLabel: ideal?.accepted ? ideal.label : state.idealLabel,
      quarantined: state.quarantined + rejected.filter((p) => p.group === 'md').length,
      cost: {
        ...state.cost,
        referenceRuns: state.cost.referenceRuns + runs,
        referenceSeconds: state.cost.referenceSeconds + seconds,
      },
    },
    ...entries,
  );
  if (ideal && !ideal.accepted) {
    return finish(next, {
      kind: 'stalled',
      reason: `the reference failed on the ideal supercell: ${ideal.reason}`,
    });
  }
  if (acceptedAdditions(next.pending).length > 0) return { ...next, stage: 'refit', barrenRounds: 0 };
  if (next.training.set === null) {
    return finish(next, { kind: 'stalled', reason: 'every initial structure was rejected by the reference' });
  }
  return next.barrenRounds + 1 >= BARREN_ROUNDS
    ? finish(next, { kind: 'stalled', reason: `no label was accepted in ${BARREN_ROUNDS} rounds` })
    : startRound({ ...next, pending: [], barrenRounds: next.barrenRounds + 1 });
}

function labelEntries(p: PendingStructure): LedgerEvent[] {
  const outcome = p.label!;
  const attempts = outcome.attempts.map(
    (attempt): LedgerEvent => ({ type: 'attempt', structure: p.id, attempt }),
  );
  return outcome.accepted
    ? [...attempts, { type: 'labelled', structure: p.id, label: outcome.label, adopted: outcome.adopted }]
    : [...attempts, { type: 'quarantined', structure: p.id, reason: outcome.reason }];
}

function refitted(state: CampaignState, event: Extract<CampaignEvent, { type: 'refitted' }>): CampaignState {
  const { convergence } = state.rules;
  const { counts, forceField } = event;
  const counted = counts.random + counts.phonon === 0 && counts.md >= convergence.minStructures;
  const additions = acceptedAdditions(state.pending);
  const added = additions.map((a) => a.id);
  const fitted = note(
    {
      ...state,
      forceField,
      labelRatios: latestRatios(state.labelRatios ?? [], event.checks, additions),
      training: { set: event.trainingSet, ...counts },
      pending: [],
      walkers: state.walkers.map((w) => ({ ...w, sinceRefit: NO_STATISTICS, fresh: true })),
      countedRefits: counted
        ? countRefit(
            state.countedRefits,
            { structures: counts.md, fittingError: forceField.fittingError },
            convergence.overStructures,
          )
        : [],
      cost: {
        ...state.cost,
        refits: state.cost.refits + 1,
        fitSeconds: state.cost.fitSeconds + event.seconds,
      },
    },
    ...event.warnings.map((message): LedgerEvent => ({ type: 'warned', message })),
    {
      type: 'refitted',
      forceField,
      trainingSet: event.trainingSet,
      added,
      counts,
      checks: event.checks,
      counted,
      seconds: event.seconds,
    },
  );
  return fitted.displaced ? startRound(fitted) : { ...fitted, stage: 'displace' };
}

/** The next round, unless a limit is reached. */
function startRound(state: CampaignState): CampaignState {
  const { limits } = state.rules;
  const outOfTime = state.walkers.every((w) => atLimit(state, w));
  if (outOfTime || state.picked >= limits.structures) {
    if (state.assessment?.converged)
      return finish(state, { kind: 'converged', reason: 'ran to its limit, converged' });
    const limit = outOfTime ? 'the MD time limit' : `the limit of ${limits.structures} structures`;
    const missing = state.assessment?.missing.join('; ') || 'an assessment';
    return finish(state, { kind: 'exhausted', reason: `reached ${limit}; still missing: ${missing}` });
  }
  return {
    ...state,
    stage: 'explore',
    round: state.round + 1,
    walkers: state.walkers.map((w) => ({ ...w, result: null })),
  };
}

/** All walkers have ended their part: judge convergence, then hand the picks on in canonical order (step, walker). */
function endRound(state: CampaignState): CampaignState {
  const walked = state.walkers.filter((w) => w.result !== null);
  const ended = walked.filter(({ result }) => result!.outcome === 'wrecked' || result!.outcome === 'stuck');
  const moved = note(
    {
      ...state,
      wrecks: (state.wrecks ?? 0) + ended.length,
      walkers: state.walkers.map((w) =>
        w.result === null
          ? w
          : {
              ...w,
              step: w.result.toStep,
              checkpoint: w.result.checkpoint,
              sinceRefit: w.result.sinceRefit,
              fresh: false,
            },
      ),
      cost: walked.reduce(
        (cost, { result }) => ({
          ...cost,
          mdSteps: cost.mdSteps + result!.toStep - result!.fromStep,
          errorEvaluations: cost.errorEvaluations + result!.evaluations,
          mdSeconds: cost.mdSeconds + result!.seconds,
        }),
        state.cost,
      ),
    },
    ...walked.map((w): LedgerEvent => {
      const { picks, sinceRefit: _, ...done } = w.result!;
      return {
        type: 'explored',
        round: state.round,
        walker: w.walker,
        ...done,
        picks: picks.length,
        forceField: state.forceField!.ref,
      };
    }),
  );
  const stuck = moved.walkers.find((w) => w.result?.outcome === 'stuck');
  if (stuck) {
    return finish(moved, {
      kind: 'stalled',
      reason: `walker ${stuck.walker} was wrecked three times in one place: ${stuck.result?.detail ?? ''}`,
    });
  }
  const assessment = assess(moved, moved.forceField!);
  const { random, phonon, md } = moved.training;
  const judged = assessment.ratio !== null && md > 0 && random + phonon === 0;
  const learning = judged
    ? learn(moved.learning ?? [], { structures: md, ratio: assessment.ratio! })
    : (moved.learning ?? []);
  const assessed = note(
    { ...moved, assessment, learning },
    { type: 'assessed', round: state.round, assessment },
  );
  if (assessment.converged && state.rules.convergence.stopAtConvergence) {
    return finish(assessed, {
      kind: 'converged',
      reason: 'what more data could remove is small beside the fitting error',
    });
  }
  return handOver(assessed);
}

function handOver(state: CampaignState): CampaignState {
  const picks = state.walkers
    .flatMap((w) => w.result?.picks ?? [])
    .sort((a, b) => a.pick.step - b.pick.step || a.pick.walker - b.pick.walker)
    .map(({ structure, pick }): Wanted => ({ group: 'md', ref: structure, pick }));
  if (picks.length === 0) return startRound(state);
  const asked = ask({ ...state, picked: state.picked + picks.length }, picks);
  const severalWalkers = new Set(picks.map((p) => p.pick!.walker)).size > 1;
  return { ...asked, stage: severalWalkers ? 'screen' : 'label' };
}

function screened(state: CampaignState, kept: readonly number[]): CampaignState {
  const stays = (p: PendingStructure) => kept.includes(p.id);
  const dropped = state.pending.filter((p) => !stays(p)).map((p) => p.id);
  return note(
    { ...state, stage: 'label', pending: state.pending.filter(stays), picked: state.picked - dropped.length },
    { type: 'screened', round: state.round, kept, dropped },
  );
}

function atLimit(state: CampaignState, walker: WalkerState): boolean {
  return walker.step >= state.rules.limits.steps;
}

function finish(state: CampaignState, verdict: Verdict): CampaignState {
  const entry: LedgerEvent =
    verdict.kind === 'failed' ? { type: 'faulted', message: verdict.reason } : { type: 'finished', verdict };
  return note({ ...state, verdict, stage: 'publish' }, entry);
}

function note(state: CampaignState, ...events: readonly LedgerEvent[]): CampaignState {
  const first = state.ledger.sequence;
  return {
    ...state,
    ledger: { ...state.ledger, sequence: first + events.length },
    journal: [...state.journal, ...events.map((event, k) => ({ sequence: first + k, ...event }))],
  };
}
