import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { WorkflowBundle } from '@temporalio/worker';
import { resumeCampaign } from '../../src/campaign/begin.js';
import { decide } from '../../src/campaign/decide.js';
import type { Command } from '../../src/campaign/messages.js';
import type { CampaignState } from '../../src/campaign/state.js';
import type { Order } from '../../src/campaign/steering.js';
import { steerUpdate } from '../../workflows/campaign.js';
import { freshCampaign } from '../campaign/play.js';
import { createWorld, FRIENDLY, type Nature, smallRules } from '../campaign/world.js';
import { bundleWorkflows, quietRuntime } from '../workflows/bundle.js';
import { type Fate, type ScriptedWorkers, scriptedWorkers } from '../workflows/scripted.js';
import { serverExecutable, startForgetfulServer, startServer, type TestServer } from '../workflows/server.js';

/** Two walkers, a rejected structure and a wreck on the way: screening, quarantine and every stage occur. */
const NATURE: Nature = {
  ...FRIENDLY,
  greedy: true,
  keeps: 2,
  rejects: (structure) => structure === 8,
  outcome: (walker, round) => (walker === 2 && round === 2 ? 'wrecked' : undefined),
};
const RULES = smallRules({ walkers: [{ temperature: 300 }, { temperature: 400 }], lookahead: 3, slots: 4 });
const WHO = { by: 'ada@bench', at: '2026-02-03T04:05:06.000Z' };
/** Events after which a history counts as long. */
const LONG = 150;

/** Runs campaigns of every kind of end on a real server and writes their histories, replacing those of before. */
export async function record(folder: string): Promise<void> {
  const executable = await serverExecutable();
  if (executable === undefined) throw new Error('histories can only be recorded with a Temporal server');
  quietRuntime();
  const bundle = await bundleWorkflows(resolve('workflows/index.ts'));
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) await rm(join(folder, name));
  await on(await startServer(executable), bundle, (stage) => recordEnds(stage, folder));
  await on(await startForgetfulServer(executable, LONG), bundle, (stage) => recordContinued(stage, folder));
}

interface StageForCampaigns {
  readonly server: TestServer;
  readonly workers: ScriptedWorkers;
}

async function on(server: TestServer, bundle: WorkflowBundle, act: (on: StageForCampaigns) => Promise<void>) {
  const workers = await scriptedWorkers(server.connection, bundle);
  try {
    await act({ server, workers });
  } finally {
    await workers.stop();
    await server.stop();
  }
}

async function recordEnds({ workers }: StageForCampaigns, folder: string): Promise<void> {
  const run = async (name: string, fate: (command: Command) => Fate, cancelAt?: Command['type']) => {
    workers.script(createWorld(NATURE), fate);
    return go(name, freshCampaign(RULES), cancelAt);
  };
  const go = async (
    name: string,
    state: CampaignState,
    cancelAt?: Command['type'],
  ): Promise<CampaignState> => {
    const handle = await workers.start(state);
    if (cancelAt) {
      while (!workers.given.some((command) => command.type === cancelAt)) await pause();
      await handle.cancel();
    }
    const result = await handle.result();
    await write(folder, name, historyToJSON(await handle.fetchHistory()));
    return result;
  };
  const only = (type: Command['type'], fate: Fate) => (command: Command) =>
    command.type === type ? fate : 'answer';

  await run('finished', () => 'answer');
  workers.script(createWorld({ ...NATURE, initial: 40 }));
  await go('two-batches', freshCampaign(RULES));
  const cancelled = await run('cancelled-in-md', only('explore', 'hold'), 'explore');
  workers.fate = only('explore', 'fail');
  await go('resumed-and-failed', resumeCampaign(cancelled));
  await run('cancelled-in-labelling', only('label', 'hold'), 'label');
  await run('failed-in-labelling', only('label', 'fail'));
  await run('failed-in-refit', only('refit', 'fail'));
  await run('unpublished', only('publish', 'fail'));
  await recordSteered(workers, folder);
}

/** People say everything that can be said: in MD, over a quarantined structure, at the end, and to what has ended. */
async function recordSteered(workers: ScriptedWorkers, folder: string): Promise<void> {
  const nature: Nature = { ...NATURE, rejects: (structure) => structure === 2 };
  workers.script(createWorld(nature), (c) => (c.type === 'explore' && c.round === 3 ? 'hold' : 'answer'));
  const handle = await workers.start(freshCampaign(RULES));
  const tell = (order: Order) => handle.executeUpdate(steerUpdate, { args: [{ ...WHO, order }] });
  while (!workers.given.some((c) => c.type === 'explore' && c.round === 3)) await pause();
  const changes = [{ key: 'md.walkers', value: 3 }];
  const walkers = [...RULES.walkers, { temperature: 500 }];
  await tell({ kind: 'set', changes, after: 0, rules: { ...RULES, walkers } });
  await tell({ kind: 'sample', walkers: [1] });
  await tell({ kind: 'resolve', structure: 2, answer: { kind: 'retry', changes: [], reference: null } });
  await tell({ kind: 'pause' });
  await tell({ kind: 'stop' }).catch(() => undefined);
  const stopped = await handle.result();
  await write(folder, 'stopped-at-rest', historyToJSON(await handle.fetchHistory()));
  workers.fate = (c) => (c.type === 'explore' && c.round === stopped.round + 2 ? 'hold' : 'answer');
  const rules = { ...RULES, walkers };
  const order: Order = { kind: 'extend', changes: [], after: stopped.changes.length, rules };
  const again = await workers.start(decide(stopped, { type: 'steered', command: '', ...WHO, order }).state);
  while (!workers.given.some((c) => c.type === 'explore' && c.round === stopped.round + 2)) await pause();
  const tellAgain = (say: Order) => again.executeUpdate(steerUpdate, { args: [{ ...WHO, order: say }] });
  await tellAgain({ kind: 'pause' });
  workers.fate = () => 'answer';
  await tellAgain({ kind: 'resume' });
  await again.result();
  await write(folder, 'steered', historyToJSON(await again.fetchHistory()));
}

async function recordContinued({ server, workers }: StageForCampaigns, folder: string): Promise<void> {
  workers.script(createWorld(NATURE));
  const handle = await workers.start(freshCampaign(RULES));
  await handle.result();
  const { workflowService } = server.connection.connection;
  let runId = handle.firstExecutionRunId;
  for (let run = 1; runId; run++) {
    const execution = { workflowId: handle.workflowId, runId };
    const { history } = await workflowService.getWorkflowExecutionHistory({
      namespace: server.connection.namespace,
      execution,
    });
    await write(folder, `continued-${run}`, historyToJSON(history!));
    const last = history!.events!.at(-1);
    runId = last?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? '';
  }
}

async function write(folder: string, name: string, history: string): Promise<void> {
  const text = JSON.stringify(JSON.parse(history));
  await writeFile(join(folder, `${name}.json.gz`), gzipSync(text, { level: 9 }));
  process.stdout.write(`${name}: ${JSON.parse(text).events.length} events\n`);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
