import { Context } from '@temporalio/activity';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

/** One execution of a campaign's workflow, as far as it has come. */
export interface RecordedExecution {
  readonly workflowId: string;
  readonly runId: string;
  /** Temporal's JSON of the history. */
  readonly history: string;
}

/** Attempts after which a history that the server does not give is gone without: a campaign does not wait for it for ever. */
const ATTEMPTS = 5;

/** What the server has recorded of the workflow that this activity belongs to; null where it does not say. */
export async function ownHistory(): Promise<RecordedExecution | null> {
  const { client, info, log } = Context.current();
  const { workflowId, runId } = info.workflowExecution!;
  try {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    return { workflowId, runId, history: historyToJSON(history) };
  } catch (error) {
    if (info.attempt < ATTEMPTS) throw error;
    log.warn('the history is not kept: the server does not give it', { error });
    return null;
  }
}
