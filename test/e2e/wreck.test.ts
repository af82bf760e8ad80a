import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntryBody } from '../../src/campaign/ledger.js';
import { getStructure } from '../../src/store/artifacts/structure.js';
import { openFolderStore } from '../../src/store/folderStore.js';
import { parseLedgerLines } from '../../src/store/ledger.js';
import { type Finished, root, run, smallCampaign, temporaryFolder } from './cli.js';

/**
 * Force fields that are deliberately wrong: their only data are argon atoms displaced by several times what they move in MD,
 * where four orders describe nothing. Real MD, real labels, real regression, real server.
 */
const folder = temporaryFolder();
const wrong = (name: string, displacement: number) =>
  smallCampaign(name, {
    crystal: 'argon.POSCAR',
    supercell: '[3, 3, 3]',
    expansion: '{ cutoffs: { 2: 5.4, 3: 4.0, 4: 4.0 } }',
    reference: '{ calculator: lennard-jones, epsilon: 0.0104, sigma: 3.40, cutoff: 8.0 }',
    initial: `{ random: { count: 2, displacement: ${displacement} }, phonon: { count: 0 } }`,
    md: '{ temperature: 60, timestep: 5 fs }',
    acquisition: '{ stall: { after: 1 ps, structures: 8 } }',
    convergence: '{ minTime: 2 ps, minStructures: 8 }',
    limits: '{ time: 40 ps }',
  });

async function campaign(name: string, displacement: number): Promise<Finished> {
  writeFileSync(join(folder.path, `${name}.yaml`), wrong(name, displacement));
  return run(['run', `${name}.yaml`, '--format', 'plain'], folder.path);
}

function ledgerOf(name: string): readonly LedgerEntryBody[] {
  const text = readFileSync(join(folder.path, 'runs', name, 'ledger.jsonl'), 'utf8');
  return parseLedgerLines(text) as unknown as readonly LedgerEntryBody[];
}

type Entry<T extends LedgerEntryBody['type']> = Extract<LedgerEntryBody, { type: T }>;
const only = <T extends LedgerEntryBody['type']>(ledger: readonly LedgerEntryBody[], type: T) =>
  ledger.filter((entry): entry is Entry<T> => entry.type === type);

/** What was taken after wrecks: structure by structure with the wreck before it. */
function afterWrecks(name: string) {
  const ledger = ledgerOf(name);
  const wrecks = only(ledger, 'explored').filter((entry) => entry.outcome === 'wrecked');
  const taken = only(ledger, 'asked').filter((entry) => entry.pick?.rule === 'wreck');
  expect(taken).toHaveLength(wrecks.length);
  return taken.map(({ structure, ref, pick }, k) => {
    const [, count, tripped] = /^wreck (\d) after step \d+, at step (\d+): /.exec(wrecks[k].detail!)!;
    return { structure, ref, step: pick!.step, count: Number(count), tripped: Number(tripped) };
  });
}

/** [3·atoms] Å */
async function displacements(ref: Entry<'asked'>['ref']): Promise<Float64Array> {
  return getStructure(await openFolderStore(join(folder.path, '.anharmony', 'store')), ref);
}

beforeAll(() => copyFileSync(join(root, 'examples/argon.POSCAR'), join(folder.path, 'argon.POSCAR')));
afterAll(() => folder.remove());

describe('a force field that is wrong, in a campaign that recovers', () => {
  let done: Finished;
  beforeAll(async () => {
    done = await campaign('recovers', 0.25);
  }, 120_000);

  it('converges, and says on the way and at the end that MD blew up', () => {
    expect(done.code, done.stdout + done.stderr).toBe(0);
    const live = done.stdout + done.stderr;
    expect(live).toMatch(
      /wreck 1 after step \d+, at step \d+: .*nearest-neighbour distance.*: back to step \d+, whose structure is labelled/,
    );
    expect(live).toMatch(/^converged: /m);
    expect(live).toMatch(/MD blew up \d+ times; .*the structure there is labelled/);
  });

  it('labels the structure at the last multiple of 100 steps before the guard tripped, and trains on it', () => {
    const taken = afterWrecks('recovers');
    expect(taken.length).toBeGreaterThanOrEqual(2);
    for (const { step, tripped } of taken) {
      expect(step % 100).toBe(0);
      expect(tripped).toBeGreaterThan(step);
      expect(tripped).toBeLessThanOrEqual(step + 100);
    }
    const trained = only(ledgerOf('recovers'), 'refitted').flatMap(({ added }) => added);
    for (const { structure } of taken) expect(trained).toContain(structure);
  });

  it('goes half way back to the ideal lattice when it is wrecked there again', async () => {
    const taken = afterWrecks('recovers');
    const second = taken.findIndex(({ count }) => count === 2);
    expect(second).toBeGreaterThan(0);
    expect(taken[second].step).toBe(taken[second - 1].step);
    const first = await displacements(taken[second - 1].ref);
    expect(Math.max(...first)).toBeGreaterThan(0.1);
    expect(await displacements(taken[second].ref)).toEqual(first.map((x) => x / 2));
  });

  it('tells it in the audit, the status and the report', async () => {
    const [audit, status] = await Promise.all([
      run(['audit', 'recovers'], folder.path),
      run(['status', 'recovers'], folder.path),
    ]);
    expect(audit.stdout).toMatch(/round \d+: walker 1 from step \d+ to \d+ .*, wrecked, 1 taken/);
    expect(audit.stdout).toMatch(/taken at step \d+00 of walker 1 .*: the state before a wreck/);
    expect(status.stdout).toContain('MD blew up');
    const report = readFileSync(join(folder.path, 'runs/recovers/report.html'), 'utf8');
    expect(report).toContain('MD blew up');
  }, 60_000);
});

describe('a force field that is wrong beyond recovery', () => {
  it('waits for a person after the third wreck in one place, with what could be changed', async () => {
    const { code, stdout, stderr } = await campaign('waits', 0.3);
    expect(code, stdout + stderr).toBe(3);
    const counts = only(ledgerOf('waits'), 'explored').map(({ detail }) => detail?.slice(0, 7));
    expect(counts).toEqual(['wreck 1', 'wreck 2', 'wreck 3']);
    expect(only(ledgerOf('waits'), 'explored').map(({ outcome }) => outcome)).toEqual([
      'wrecked',
      'wrecked',
      'stuck',
    ]);
    expect(stdout).toMatch(/^stalled: walker 1 cannot go on without a person: wreck 3 after step/m);
    expect(stdout).toMatch(/hint: 3 trajectories were wrecked: take smaller first displacements/);
    const report = readFileSync(join(folder.path, 'runs/waits/report.html'), 'utf8');
    expect(report).toContain('what a person has to look at');
  }, 120_000);
});
