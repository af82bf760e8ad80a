import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { LedgerEntryBody } from '../../campaign/ledger.js';
import { readHistories } from '../../store/artifacts/history.js';
import type { Store } from '../../store/types.js';
import { workflowBundle } from '../worker.js';

/**
 * Replays the server's own records of a campaign, which the store keeps, under this program's workflows: the same commands
 * in the same order must come of them. Needs no server.
 * @throws Error naming the execution that does not replay
 */
export async function replayHistories(store: Store, ledger: readonly LedgerEntryBody[]): Promise<string> {
  // Each holds those before it.
  const last = ledger.findLast((entry) => entry.type === 'history');
  if (last?.type !== 'history') return 'none is kept';
  const kept = await readHistories(store, last.history);
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), shutdownSignals: [] });
  const histories = kept.map(({ runId, history }) => ({ workflowId: runId, history: JSON.parse(history) }));
  let events = 0;
  for (const { history } of histories) events += (history as { events: readonly unknown[] }).events.length;
  const results = Worker.runReplayHistories({ workflowBundle: { codePath: workflowBundle() } }, histories);
  for await (const { workflowId, error } of results)
    if (error) throw new Error(`the execution ${workflowId} does not replay: ${error.message}`);
  return `${histories.length} ${histories.length === 1 ? 'execution' : 'executions'}, ${events} events: replayed to the same commands`;
}
