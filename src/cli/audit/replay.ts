import { newCampaign, resumeCampaign } from '../../campaign/begin.js';
import { outstanding, wanted } from '../../campaign/commands.js';
import { decide } from '../../campaign/decide.js';
import { unfold } from '../../campaign/journal.js';
import type { LedgerEntryBody } from '../../campaign/ledger.js';
import type { CampaignEvent, Command } from '../../campaign/messages.js';
import type { CampaignRules, CampaignState } from '../../campaign/state.js';
import type { Steering } from '../../campaign/steering.js';
import { canonicalText } from '../../store/canonical.js';
import type { Ref } from '../../store/types.js';
import type { Happening } from './events.js';

/** Stands for the ledger's head while decisions are replayed: nothing depends on it. */
const NO_HEAD: Ref = { kind: 'ledger-entry', hash: '', bytes: 0 };

/** Events that answer no command. */
const UNASKED: readonly CampaignEvent['type'][] = ['ended', 'steered'];

/** Where the replay and the ledger part. */
export interface Deviation {
  readonly sequence: number;
  readonly message: string;
}

export interface ReplayOptions {
  readonly ledger: readonly LedgerEntryBody[];
  readonly happenings: readonly Happening[];
  readonly rules: CampaignRules;
  /** Called with each command and the event that the ledger gives as its answer. */
  onAnswer?(command: Command, event: CampaignEvent): Promise<void>;
  /** Called with what people told the campaign, and the state in which it was then. */
  onSteered?(steering: Steering, state: CampaignState): void;
}

/** Makes every decision of a campaign again from what happened, and compares what follows with its ledger, entry by entry. */
export async function replayLedger({
  ledger,
  happenings,
  rules,
  onAnswer,
  onSteered,
}: ReplayOptions): Promise<Deviation | null> {
  const started = ledger[0];
  if (started?.type !== 'started')
    return { sequence: 0, message: 'the ledger does not begin with the start of a campaign' };
  const made: LedgerEntryBody[] = [];
  let state = record(
    newCampaign(started.name, started.fingerprint, started.campaign, rules, started.program),
    made,
    ledger,
  );
  for (const happening of happenings) {
    if (happening.kind === 'resumed') {
      state = record(resumeCampaign(state, happening.program), made, ledger);
      continue;
    }
    // That results were laid out is in no ledger; who extended a campaign that had ended had waited for it.
    if (happening.event.type === 'steered' && state.stage === 'publish') state = { ...state, stage: 'done' };
    if (happening.event.type === 'steered') onSteered?.(steeringOf(happening.event), state);
    const command = answered(state, happening.event);
    if (command === undefined && !UNASKED.includes(happening.event.type)) {
      return {
        sequence: made.length,
        message: `nothing called for what is recorded here: ${happening.event.type}`,
      };
    }
    if (command) await onAnswer?.(command, happening.event);
    state = record(decide(state, { ...happening.event, command: command?.id ?? '' }).state, made, ledger);
    const deviation = compare(made, ledger);
    if (deviation) return deviation;
  }
  if (made.length < ledger.length)
    return { sequence: made.length, message: 'the ledger goes on where nothing more was decided' };
  return null;
}

function steeringOf({ by, at, order }: Steering): Steering {
  return { by, at, order };
}

/** Takes the journal as recorded, as the ledger's activity does. */
function record(
  state: CampaignState,
  made: LedgerEntryBody[],
  ledger: readonly LedgerEntryBody[],
): CampaignState {
  if (state.journal.length === 0) return state;
  // Attempts are no decisions: they are what the ledger says, as many as there were.
  const attempts = ({ sequence, count }: { readonly sequence: number; readonly count: number }) =>
    ledger.slice(sequence, sequence + count).flatMap((e) => (e.type === 'attempt' ? [e.attempt] : []));
  made.push(...unfold(state.journal, attempts));
  const command = outstanding(state).find((c) => c.type === 'record')!;
  const { sequence } = made.at(-1)!;
  return decide(state, { type: 'recorded', command: command.id, head: NO_HEAD, sequence }).state;
}

function answered(state: CampaignState, event: CampaignEvent): Command | undefined {
  return wanted(state).find((command) => {
    switch (event.type) {
      case 'prepared':
        return command.type === 'prepare';
      case 'test-set':
        return command.type === 'test-set';
      case 'displaced':
        return command.type === 'displace';
      case 'taken':
        return command.type === 'take';
      case 'labelled':
        return command.type === 'label' && command.structure === event.structure;
      case 'explored':
        return command.type === 'explore' && command.walker === event.walker;
      case 'archived':
        return command.type === 'archive';
      case 'screened':
        return command.type === 'screen';
      case 'refitted':
        return command.type === 'refit';
      default:
        return false;
    }
  });
}

function compare(made: readonly LedgerEntryBody[], ledger: readonly LedgerEntryBody[]): Deviation | null {
  for (let k = Math.max(0, made.length - 64); k < made.length; k++) {
    const recorded = ledger[k];
    if (recorded === undefined) return { sequence: k, message: `the ledger ends before: ${made[k].type}` };
    const { previous: _, ...body } = recorded as LedgerEntryBody & { previous?: unknown };
    if (canonicalText(JSON.parse(JSON.stringify(made[k]))) !== canonicalText(body)) {
      return {
        sequence: k,
        message: `the rules give another entry here: ${made[k].type} instead of, or other than, the recorded ${recorded.type}`,
      };
    }
  }
  return null;
}
