import type { Ref } from '../store/types.js';
import { outstanding, stageCommands, wanted } from './commands.js';
import { displaced, prepared, taken } from './initial.js';
import { finish, note } from './journal.js';
import { endLabelling } from './labelling.js';
import type { CampaignEvent, Command } from './messages.js';
import { refitted } from './refit.js';
import { atLimit, endRound, screened } from './rounds.js';
import { dueOrder, withoutDueOrder } from './script.js';
import type { CampaignState } from './state.js';
import { refusal, steered } from './steering.js';

/**
 * The decision function: what an event means for the campaign. Pure: no clock, no numbers beyond comparisons, no order
 * of arrival — results that come side by side are only stored, and what follows is decided when the last is in.
 */
export function decide(
  state: CampaignState,
  event: CampaignEvent,
): { state: CampaignState; commands: readonly Command[] } {
  const next = tellAgain(bears(state, event) ? advance(apply(state, event)) : state);
  return { state: next, commands: outstanding(next) };
}

/** Orders of another run of this campaign are given where that run was given them; one that it does not take is left. */
export function tellAgain(state: CampaignState): CampaignState {
  const due = dueOrder(state);
  if (!due) return state;
  const rest = withoutDueOrder(state);
  return tellAgain(refusal(rest, due.steering.order) === null ? advance(steered(rest, due.steering)) : rest);
}

function bears(state: CampaignState, event: CampaignEvent): boolean {
  switch (event.type) {
    case 'ended':
      // A campaign ends once: when its verdict stands, neither a person nor a late fault changes it.
      return state.verdict === null;
    case 'steered':
      return refusal(state, event.order) === null;
    default:
      return wanted(state).some((command) => command.id === event.command);
  }
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
      return displaced(state, event);
    case 'taken':
      return taken(state, event.structures);
    case 'explored':
      return {
        ...state,
        walkers: state.walkers.map((w) => (w.walker === event.walker ? { ...w, result: event.result } : w)),
      };
    case 'screened':
      return screened(state, event.kept);
    case 'refitted':
      return refitted(state, event);
    case 'steered':
      return steered(state, event);
    case 'archived':
      return archived(state, event.history);
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
  if (state.stage === 'label' && stageCommands(state).length === 0) return endLabelling(state);
  return state;
}

/** Once for each end of the campaign, so that how often the workflow continued as new leaves no mark on the decisions' entries. */
function archived(state: CampaignState, history: Ref | null): CampaignState {
  const kept = { ...state, histories: { head: history, complete: true } };
  return history === null ? kept : note(kept, { type: 'history', history });
}
