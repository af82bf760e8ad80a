import type { WorkflowBundle } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { resumeCampaign } from '../../src/campaign/begin.js';
import type { Command } from '../../src/campaign/messages.js';
import type { CampaignState } from '../../src/campaign/state.js';
import type { Order } from '../../src/campaign/steering.js';
import { statusQuery, steerUpdate } from '../../workflows/campaign.js';
import { freshCampaign, play } from '../campaign/play.js';
import { createWorld, FRIENDLY, smallRules, type World } from '../campaign/world.js';
import { bundleWorkflows, quietRuntime } from './bundle.js';
import { type Fate, type ScriptedWorkers, scriptedWorkers } from './scripted.js';
import { serverExecutable, startForgetfulServer, startServer, type TestServer } from './server.js';

const executable = await serverExecutable();
const rules = smallRules({ walkers: [{ temperature: 300 }, { temperature: 400 }], lookahead: 3, slots: 4 });
const nature = { ...FRIENDLY, greedy: true };

const undisturbed = play(freshCampaign(rules), createWorld(nature));

describe.skipIf(executable === undefined)('the campaign workflow on a real server', () => {
  let bundle: WorkflowBundle;
  let server: TestServer;
  let world: World;
  let workers: ScriptedWorkers;
  beforeAll(async () => {
    quietRuntime();
    [bundle, server] = await Promise.all([bundleWorkflows(), startServer(executable!)]);
    workers = await scriptedWorkers(server.connection, bundle);
  });
  afterAll(async () => {
    await workers?.stop();
    await server?.stop();
  });

  /** Starts a campaign of which some commands are held or fail. */
  function start(fate: (command: Command) => Fate = () => 'answer', slots = rules.slots) {
    world = createWorld(nature);
    workers.script(world, fate);
    return workers.start(freshCampaign({ ...rules, slots }));
  }

  /** Waits until a command of the type has been given. */
  async function given(type: Command['type']): Promise<void> {
    for (let k = 0; k < 400; k++) {
      if (workers.given.some((command) => command.type === type)) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`no ${type} was given; given: ${workers.given.map((command) => command.id).join(' ')}`);
  }

  /** Runs an ended campaign again, without whatever ended it. */
  async function resumed(state: CampaignState): Promise<CampaignState> {
    workers.fate = () => 'answer';
    return (await workers.start(resumeCampaign(state))).result();
  }

  function expectSameResult(state: CampaignState): void {
    expect(state.stage).toBe('done');
    expect(state.verdict).toEqual(undisturbed.verdict);
    expect(state.forceField).toEqual(undisturbed.forceField);
    expect(state.training).toEqual(undisturbed.training);
    const ledger = world.ledger(state.ledger.head);
    expect(ledger).toHaveLength(state.ledger.sequence);
  }

  it('comes to the end that the decision function alone comes to, and answers the status query', async () => {
    const handle = await start();
    const state = await handle.result();
    expect(state).toEqual(JSON.parse(JSON.stringify(undisturbed)));
    const status = await handle.query(statusQuery);
    expect(status.state).toEqual(state);
    expect(status.recent.at(-2)).toMatchObject({ type: 'finished', sequence: state.ledger.sequence - 2 });
    expect(status.recent.map((entry) => entry.sequence)).toEqual(
      Array.from({ length: 64 }, (_, k) => state.ledger.sequence - 64 + k),
    );
    // Nothing was asked for twice.
    const ids = workers.given.map((command) => command.id);
    expect(new Set(ids).size).toBe(ids.length);
    const { searchAttributes } = await handle.describe();
    expect(searchAttributes).toMatchObject({
      AnharmonyMaterial: ['Si'],
      AnharmonyStage: ['done'],
      AnharmonyVerdict: ['converged'],
      AnharmonyStructures: [state.training.md],
    });
  });

  it.each([
    ['MD', 'explore'],
    ['labelling', 'label'],
    ['a refit', 'refit'],
    ['preparation', 'prepare'],
  ] as const)(
    'ends within 10 s when it is cancelled in %s, and goes on when it is run again',
    async (_, type) => {
      const handle = await start((command) => (command.type === type ? 'hold' : 'answer'));
      await given(type);
      const asked = Date.now();
      await handle.cancel();
      const state = await handle.result();
      expect(Date.now() - asked).toBeLessThan(10_000);
      // It may be run again at once: nothing of it still works.
      expect(workers.active).toBe(0);
      expect(state).toMatchObject({ stage: 'done', verdict: { kind: 'cancelled' }, journal: [] });
      expect(world.ledger(state.ledger.head).at(-2)).toMatchObject({
        type: 'finished',
        verdict: { kind: 'cancelled' },
      });
      expectSameResult(await resumed(state));
    },
  );

  it('keeps what came in before it was cancelled', async () => {
    // One walker ends its round, the other is held.
    const handle = await start((command) =>
      command.type === 'explore' && command.walker === 2 ? 'hold' : 'answer',
    );
    await given('explore');
    for (let k = 0; k < 400; k++) {
      const { state } = await handle.query(statusQuery);
      if (state.walkers.some((w) => w.result !== null)) break;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    await handle.cancel();
    const state = await handle.result();
    expect(state.walkers.map((w) => w.result !== null)).toEqual([true, false]);
    expectSameResult(await resumed(state));
    expect(workers.given.filter((command) => command.id === 'explore-1-1')).toHaveLength(1);
  });

  it.each(['prepare', 'label', 'explore', 'screen', 'refit'] as const)(
    'ends as failed, publishes, and can be resumed, when %s fails for good',
    async (type) => {
      const handle = await start((command) => (command.type === type ? 'fail' : 'answer'));
      const state = await handle.result();
      expect(state).toMatchObject({
        stage: 'done',
        verdict: { kind: 'failed', reason: `${type}: scripted fault of ${type}` },
      });
      expect(state.publishProblem).toBeUndefined();
      expect(world.ledger(state.ledger.head).filter((entry) => entry.type === 'faulted')).toHaveLength(1);
      expect(workers.given.at(-1)?.type).toBe('publish');
      expectSameResult(await resumed(state));
    },
  );

  it('ends although entries were on their way into the ledger when something failed', async () => {
    // The batch is cancelled together with everything else, and must be given again.
    let held = false;
    const handle = await start((command) => {
      if (command.type === 'label' && command.structure === 1) return 'fail';
      if (command.type !== 'record' || command.head === null || held) return 'answer';
      held = true;
      return 'hold';
    });
    const state = await handle.result();
    expect(held).toBe(true);
    expect(state).toMatchObject({ stage: 'done', verdict: { kind: 'failed' }, journal: [] });
    expectSameResult(await resumed(state));
  });

  it('tells of results that could not be written, and writes them when it is run again', async () => {
    const handle = await start((command) => (command.type === 'publish' ? 'fail' : 'answer'));
    const state = await handle.result();
    expect(state).toMatchObject({
      verdict: { kind: 'converged' },
      publishProblem: 'publish: scripted fault of publish',
    });
    const before = workers.given.length;
    expectSameResult(await resumed(state));
    expect(workers.given.slice(before).map((command) => command.id)).toEqual(['publish']);
  });

  it('lets a converged campaign write its results although it is cancelled meanwhile', async () => {
    let first = true;
    const handle = await start((command) => {
      if (command.type !== 'publish' || !first) return 'answer';
      first = false;
      return 'hold';
    });
    await given('publish');
    await handle.cancel();
    expectSameResult(await handle.result());
  });

  const who = { by: 'ada@bench', at: '2026-02-03T04:05:06.000Z' };

  it('rests when it is told to, goes on from where it was, and ends as if nothing had been', async () => {
    const handle = await start(({ type }) => (type === 'explore' ? 'hold' : 'answer'));
    const tell = (order: Order) => handle.executeUpdate(steerUpdate, { args: [{ ...who, order }] });
    await given('explore');
    expect(await tell({ kind: 'pause' })).toContain('paused');
    await vi.waitFor(() => expect(workers.active).toBe(0), 5000);
    const before = workers.given.length;
    await expect(tell({ kind: 'pause' })).rejects.toMatchObject({
      cause: { message: `it is paused already, by ${who.by} since ${who.at}` },
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(workers.given.slice(before).filter(({ type }) => type !== 'record')).toEqual([]);
    workers.fate = () => 'answer';
    await tell({ kind: 'resume' });
    const state = await handle.result();
    expectSameResult(state);
    // The walkers were told the same before the pause and after it.
    const told = workers.given.filter((c) => c.type === 'explore' && c.round === 1);
    expect(told).toHaveLength(4);
    const sorted = (commands: readonly Command[]) => [...commands].sort((a, b) => a.id.localeCompare(b.id));
    expect(sorted(told.slice(2))).toEqual(sorted(told.slice(0, 2)));
    const entries = world.ledger(state.ledger.head).filter(({ type }) => type === 'steered');
    expect(entries).toMatchObject([
      { ...who, order: { kind: 'pause' } },
      { ...who, order: { kind: 'resume' } },
    ]);
  });

  it('has no more labels under way than there are slots', async () => {
    const handle = await start(({ type }) => (type === 'label' ? 'hold' : 'answer'), 2);
    const labels = () => workers.given.filter(({ type }) => type === 'label').length;
    await vi.waitFor(() => expect(workers.active).toBe(2), 10_000);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(labels()).toBe(2);
    await handle.cancel();
    await handle.result();
  });

  it('continues as new as often as its history grows long, and ends with the same ledger', async () => {
    const forgetful = await startForgetfulServer(executable!, 50);
    const others = await scriptedWorkers(forgetful.connection, bundle);
    try {
      others.script(createWorld(nature));
      const handle = await others.start(freshCampaign(rules));
      const state = await handle.result();
      expect(state).toEqual(JSON.parse(JSON.stringify(undisturbed)));
      const last = await handle.describe();
      expect(last.runId).not.toBe(handle.firstExecutionRunId);
      expect(last.historyLength).toBeLessThan(150);
      let runs = 0;
      const ids = others.given
        .filter(({ type }) => type !== 'record' && type !== 'archive')
        .map((command) => command.id);
      expect(new Set(ids).size).toBe(ids.length);
      for await (const info of handle.client.list({ query: `WorkflowId = '${handle.workflowId}'` })) {
        runs++;
        if (info.runId !== last.runId) expect(info.status.name).toBe('CONTINUED_AS_NEW');
      }
      expect(runs).toBeGreaterThan(3);
    } finally {
      await others.stop();
      await forgetful.stop();
    }
  });
});
