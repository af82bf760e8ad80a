import type { WorkflowExecutionDescription, WorkflowHandleWithStartDetails } from '@temporalio/client';
import { Client, WorkflowNotFoundError } from '@temporalio/client';
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import type { campaign as campaignWorkflow } from '../../../workflows/index.js';
import { newCampaign, resumeCampaign } from '../../campaign/begin.js';
import { type CampaignBundle, fingerprintSource, rulesOf } from '../../campaign/bundle.js';
import { tellAgain } from '../../campaign/decide.js';
import type { ScriptedOrder } from '../../campaign/script.js';
import type { CampaignState } from '../../campaign/state.js';
import type { TaskQueues } from '../../campaign/status.js';
import { inputError } from '../../errors.js';
import type { ServerConnection } from '../../server/connect.js';
import { canonicalJson, hashOf } from '../../store/canonical.js';
import type { Ref, Store } from '../../store/types.js';
import { PROGRAM_VERSION } from '../../version.js';
import type { LoadedCampaign } from './file.js';

/** Name of a campaign's workflow. */
export function workflowId(name: string): string {
  return `anharmony-${name}`;
}

export function clientOf(server: ServerConnection): Client {
  return new Client({ connection: server.connection, namespace: server.namespace });
}

/**
 * Refuses a name that stands for another configuration in this store.
 * @throws InputError naming what differs
 */
export async function requireFreeName(store: Store, campaign: LoadedCampaign): Promise<void> {
  const stands = await store.resolve('campaign', campaign.bundle.settings.name);
  if (stands) await requireSame(store, campaign, stands);
}

/**
 * Puts the campaign into the store under its name, which from then on stands for this configuration.
 * @throws InputError where the name is taken by another configuration, naming what differs
 */
export async function registerCampaign(store: Store, campaign: LoadedCampaign): Promise<Ref> {
  const ref = await store.put('campaign-file', canonicalJson(campaign.bundle));
  const stands = await store.link('campaign', campaign.bundle.settings.name, ref);
  if (stands.hash !== ref.hash) await requireSame(store, campaign, stands);
  return stands;
}

async function requireSame(
  store: Store,
  { bundle, fingerprint }: LoadedCampaign,
  stands: Ref,
): Promise<void> {
  const before = JSON.parse(new TextDecoder().decode(await store.get(stands))) as CampaignBundle;
  if (hashOf(fingerprintSource(before)) === fingerprint) return;
  throw inputError({
    field: 'name',
    message: `"${bundle.settings.name}" is taken by another configuration`,
    got: differences(before, bundle).join(', '),
    expected: 'the same configuration as before',
    hint: 'give the new configuration another name (labels are shared: nothing is computed twice), or use another --home',
  });
}

/** What the name of a campaign stands for in this store. */
export async function findBundle(store: Store, name: string): Promise<{ bundle: CampaignBundle; ref: Ref }> {
  const ref = await store.resolve('campaign', name);
  if (!ref) {
    throw inputError({
      field: 'CAMPAIGN',
      message: 'there is no campaign of this name here',
      got: name,
      hint: '`anharmony list` shows what there is; --home names the folder',
    });
  }
  return { ref, bundle: JSON.parse(new TextDecoder().decode(await store.get(ref))) as CampaignBundle };
}

/** Paths of the settings in which two configurations differ, at most six. */
function differences(a: CampaignBundle, b: CampaignBundle): string[] {
  const found: string[] = [];
  const walk = (x: unknown, y: unknown, path: string): void => {
    if (x !== null && y !== null && typeof x === 'object' && typeof y === 'object') {
      for (const key of new Set([...Object.keys(x), ...Object.keys(y)])) {
        walk(
          (x as Record<string, unknown>)[key],
          (y as Record<string, unknown>)[key],
          path ? `${path}.${key}` : key,
        );
      }
    } else if (x !== y)
      found.push(`${path}: ${JSON.stringify(x) ?? 'nothing'} before, ${JSON.stringify(y) ?? 'nothing'} now`);
  };
  walk(a.settings, b.settings, '');
  if (a.crystal.text !== b.crystal.text) found.push('the crystal file has changed');
  if (a.testSet?.text !== b.testSet?.text) found.push('the test set has changed');
  if (a.methodVersion !== b.methodVersion)
    found.push(`method version ${a.methodVersion} before, ${b.methodVersion} now`);
  return found.length > 6 ? [...found.slice(0, 6), `and ${found.length - 6} more`] : found;
}

export type Launched =
  /** It runs: started now, resumed, or found running. */
  | { readonly kind: 'running'; readonly how: 'started' | 'resumed' | 'found running' }
  /** It had ended before. */
  | { readonly kind: 'finished'; readonly state: CampaignState };

/**
 * Starts a campaign, or goes on with it, whatever became of it before.
 * @param script what people told another run of it, for one that is started now
 */
export async function launch(
  client: Client,
  queues: TaskQueues,
  { bundle, fingerprint }: LoadedCampaign,
  ref: Ref,
  script: readonly ScriptedOrder[] = [],
): Promise<Launched> {
  const { name } = bundle.settings;
  const before = await describe(client, name);
  if (before?.status.name === 'RUNNING') return { kind: 'running', how: 'found running' };
  if (before?.status.name === 'COMPLETED') {
    const state = await resultOf(client, name);
    const ended =
      state.stage === 'done' && state.verdict?.kind !== 'cancelled' && state.verdict?.kind !== 'failed';
    if (ended) return { kind: 'finished', state };
    await restart(client, queues, resumeCampaign(state, PROGRAM_VERSION));
    return { kind: 'running', how: 'resumed' };
  }
  const fresh = newCampaign(name, fingerprint, ref, rulesOf(bundle.settings), PROGRAM_VERSION);
  await restart(client, queues, script.length > 0 ? tellAgain({ ...fresh, script }) : fresh);
  return { kind: 'running', how: 'started' };
}

/** Starts an execution that goes on from a state. */
export function restart(
  client: Client,
  queues: TaskQueues,
  state: CampaignState,
): Promise<WorkflowHandleWithStartDetails> {
  const { name } = state;
  return client.workflow.start<typeof campaignWorkflow>('campaign', {
    workflowId: workflowId(name),
    taskQueue: queues.workflow,
    args: [{ state, queues }],
    // Two people who start one campaign at once get the same one.
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    memo: { fingerprint: state.fingerprint },
    staticSummary: `Anharmony campaign ${name}`,
  });
}

/** Undefined where the server knows no such campaign. */
export async function describe(
  client: Client,
  name: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(workflowId(name)).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

export function resultOf(client: Client, name: string): Promise<CampaignState> {
  return client.workflow.getHandle<typeof campaignWorkflow>(workflowId(name)).result();
}
