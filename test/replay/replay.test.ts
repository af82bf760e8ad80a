import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CampaignState } from '../../src/campaign/state.js';
import * as workflows from '../../workflows/index.js';
import { bundleWorkflows, quietRuntime } from '../workflows/bundle.js';

/** What a change must not break: campaigns that run while their workers are replaced. README.md says how to go about it. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = fileURLToPath(new URL('histories', import.meta.url));

interface StoredHistory {
  readonly workflowId: string;
  readonly history: { readonly events: readonly StoredEvent[] };
}
interface StoredEvent {
  readonly eventType: string;
  readonly workflowExecutionStartedEventAttributes?: { readonly workflowType: { readonly name: string } };
}

const histories: readonly StoredHistory[] = await Promise.all(
  (await readdir(FOLDER)).sort().map(async (file) => ({
    workflowId: file.replace('.json.gz', ''),
    history: JSON.parse(gunzipSync(await readFile(join(FOLDER, file))).toString('utf8')),
  })),
);

/** The error of each history under these workflows; undefined where it replays. No server is needed. */
async function replay(bundle: WorkflowBundle): Promise<ReadonlyMap<string, Error | undefined>> {
  const errors = new Map<string, Error | undefined>();
  const results = Worker.runReplayHistories({ workflowBundle: bundle }, structuredClone(histories));
  for await (const { workflowId, error } of results) errors.set(workflowId, error);
  return errors;
}

/** All that went into the server and came out of it, as JSON. */
function payloads(value: unknown): readonly string[] {
  if (value === null || typeof value !== 'object') return [];
  const { data, metadata } = value as { readonly data?: unknown; readonly metadata?: unknown };
  if (typeof data === 'string' && metadata !== undefined) return [Buffer.from(data, 'base64').toString()];
  return Object.values(value).flatMap(payloads);
}

describe('the replay gate', () => {
  let copy: string;
  beforeAll(async () => {
    quietRuntime();
    copy = await mkdtemp(join(tmpdir(), 'anharmony-replay-'));
    for (const folder of ['src/campaign', 'src/md', 'workflows']) {
      await cp(join(ROOT, folder), join(copy, folder), { recursive: true });
    }
    await cp(join(ROOT, 'package.json'), join(copy, 'package.json'));
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

  /** The workflows with one line changed. */
  async function changed(file: string, line: string, other: string): Promise<WorkflowBundle> {
    const text = await readFile(join(ROOT, file), 'utf8');
    expect(text.split(line), `"${line}" occurs once in ${file}`).toHaveLength(2);
    await writeFile(join(copy, file), text.replace(line, other));
    const bundle = await bundleWorkflows(join(copy, 'workflows/index.ts'));
    await writeFile(join(copy, file), text);
    return bundle;
  }

  it('replays every history that was recorded', async () => {
    const errors = await replay(await bundleWorkflows());
    expect(errors.size).toBe(histories.length);
    for (const [name, error] of errors) expect(error, name).toBeUndefined();
  });

  it('has every kind of end', () => {
    const ends = new Map(histories.map((h) => [h.workflowId, h.history.events.at(-1)!.eventType]));
    const names = [
      'finished',
      'two-batches',
      'cancelled-in-md',
      'cancelled-in-labelling',
      'failed-in-labelling',
      'failed-in-refit',
    ];
    for (const name of [...names, 'resumed-and-failed', 'unpublished', 'stopped-at-rest', 'steered']) {
      expect(ends.get(name)).toBe('EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED');
    }
    const continued = [...ends].filter(([name]) => name.startsWith('continued-')).map(([, end]) => end);
    expect(continued.length).toBeGreaterThan(2);
    for (const end of continued.slice(0, -1))
      expect(end).toBe('EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW');
    expect(continued.at(-1)).toBe('EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED');
  });

  it('has structures in quarantine, one of them tried again', () => {
    const occurs = (name: string, text: string) =>
      payloads(histories.find((h) => h.workflowId === name)).some((payload) => payload.includes(text));
    expect(occurs('finished', '"type":"quarantined"')).toBe(true);
    expect(occurs('stopped-at-rest', '"type":"quarantined"')).toBe(true);
    expect(occurs('steered', '"id":"label-2-again-')).toBe(true);
  });

  it('hands a campaign on with all that was decided in the ledger', () => {
    const started = histories
      .filter((h) => /^continued-[2-9]/.test(h.workflowId))
      .map((h) => JSON.parse(payloads(h.history.events[0])[0]).state as CampaignState);
    expect(started.length).toBeGreaterThan(1);
    for (const state of started) expect(state.journal).toEqual([]);
  });

  it('has a history with and one without every patch of the workflow', async () => {
    const files = await readdir(join(ROOT, 'src/campaign'));
    const paths = ['workflows/campaign.ts', ...files.map((file) => `src/campaign/${file}`)];
    const texts = await Promise.all(paths.map((path) => readFile(join(ROOT, path), 'utf8')));
    const patches = texts.flatMap((text) =>
      [...text.matchAll(/\b(?:deprecateP|p)atch(?:ed)?\('([^']+)'\)/g)].map((m) => m[1]),
    );
    for (const id of patches) {
      // As the SDK marks it: {"id":"…","deprecated":…}.
      const having = histories.filter((h) => payloads(h).some((payload) => payload.includes(`"id":"${id}"`)));
      expect(having.length, `histories with ${id}`).toBeGreaterThan(0);
      expect(having.length, `histories from before ${id}`).toBeLessThan(histories.length);
    }
  });

  it('holds no payload above 64 KiB', () => {
    for (const h of histories)
      for (const payload of payloads(h)) expect(payload.length, h.workflowId).toBeLessThan(65_536);
  });

  it('has a history of every workflow that workers offer', () => {
    const offered = Object.entries(workflows).filter(([, value]) => typeof value === 'function');
    const recorded = histories.map(
      (h) => h.history.events[0].workflowExecutionStartedEventAttributes?.workflowType.name,
    );
    expect(offered.length).toBeGreaterThan(0);
    for (const [name] of offered) expect(recorded, `no history of ${name}`).toContain(name);
  });

  describe('catches', () => {
    it('nothing in a mere copy', async () => {
      const bundle = await changed('workflows/index.ts', 'campaign.js', './campaign.js'.slice(2));
      for (const [name, error] of await replay(bundle)) expect(error, name).toBeUndefined();
    });

    it('one command more', async () => {
      const line = "return [{ type: 'prepare', id: 'prepare' }];";
      const more = "return [{ type: 'prepare', id: 'prepare' }, { type: 'test-set', id: 'test-set' }];";
      const errors = await replay(await changed('src/campaign/commands.ts', line, more));
      // Those that begin with preparation; the others never come there.
      const affected = [...errors].filter(([name]) => !/^continued-[^1]|^resumed|^steered/.test(name));
      expect(affected.length).toBeGreaterThan(5);
      for (const [name, error] of affected) expect(error, name).toBeInstanceOf(DeterminismViolationError);
    });

    it('another order of commands', async () => {
      const line = 'return [...recordCommand(state), ...stageCommands(state)];';
      const other = 'return [...stageCommands(state), ...recordCommand(state)];';
      const errors = await replay(await changed('src/campaign/commands.ts', line, other));
      // The last run of the continued campaign has nothing to do side by side.
      const last = `continued-${histories.filter((h) => h.workflowId.startsWith('continued-')).length}`;
      const affected = [...errors].filter(([name]) => name !== last);
      for (const [name, error] of affected) expect(error, name).toBeInstanceOf(DeterminismViolationError);
    });
  });
});
