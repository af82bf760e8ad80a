import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RESULT_FILES } from '../../../activities/tasks/publish.js';
import { endOf } from '../../campaign/ending.js';
import type { LedgerEntryBody } from '../../campaign/ledger.js';
import { inputError } from '../../errors.js';
import { storeError, systemCode } from '../../store/errors.js';
import { type LedgerEntry, parseLedgerLines, readLedger } from '../../store/ledger.js';
import { refOf } from '../../store/ref.js';
import type { Ref, Store } from '../../store/types.js';
import type { Home } from '../home.js';
import { accessServer } from '../serverAccess.js';
import { observe } from './observe.js';
import { clientOf, describe } from './registry.js';

/** A campaign's ledger, its chain verified, and the object of its last entry. */
export interface RecordedLedger {
  readonly entries: readonly LedgerEntry<LedgerEntryBody>[];
  readonly head: Ref;
}

/** That of the results where the campaign has ended, else what a running campaign has written so far. */
export async function recordedLedger(
  store: Store,
  home: Home,
  name: string,
  campaign: Ref,
): Promise<RecordedLedger> {
  const published = await publishedLedger(home, name);
  const own = published && isOf(published.entries, campaign) ? published : undefined;
  if (own && endOf(own.entries) !== null) return own;
  const running = await runningLedger(store, home, name);
  if (running ?? own) return (running ?? own)!;
  throw inputError({
    field: 'NAME',
    message: 'the campaign has no results here, and no worker answers for it',
    got: name,
    hint: 'run it first, start a worker, or change to the folder in which `runs` lies',
  });
}

/** The readable ledger of the result folder, its chain verified; undefined where there is none. */
export async function publishedLedger(home: Home, name: string): Promise<RecordedLedger | undefined> {
  const path = join(home.runs, name, RESULT_FILES.ledger);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw storeError(error, 'read', path);
  }
  const entries = parseLedgerLines<LedgerEntryBody>(text);
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  return { entries, head: refOf('ledger-entry', new TextEncoder().encode(last)) };
}

function isOf([first]: readonly LedgerEntryBody[], campaign: Ref): boolean {
  return first?.type === 'started' && first.campaign.hash === campaign.hash;
}

async function runningLedger(store: Store, home: Home, name: string): Promise<RecordedLedger | undefined> {
  const access = await accessServer(home, (line) => process.stderr.write(`${line}\n`), true);
  try {
    const client = clientOf(access.server);
    const state = (await describe(client, name)) && (await observe(client, name)).status?.state;
    const head = state?.ledger.head;
    return head ? { entries: await readLedger<LedgerEntryBody>(store, head), head } : undefined;
  } finally {
    await access.close();
  }
}
