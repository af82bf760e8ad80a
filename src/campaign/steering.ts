import { finish, note } from './journal.js';
import { answerQuarantine } from './quarantine.js';
import { startRound } from './rounds.js';
import type { ReferenceSettings } from './schema.js';
import type { By, CampaignRules, CampaignState, SettingChange } from './state.js';
import { replaceStuck } from './walkers.js';

/** What a person may tell a campaign. The program that sends it has checked it against the campaign file's schema. */
export type Order =
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | SetOrder
  | { readonly kind: 'sample'; readonly walkers: readonly number[] }
  | { readonly kind: 'resolve'; readonly structure: number; readonly answer: Answer }
  | { readonly kind: 'stop' };

/** Other settings; `extend` also wakes a campaign that has ended. */
export interface SetOrder {
  readonly kind: 'set' | 'extend';
  readonly changes: readonly SettingChange[];
  /** Changes that the campaign had when these were worked out. */
  readonly after: number;
  /** All rules, as the campaign file with all changes gives them. */
  readonly rules: CampaignRules;
}

export type Answer =
  | {
      readonly kind: 'retry';
      readonly changes: readonly SettingChange[];
      /** All settings of the reference with the changes; null: the campaign's. */
      readonly reference: ReferenceSettings | null;
    }
  | { readonly kind: 'skip' }
  | { readonly kind: 'abort' };

export type Steering = By & { readonly order: Order };

/** Why a campaign does not do what it is told; null: it does. */
export function refusal(state: CampaignState, order: Order): string | null {
  if (state.verdict !== null) return refusalAtEnd(state, order);
  switch (order.kind) {
    case 'pause':
      return state.paused && `it is paused already, by ${state.paused.by} since ${state.paused.at}`;
    case 'resume':
      return state.paused ? null : 'it is not paused';
    case 'set':
    case 'extend':
      return order.after === state.changes.length
        ? null
        : 'somebody else has changed its settings meanwhile: look at them and try again';
    case 'sample':
      return refusalToSample(state, order.walkers);
    case 'resolve':
      return refusalToResolve(state, order.structure);
    case 'stop':
      return state.stopping && `it stops already: ${state.stopping.by} said so at ${state.stopping.at}`;
  }
}

function refusalAtEnd(state: CampaignState, order: Order): string | null {
  const { kind } = state.verdict!;
  if (kind === 'cancelled' || kind === 'failed')
    return `it has ended (${kind}): \`anharmony run\` goes on with it`;
  if (order.kind !== 'extend') return `it has ended (${kind}): \`anharmony extend\` lets it go on`;
  if (state.stage !== 'done') return 'it is ending just now: try again when its results are written';
  if (!state.forceField) return `it has ended (${kind}) without a force field to go on with`;
  return order.after === state.changes.length ? null : 'somebody else has changed its settings: try again';
}

function refusalToSample(state: CampaignState, walkers: readonly number[]): string | null {
  for (const number of walkers) {
    const walker = state.walkers.find((w) => w.walker === number);
    const known = state.walkers.map((w) => w.walker).join(', ');
    if (!walker) return `it has no walker ${number}, but ${known}`;
    if (walker.step >= (state.nextRules ?? state.rules).limits.steps)
      return `walker ${number} has run to its limit of MD time`;
  }
  return null;
}

function refusalToResolve({ quarantine }: CampaignState, structure: number): string | null {
  const entry = quarantine.find((q) => q.id === structure);
  if (entry) return entry.retry ? `structure ${structure} is tried again already` : null;
  const known = quarantine.map((q) => q.id).join(', ');
  return `structure ${structure} is not quarantined; ${known ? `these are: ${known}` : 'none is'}`;
}

/** A person's word is taken: it goes into the ledger at once, and holds from the next round on where it changes decisions. */
export function steered(before: CampaignState, { by, at, order }: Steering): CampaignState {
  const immediate = order.kind === 'pause' || order.kind === 'resume';
  const round = immediate ? before.round : before.round + 1;
  const state = note(before, { type: 'steered', by, at, order, round });
  switch (order.kind) {
    case 'pause':
      return { ...state, paused: { by, at } };
    case 'resume':
      return { ...state, paused: null };
    case 'set':
    case 'extend': {
      const changes = [...state.changes, ...order.changes];
      const changed = { ...state, changes, nextRules: order.rules };
      return before.verdict === null ? changed : wake(changed);
    }
    case 'sample':
      return { ...state, sampling: [...new Set([...state.sampling, ...order.walkers])] };
    case 'resolve':
      return resolved(state, order.structure, order.answer, by);
    case 'stop':
      // A campaign at rest has no round to end.
      return state.paused
        ? finish({ ...state, paused: null }, { kind: 'stopped', reason: `stopped by ${by}` })
        : { ...state, stopping: { by, at } };
  }
}

function resolved(state: CampaignState, structure: number, answer: Answer, by: string): CampaignState {
  switch (answer.kind) {
    case 'retry':
      return answerQuarantine(state, structure, { reference: answer.reference });
    case 'skip':
      return answerQuarantine(state, structure, null);
    case 'abort':
      return finish(
        { ...state, paused: null },
        { kind: 'stopped', reason: `given up by ${by} because of structure ${structure}` },
      );
  }
}

/** A campaign that has ended goes on under its new rules. */
function wake(state: CampaignState): CampaignState {
  const { interrupted: _, publishProblem: __, suspects: ___, ...known } = state;
  return startRound(
    replaceStuck({
      ...known,
      verdict: null,
      stopping: null,
      pending: [],
      barrenRounds: 0,
      histories: { ...known.histories, complete: false },
    }),
  );
}
