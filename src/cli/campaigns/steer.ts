import { type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { answerTo } from '../../campaign/answers.js';
import type { CampaignBundle } from '../../campaign/bundle.js';
import { rulesOf } from '../../campaign/bundle.js';
import { changedSettings } from '../../campaign/changes.js';
import { decide } from '../../campaign/decide.js';
import type { CampaignState, SettingChange } from '../../campaign/state.js';
import type { TaskQueues } from '../../campaign/status.js';
import { type Order, refusal, type SetOrder, type Steering } from '../../campaign/steering.js';
import { FailureError, inputError } from '../../errors.js';
import { signature } from '../signature.js';
import { checkDynamics } from './checkDynamics.js';
import { observe } from './observe.js';
import { restart, workflowId } from './registry.js';

/** How long a campaign may take to answer. */
const ANSWER_SECONDS = 20;

/** How a campaign stands, for who wants to steer it. */
export interface Steerable {
  readonly running: boolean;
  readonly state: CampaignState;
}

/** @throws FailureError where no worker answers for it */
export async function steerable(client: Client, name: string): Promise<Steerable> {
  const { running, status, execution } = await observe(client, name);
  if (status) return { running, state: status.state };
  throw new FailureError(
    running ? `no worker answers for campaign ${name}` : `the workflow of campaign ${name} is ${execution}`,
    '`anharmony run` or `anharmony worker` goes on with it; then try again',
  );
}

/**
 * The order that gives a campaign other settings: those of its file with all changes so far and these.
 * @throws InputError where the file with these changes is not acceptable
 */
export function setOrder(
  kind: SetOrder['kind'],
  { source }: CampaignBundle,
  state: CampaignState,
  changes: readonly SettingChange[],
): SetOrder {
  const settings = changedSettings(source, [...state.changes, ...changes]);
  checkDynamics(settings);
  return { kind, changes, after: state.changes.length, rules: rulesOf(settings) };
}

/**
 * Tells a running campaign what a person wants, and returns its answer.
 * @throws InputError with the campaign's reason where it refuses
 */
export async function tell(client: Client, name: string, order: Order): Promise<string> {
  const { running, state } = await steerable(client, name);
  if (!running) throw refused(name, refusal(state, order) ?? 'it has ended');
  const handle = client.workflow.getHandle(workflowId(name));
  const steering: Steering = { ...signature(), order };
  try {
    return await client.withDeadline(Date.now() + ANSWER_SECONDS * 1000, () =>
      handle.executeUpdate<string, [Steering]>('steer', { args: [steering] }),
    );
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError)
      throw refused(name, error.cause?.message ?? error.message);
    // It ended, or continued as new, in this very moment.
    if (error instanceof WorkflowNotFoundError) return tell(client, name, order);
    throw error;
  }
}

/** Lets a campaign that has ended go on under other rules, in an execution of its own. */
export async function wake(
  client: Client,
  queues: TaskQueues,
  state: CampaignState,
  order: SetOrder,
): Promise<string> {
  const reason = refusal(state, order);
  if (reason !== null) throw refused(state.name, reason);
  const next = decide(state, { type: 'steered', command: '', ...signature(), order }).state;
  await restart(client, queues, next);
  return answerTo(next, order);
}

function refused(name: string, reason: string) {
  return inputError({ field: 'CAMPAIGN', message: `campaign ${name} does not take this: ${reason}` });
}
