import type { Client } from '@temporalio/client';
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
  /** Seconds since this execution began. */
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
    elapsed: (until.getTime() - description.startTime.getTime()) / 1000,
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
