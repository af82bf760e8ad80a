import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareLedgers } from '../../src/campaign/agreement.js';
import type { Attempt, LedgerEntryBody } from '../../src/campaign/ledger.js';
import { homeOf, taskQueues } from '../../src/cli/home.js';
import { parseLedgerLines } from '../../src/store/ledger.js';
import { forceConstants, type Running, root, run, start, temporaryFolder, untilSaid } from './cli.js';

/**
 * The outcome does not depend on which worker ran what, or in which order labels came back: the same campaign by one
 * process, and by two workers that share its walkers and its labels, which take a random time each.
 */
const PROGRAM = join(root, 'test/reference/programs/late.mjs');
const CAMPAIGN = `name: shared
crystal: argon.POSCAR
supercell: [2, 2, 2]
expansion: { cutoffs: { 2: 5.0, 3: 4.0, 4: 4.0 } }
reference: { calculator: command, command: [node, ${JSON.stringify(PROGRAM)}, '{input}', '{output}'], slots: 3 }
md: { timestep: 5 fs, temperature: 40, walkers: [{ temperature: 30 }, { temperature: 40 }] }
acquisition: { lookahead: 2, window: 200, minWindow: 100, minGap: 100 fs, stall: { after: 500 fs, structures: 6 } }
convergence: { minTime: 1 ps, sinceRefit: 200 fs, minStructures: 4 }
limits: { time: 20 ps, roundSteps: 600 }
initial: { phonon: { count: 3 } }
`;

const alone = temporaryFolder();
const shared = temporaryFolder();
const services: Running[] = [];

beforeAll(() => {
  for (const { path } of [alone, shared]) {
    copyFileSync(join(root, 'examples/argon.POSCAR'), join(path, 'argon.POSCAR'));
    writeFileSync(join(path, 'shared.yaml'), CAMPAIGN);
  }
});
afterAll(async () => {
  for (const { child, finished } of services.reverse()) {
    child.kill('SIGINT');
    await finished;
  }
  alone.remove();
  shared.remove();
}, 60_000);

describe('one campaign', () => {
  it('by two workers and by one process is the same, decision by decision and bit by bit', async () => {
    const single = await run(['run', 'shared.yaml'], alone.path);
    expect(single.code, single.stdout + single.stderr).toBe(0);

    await service(['server'], /Temporal server: 127/);
    // One label at a time: while one worker has it, the others of a batch are the other's.
    const worker = ['worker', '--md-slots', '1', '--reference-slots', '1'];
    await Promise.all([service(worker, /"msg":"working"/), service(worker, /"msg":"working"/)]);
    await bothPoll();
    expect((await run(['start', 'shared.yaml'], shared.path)).code).toBe(0);
    const watched = await run(['watch', 'shared', '--format', 'plain'], shared.path);
    expect(watched.code, watched.stdout + watched.stderr).toBe(0);

    const status = await run(['status', 'shared'], shared.path);
    expect(forceConstants(status)).toBe(forceConstants(single));
    const agreement = compareLedgers(ledgerOf(alone.path), ledgerOf(shared.path));
    expect(agreement.difference).toBeNull();
    expect(agreement.agreeing).toBeGreaterThan(40);
    expect(agreement.labels.computed).toBeGreaterThan(12);

    // The test can fail: both workers did run MD and labels.
    for (const [activity, workers] of await whoRan('shared'))
      if (activity === 'explore' || activity === 'label') expect(workers.size, activity).toBe(2);
    expect(new Set(labelOrders()).size).toBe(2);
  }, 300_000);
});

async function service(args: readonly string[], ready: RegExp): Promise<void> {
  const running = start(args, shared.path);
  services.push(running);
  await untilSaid(running, ready);
}

function ledgerOf(folder: string): readonly LedgerEntryBody[] {
  return parseLedgerLines<LedgerEntryBody>(readFileSync(join(folder, 'runs/shared/ledger.jsonl'), 'utf8'));
}

/** Structures in the order in which their labels came back, in each run. */
function labelOrders(): string[] {
  return [alone.path, shared.path].map((folder) =>
    ledgerOf(folder)
      .flatMap((e) => (e.type === 'attempt' ? [{ structure: e.structure, ended: endOf(e.attempt) }] : []))
      .sort((a, b) => a.ended - b.ended)
      .map(({ structure }) => structure)
      .join(' '),
  );
}

function endOf({ started, seconds }: Attempt): number {
  return Date.parse(started) + 1000 * seconds;
}

async function connected(): Promise<Connection> {
  const record = JSON.parse(readFileSync(join(shared.path, '.anharmony/server/server.json'), 'utf8')) as {
    address: string;
  };
  return Connection.connect({ address: record.address });
}

/** A worker says that it works before the server has its first poll: a campaign of seconds may be over by then. */
async function bothPoll(): Promise<void> {
  const connection = await connected();
  const home = homeOf({ home: join(shared.path, '.anharmony') });
  const names = Object.entries(await taskQueues(home)).filter(
    ([role]) => role === 'md' || role === 'reference',
  );
  const polling = async (name: string) => {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace: 'default',
      taskQueue: { name },
      // Of activities.
      taskQueueType: 2,
    });
    return new Set(pollers?.map(({ identity }) => identity)).size;
  };
  try {
    for (const [role, name] of names)
      for (let k = 0; (await polling(name)) < 2; k++) {
        if (k > 300) throw new Error(`no two workers ask for ${role} tasks`);
        await sleep(100);
      }
  } finally {
    await connection.close();
  }
}

/** The workers that took each type of activity, from the server's own record. */
async function whoRan(name: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const connection = await connected();
  try {
    const { events } = await new Client({ connection }).workflow
      .getHandle(`anharmony-${name}`)
      .fetchHistory();
    const types = new Map<string, string>();
    const found = new Map<string, Set<string>>();
    for (const event of events ?? []) {
      const scheduled = event.activityTaskScheduledEventAttributes;
      const started = event.activityTaskStartedEventAttributes;
      if (scheduled) types.set(String(event.eventId), scheduled.activityType?.name ?? '');
      if (!started) continue;
      const type = types.get(String(started.scheduledEventId)) ?? '';
      found.set(type, (found.get(type) ?? new Set()).add(started.identity ?? ''));
    }
    return found;
  } finally {
    await connection.close();
  }
}
