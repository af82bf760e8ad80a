import { appendLedger } from '../../src/store/ledger.js';
import type { ActivityInput } from '../types.js';
import type { TaskEnvironment } from './environment.js';

/** Appends decided entries to the ledger; the same entries after the same head are the same objects, so a retry changes nothing. */
export async function record({ store }: TaskEnvironment, { command }: ActivityInput<'record'>) {
  const head = await appendLedger(store, command.head, command.entries);
  return {
    type: 'recorded' as const,
    command: command.id,
    head: head!,
    sequence: command.entries.at(-1)!.sequence,
  };
}
