import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LedgerBody, parseLedgerLines } from '../../src/store/ledger.js';
import {
  type Finished,
  forceConstants,
  isAlive,
  killTree,
  processTree,
  root,
  run,
  smallCampaign,
  start,
  temporaryFolder,
} from './cli.js';

/**
 * SIGKILL of the whole process tree, again and again, and the same command each time: the result is that of an undisturbed
 * run, bit for bit. Real processes, real server.
 */
describe('a campaign that is killed', () => {
  const undisturbed = temporaryFolder();
  const killed = temporaryFolder();
  const file = 'campaign.yaml';
  let reference: Finished;

  beforeAll(async () => {
    for (const { path } of [undisturbed, killed]) {
      copyFileSync(join(root, 'examples/silicon.POSCAR'), join(path, 'silicon.POSCAR'));
      writeFileSync(join(path, file), smallCampaign('small'));
    }
    reference = await run(['run', file], undisturbed.path);
  }, 600_000);

  afterAll(() => {
    undisturbed.remove();
    killed.remove();
  });

  it('converges when undisturbed', () => {
    expect(reference.code, reference.stdout + reference.stderr).toBe(0);
    expect(reference.stdout).toMatch(/^converged: /m);
    expect(forceConstants(reference)).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('ends with the same force constants after five kills at random moments', async () => {
    // Seeded, so that a failure can be repeated; moments from the first import to the last round.
    const moments = [0.31, 0.52, 0.77, 0.12, 0.94].map((u) => 1500 + 3500 * u);
    let hit = 0;
    for (const moment of moments) {
      const running = start(['run', file], killed.path);
      await Promise.race([sleep(moment), running.finished]);
      if (running.child.exitCode === null) hit++;
      const tree = processTree(running.child.pid!);
      killTree(running.child.pid!);
      await running.finished;
      await expect.poll(() => tree.filter(isAlive), { timeout: 5000 }).toEqual([]);
    }
    expect(hit, 'kills that met a running campaign').toBe(5);
    const last = await run(['run', file], killed.path);
    expect(last.code, last.stdout + last.stderr).toBe(0);
    expect(forceConstants(last)).toBe(forceConstants(reference));
    expect(decisions(killed.path)).toEqual(decisions(undisturbed.path));
  }, 300_000);

  it('shows its result again at once, with the same exit code', async () => {
    const again = await run(['run', file], killed.path);
    expect(again.code).toBe(0);
    expect(again.stderr).toContain('has ended before');
    expect(forceConstants(again)).toBe(forceConstants(reference));
  }, 60_000);

  it('is proven from its store: every decision, trajectory, label and fit computed again', async () => {
    const proof = await run(['verify', 'small', '--recompute'], killed.path);
    expect(proof.code, proof.stdout + proof.stderr).toBe(0);
    expect(proof.stdout.match(/^holds /gm)).toHaveLength(5);
    expect(proof.stdout).not.toContain('BROKEN');
  }, 120_000);

  it('tells about one structure why it was taken', async () => {
    const story = await run(['audit', 'small', '--structure', '9'], killed.path);
    expect(story.stdout).toMatch(/structure 9: taken at step \d+ of walker 1/);
    expect(story.stdout).toMatch(/structure 9: attempt 1 accepted by stillinger-weber/);
    expect(story.stdout).toMatch(/fitting error .* → /);
  }, 30_000);

  it('is found out when one bit of its store, or one number of its ledger, is changed', async () => {
    const trace = objectOf(killed.path, 'explored', 'trace');
    const bytes = readFileSync(trace.path);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(trace.path, bytes);
    const broken = await run(['verify', 'small'], killed.path);
    expect(broken.code).toBe(1);
    expect(broken.stdout).toContain('BROKEN');
    expect(broken.stdout).toContain(trace.hash);

    const ledger = join(killed.path, 'runs/small/ledger.jsonl');
    writeFileSync(ledger, readFileSync(ledger, 'utf8').replace('"step":', '"step":1'));
    const forged = await run(['verify', 'small'], killed.path);
    expect(forged.code).toBe(1);
    expect(forged.stderr).toMatch(/ledger: entry \d+ does not follow/);
  }, 60_000);
});

/** An object of the store that an entry of the ledger names. */
function objectOf(
  folder: string,
  type: string,
  field: string,
): { readonly hash: string; readonly path: string } {
  const entries = parseLedgerLines<LedgerBody & Record<string, { hash: string }>>(
    readFileSync(join(folder, 'runs/small/ledger.jsonl'), 'utf8'),
  );
  const { hash } = entries.find((entry) => entry.type === type)![field];
  return { hash, path: join(folder, '.anharmony/store/objects', hash.slice(0, 2), hash.slice(2)) };
}

/** The ledger without what the audit keeps of machines and clocks. */
function decisions(folder: string): unknown[] {
  const entries = parseLedgerLines(readFileSync(join(folder, 'runs/small/ledger.jsonl'), 'utf8'));
  return entries
    .filter(({ type }) => type !== 'attempt' && type !== 'started' && type !== 'history')
    .map((entry) =>
      JSON.parse(JSON.stringify(entry, (key, value) => (CLOCKS.includes(key) ? undefined : value))),
    );
}

const CLOCKS = ['previous', 'seconds', 'adopted'];
