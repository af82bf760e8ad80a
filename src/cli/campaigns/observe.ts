import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { TaskProgress } from '../../../activities/protocol.js';
import type { campaign as campaignWorkflow } from '../../../workflows/index.js';
import type { CampaignState } from '../../campaign/state.js';
import type { CampaignStatus } from '../../campaign/status.js';
import { workflowId } from './registry.js';

/** What can be seen of a campaign from outside, at one moment. */
export interface Observation {
  readonly running: boolean;
  /** Temporal's word for it: RUNNING, COMPLETED, FAILED, TERMINATED … */
  readonly execution: string;
  /** Seconds since it began, or was resumed after an end: continuing as new does not count as one. */
  readonly elapsed: number;
  /** Null where no worker answers. */
  readonly status: CampaignStatus | null;
  /** What running activities are at. */
  readonly activities: readonly ActivityView[];
}

export interface ActivityView {
  readonly type: string;
  readonly attempt: number;
  readonly progress: TaskProgress | null;
  /** Message of the last failure, while it is being retried. */
  readonly lastFailure: string | null;
}

const QUERY_TIMEOUT_MS = 5000;
const DESCRIBE_TIMEOUT_MS = 5000;

export async function observe(client: Client, name: string): Promise<Observation> {
  const handle = client.workflow.getHandle<typeof campaignWorkflow>(workflowId(name));
  const description = await client.withDeadline(Date.now() + DESCRIBE_TIMEOUT_MS, () => handle.describe());
  const execution = description.status.name;
  const running = execution === 'RUNNING';
  const until = description.closeTime ?? new Date();
  return {
    running,
    execution,
    elapsed: (until.getTime() - (await beganAt(client, name, description)).getTime()) / 1000,
    status: running ? await queryStatus(client, name) : await finalStatus(client, name, execution),
    activities: (description.raw.pendingActivities ?? []).map((activity) => ({
      type: activity.activityType?.name ?? '',
      attempt: activity.attempt ?? 1,
      progress: activity.heartbeatDetails?.payloads?.[0]
        ? defaultPayloadConverter.fromPayload<TaskProgress | null>(activity.heartbeatDetails.payloads[0])
        : null,
      lastFailure: activity.lastFailure?.message ?? null,
    })),
  };
}

/** When the first of executions began that continued each other, by its id: that never changes. */
const began = new Map<string, Date>();

async function beganAt(
  client: Client,
  name: string,
  { runId, startTime, raw }: WorkflowExecutionDescription,
): Promise<Date> {
  const first = raw.workflowExecutionInfo?.firstRunId || runId;
  if (first === runId) return startTime;
  const known = began.get(first);
  if (known) return known;
  try {
    const handle = client.workflow.getHandle(workflowId(name), first);
    const { startTime: found } = await client.withDeadline(Date.now() + DESCRIBE_TIMEOUT_MS, () =>
      handle.describe(),
    );
    began.set(first, found);
    return found;
  } catch {
    // It is older than what the server keeps.
    return startTime;
  }
}

async function queryStatus(client: Client, name: string): Promise<CampaignStatus | null> {
  const handle = client.workflow.getHandle(workflowId(name));
  try {
    return await client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () =>
      handle.query<CampaignStatus>('status'),
    );
  } catch {
    return null;
  }
}

/** A finished workflow answers without a worker: its result is its state. */
async function finalStatus(client: Client, name: string, execution: string): Promise<CampaignStatus | null> {
  if (execution !== 'COMPLETED') return null;
  const state: CampaignState = await client.workflow
    .getHandle<typeof campaignWorkflow>(workflowId(name))
    .result();
  return { state, recent: [] };
}
