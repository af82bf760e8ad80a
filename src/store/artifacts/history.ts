import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { canonicalJson } from '../canonical.js';
import type { Ref, Store } from '../types.js';

const FORMAT = 'anharmony-history';

/** One execution of a campaign's workflow: Temporal's JSON of its history, as far as it had come. */
export interface WorkflowHistory {
  readonly workflowId: string;
  readonly runId: string;
  readonly history: string;
}

interface HistoryDocument {
  readonly format: typeof FORMAT;
  readonly workflowId: string;
  readonly runId: string;
  /** gzip, base64 */
  readonly history: string;
  /** Of the execution before. */
  readonly previous: Ref | null;
}

/** Adds a history to the chain that ends at `previous`. */
export async function putHistory(
  store: Store,
  { workflowId, runId, history }: WorkflowHistory,
  previous: Ref | null,
): Promise<Ref> {
  const packed = await promisify(gzip)(history);
  const document: HistoryDocument = {
    format: FORMAT,
    workflowId,
    runId,
    history: packed.toString('base64'),
    previous,
  };
  return store.put('history', canonicalJson(document));
}

/** All histories of the chain that ends at `head`, oldest first. */
export async function readHistories(store: Store, head: Ref): Promise<readonly WorkflowHistory[]> {
  const found: WorkflowHistory[] = [];
  for (let at: Ref | null = head; at !== null; ) {
    const document = JSON.parse(new TextDecoder().decode(await store.get(at))) as HistoryDocument;
    const { workflowId, runId, previous } = document;
    const history = (await promisify(gunzip)(Buffer.from(document.history, 'base64'))).toString();
    found.push({ workflowId, runId, history });
    at = previous;
  }
  return found.reverse();
}
