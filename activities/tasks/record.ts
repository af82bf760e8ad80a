import { unfold } from '../../src/campaign/journal.js';
import type { Attempt } from '../../src/campaign/ledger.js';
import { appendLedger } from '../../src/store/ledger.js';
import type { ActivityInput } from '../types.js';
import { getAttempts } from './attemptList.js';
import type { TaskEnvironment } from './environment.js';

/** Appends decided entries to the ledger; the same entries after the same head are the same objects, so a retry changes nothing. */
export async function record({ store }: TaskEnvironment, { command }: ActivityInput<'record'>) {
  const lists = new Map<string, readonly Attempt[]>();
  for (const entry of command.entries)
    if (entry.type === 'attempts') lists.set(entry.list.hash, await getAttempts(store, entry));
  const entries = unfold(command.entries, ({ list }) => lists.get(list.hash)!);
  const head = await appendLedger(store, command.head, entries);
  return {
    type: 'recorded' as const,
    command: command.id,
    head: head!,
    sequence: entries.at(-1)!.sequence,
  };
}
