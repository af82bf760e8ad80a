import { takeCommand } from './initial.js';
import type { Command } from './messages.js';
import type { CampaignState, PendingStructure, WalkerState } from './state.js';

/**
 * The commands that a state calls for. They follow from the state alone, so a campaign that was cut anywhere goes on
 * from its state, and one that is told the same thing twice does it once.
 */
export function outstanding(state: CampaignState): readonly Command[] {
  return state.paused ? recordCommand(state) : wanted(state);
}

/** The commands whose answers matter: a pause keeps none of them from being answered, only from being given. */
export function wanted(state: CampaignState): readonly Command[] {
  return [...recordCommand(state), ...stageCommands(state)];
}

/** Ledger entries go out one batch at a time, whatever else is under way: each links to the one before. */
function recordCommand(state: CampaignState): readonly Command[] {
  if (state.journal.length === 0) return [];
  return [
    {
      type: 'record',
      id: `record-${state.journal[0].sequence}`,
      head: state.ledger.head,
      entries: together(state.journal),
    },
  ];
}

/** Characters of entries that go out together: where a store is slow, many wait. */
const TOGETHER = 32_768;

function together(journal: CampaignState['journal']): CampaignState['journal'] {
  let length = 0;
  const end = journal.findIndex((entry, k) => {
    length += JSON.stringify(entry).length;
    return k > 0 && length > TOGETHER;
  });
  return end < 0 ? journal : journal.slice(0, end);
}

/** What the stage still waits for. */
export function stageCommands(state: CampaignState): readonly Command[] {
  switch (state.stage) {
    case 'prepare':
      return [{ type: 'prepare', id: 'prepare' }];
    case 'label':
      // Before all else, so that the order of the ledger's entries is always the same.
      if (takeCommand(state).length > 0) return takeCommand(state);
      return [
        ...testSetCommand(state),
        ...state.pending.filter((p) => p.label === null).map((p) => labelCommand(p, state.round)),
      ];
    case 'displace':
      return [{ type: 'displace', id: 'displace', forceField: state.forceField!.ref }];
    case 'explore':
      return state.walkers
        .filter((w) => w.result === null && w.step < state.rules.limits.steps)
        .map((w) => exploreCommand(state, w));
    case 'screen':
      return [
        {
          type: 'screen',
          id: `screen-${state.round}`,
          forceField: state.forceField!.ref,
          acquisition: state.rules.acquisition,
          picked: pickedForStall(state) - state.pending.length,
          picks: state.pending,
        },
      ];
    case 'refit':
      return [refitCommand(state)];
    case 'publish':
      if (!state.histories.complete)
        return [{ type: 'archive', id: 'archive', previous: state.histories.head }];
      // The page tells the whole story, so the ledger comes first.
      return state.journal.length > 0
        ? []
        : [
            {
              type: 'publish',
              id: 'publish',
              verdict: state.verdict!,
              forceField: state.forceField?.ref ?? null,
              head: state.ledger.head!,
            },
          ];
    case 'done':
      return [];
  }
}

function testSetCommand(state: CampaignState): readonly Command[] {
  return state.rules.hasTestSet && state.testSet === null ? [{ type: 'test-set', id: 'test-set' }] : [];
}

function labelCommand(p: PendingStructure, round: number): Command {
  const command = { type: 'label', structure: p.id, group: p.group, ref: p.structure } as const;
  if (!p.retried) return { ...command, id: `label-${p.id}` };
  const { reference } = p.retried;
  // Attempts on record are those of one command: each time that a person asks is another.
  return { ...command, id: `label-${p.id}-again-${round}`, ...(reference && { reference }) };
}

function exploreCommand(state: CampaignState, walker: WalkerState): Command {
  const { limits, lookahead, acquisition } = state.rules;
  return {
    type: 'explore',
    id: `explore-${state.round}-${walker.walker}`,
    walker: walker.walker,
    temperature: walker.temperature,
    round: state.round,
    forceField: state.forceField!.ref,
    checkpoint: walker.checkpoint,
    fresh: walker.fresh,
    untilStep: Math.min(walker.step + limits.roundSteps * lookahead, limits.steps),
    lookahead,
    acquisition,
    sample: walker.samples,
    pickedBefore: pickedForStall(state),
  };
}

/** A structure that was quarantined still has to be made up for. */
function pickedForStall(state: CampaignState): number {
  return state.picked - state.quarantined;
}

function refitCommand(state: CampaignState): Command {
  const additions = acceptedAdditions(state.pending);
  const md = state.training.md + additions.filter((a) => a.group === 'md').length;
  return {
    type: 'refit',
    id: `refit-${state.cost.refits}`,
    idealLabel: state.idealLabel!,
    trainingSet: state.training.set,
    additions,
    dropSynthetic: md >= state.rules.dropAfter,
    previous: state.forceField?.ref ?? null,
    testSet: state.testSet,
  };
}

/** The pending structures whose labels were accepted, in canonical order; the ideal supercell is no training structure. */
export function acceptedAdditions(pending: readonly PendingStructure[]) {
  return pending.flatMap((p) =>
    p.group !== 'ideal' && p.label?.accepted
      ? [{ id: p.id, group: p.group, structure: p.structure, label: p.label.label, pick: p.pick }]
      : [],
  );
}
