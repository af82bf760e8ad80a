import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBundle } from '../../../activities/tasks/context.js';
import type { TaskEnvironment } from '../../../activities/tasks/environment.js';
import { tasks } from '../../../activities/tasks/index.js';
import { rulesOf } from '../../campaign/bundle.js';
import { oldForceFields } from '../../campaign/ending.js';
import type { LedgerEntryBody } from '../../campaign/ledger.js';
import type { CampaignEvent, Command } from '../../campaign/messages.js';
import { isBuiltIn } from '../../reference/catalogue.js';
import { canonicalText } from '../../store/canonical.js';
import { MissingArtifactError } from '../../store/errors.js';
import { readLedger } from '../../store/ledger.js';
import { overlayStore } from '../../store/overlayStore.js';
import { isRef } from '../../store/ref.js';
import type { Ref, Store } from '../../store/types.js';
import { happenings } from './events.js';
import { replayLedger } from './replay.js';
import { verifyChanges } from './steered.js';
import { verifyLabels } from './verifyLabels.js';

/** One thing that was proven, or not. */
export interface Check {
  readonly name: string;
  /** What was looked at, or what is wrong. */
  readonly detail: string;
  readonly holds: boolean;
}

export interface VerifyOptions {
  readonly store: Store;
  readonly head: Ref;
  /** Run everything again, molecular dynamics and built-in references included; else fits alone. */
  readonly recompute: boolean;
  readonly onProgress?: (line: string) => void;
}

/** Proves a campaign from its store: chain, objects, labels, fits, decisions. Writes nothing. */
export async function verifyCampaign({
  store,
  head,
  recompute,
  onProgress,
}: VerifyOptions): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const attempt = async (name: string, proof: () => Promise<string>): Promise<boolean> => {
    onProgress?.(name);
    try {
      checks.push({ name, detail: await proof(), holds: true });
      return true;
    } catch (error) {
      checks.push({ name, detail: error instanceof Error ? error.message : String(error), holds: false });
      return false;
    }
  };
  let ledger: readonly LedgerEntryBody[] = [];
  const chained = await attempt('the ledger’s chain', async () => {
    ledger = await readLedger<LedgerEntryBody>(store, head);
    return `${ledger.length} entries, each linked to the one before by its hash`;
  });
  if (!chained) return checks;
  await attempt('every object that the ledger names', () => verifyObjects(store, ledger));
  const started = ledger[0];
  if (started?.type !== 'started') return checks;
  await attempt('each label against the gate', () => verifyLabels(store, started.campaign, ledger));
  if (ledger.some(({ type }) => type === 'steered'))
    await attempt('what people changed', async () =>
      verifyChanges(await readBundle(store, started.campaign), ledger),
    );
  if (ledger.some(({ type }) => type === 'history')) {
    await attempt('the server’s own records, replayed', async () => {
      // Brings the SDK's native part, which nothing else here needs.
      const { replayHistories } = await import('./histories.js');
      return replayHistories(store, ledger);
    });
  }
  await attempt(
    recompute
      ? 'every decision and every result, computed again'
      : 'every decision and every fit, computed again',
    () => verifyDecisions(store, started, ledger, recompute, onProgress),
  );
  return checks;
}

async function verifyObjects(store: Store, ledger: readonly LedgerEntryBody[]): Promise<string> {
  const refs = new Map<string, Ref>();
  const collect = (value: unknown): void => {
    if (isRef(value)) refs.set(value.hash, value);
    else if (value !== null && typeof value === 'object')
      for (const inner of Object.values(value)) collect(inner);
  };
  collect(ledger);
  const caches = oldForceFields(ledger);
  let bytes = 0;
  let freed = 0;
  for (const ref of refs.values()) {
    const content = await store.get(ref).catch((error: unknown) => {
      if (error instanceof MissingArtifactError && caches.has(ref.hash)) return undefined;
      throw error;
    });
    bytes += content?.length ?? 0;
    if (content === undefined) freed++;
  }
  const gone = freed > 0 ? `; ${freed} older force fields were freed and are computed again below` : '';
  return `${refs.size - freed} objects, ${(bytes / 1048576).toFixed(1)} MiB: every hash is right${gone}`;
}

async function verifyDecisions(
  store: Store,
  started: Extract<LedgerEntryBody, { type: 'started' }>,
  ledger: readonly LedgerEntryBody[],
  recompute: boolean,
  onProgress?: (line: string) => void,
): Promise<string> {
  const { settings } = await readBundle(store, started.campaign);
  const work = await mkdtemp(join(tmpdir(), 'anharmony-verify-'));
  const environment: TaskEnvironment = {
    places: { store: work, work, runs: '' },
    store: overlayStore(store),
    report: () => undefined,
    shouldStop: () => false,
  };
  const again = recompute ? EVERYTHING : FITS;
  let computed = 0;
  const onAnswer = async (command: Command, event: CampaignEvent): Promise<void> => {
    if (!again.includes(command.type)) return;
    if (command.type === 'label' && !isBuiltIn(settings.reference)) return;
    onProgress?.(`computing again: ${command.id}`);
    const task = TASKS[command.type as keyof typeof TASKS];
    const input = { campaign: started.campaign, name: started.name, command };
    const answer: CampaignEvent = await task(environment, input as never);
    if (essence(answer) !== essence(event))
      throw new Error(`${command.id} gives another result than the recorded one`);
    computed++;
  };
  try {
    const deviation = await replayLedger({
      ledger,
      happenings: await happenings(store, ledger),
      rules: rulesOf(settings),
      onAnswer,
    });
    if (deviation) throw new Error(`entry ${deviation.sequence}: ${deviation.message}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return `${ledger.length} entries follow from the rules; ${computed} results computed again to the same bits`;
}

const FITS: readonly Command['type'][] = ['refit'];
const EVERYTHING: readonly Command['type'][] = [
  'prepare',
  'displace',
  'take',
  'screen',
  'refit',
  'explore',
  'test-set',
  'label',
];
const TASKS = {
  prepare: tasks.prepare,
  displace: tasks.displace,
  take: tasks.take,
  screen: tasks.screen,
  refit: tasks.refit,
  explore: tasks.explore,
  'test-set': tasks.testSet,
  label: tasks.label,
} as const;

/** What must agree: everything but clocks, hosts, and what the ledger does not hold. */
function essence(event: CampaignEvent): string {
  const plain = JSON.parse(
    JSON.stringify(event, (key, value) => (NOT_COMPARED.includes(key) ? undefined : value)),
  ) as Record<string, unknown>;
  return canonicalText(plain);
}

const NOT_COMPARED = ['seconds', 'attempts', 'adopted', 'command', 'prepared', 'picks', 'warnings'];
