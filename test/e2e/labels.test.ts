import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type Finished, forceConstants, root, run, smallCampaign, temporaryFolder } from './cli.js';

/** What nobody computes twice: campaigns of one reference in one home, and on two machines. */
const QUICK = {
  acquisition: '{ every: 2, stall: { after: 200 fs, structures: 3 } }',
  convergence: '{ minTime: 500 fs, minStructures: 3, sinceRefit: 200 fs }',
  limits: '{ roundSteps: 400, time: 3 ps }',
};

function machine() {
  const folder = temporaryFolder();
  copyFileSync(join(root, 'examples/silicon.POSCAR'), join(folder.path, 'silicon.POSCAR'));
  for (const name of ['first', 'second'])
    writeFileSync(join(folder.path, `${name}.yaml`), smallCampaign(name, QUICK));
  return folder;
}

const here = machine();
const there = machine();
afterAll(() => {
  here.remove();
  there.remove();
});

/** `asked`, `labelled` and the like of a ledger. */
function ledger(folder: string, name: string, type: string): readonly Record<string, unknown>[] {
  return readFileSync(join(folder, 'runs', name, 'ledger.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((entry) => entry['type'] === type);
}

function runsOf({ stdout }: Finished): string {
  return / (\d+) reference runs?/.exec(stdout)?.[1] ?? stdout;
}

it('a second campaign adopts what the first had computed, and a third on another machine what was exported', async () => {
  const first = await run(['run', 'first.yaml', '--format', 'plain'], here.path);
  expect([0, 3], first.stdout + first.stderr).toContain(first.code);
  const labels = ledger(here.path, 'first', 'labelled').length;
  expect(runsOf(first)).toBe(String(labels));

  const second = await run(['run', 'second.yaml', '--format', 'plain'], here.path);
  expect(runsOf(second)).toBe('0');
  expect(forceConstants(second)).toBe(forceConstants(first));
  expect(ledger(here.path, 'second', 'labelled').map((entry) => entry['adopted'])).toEqual(
    Array.from({ length: labels }, () => true),
  );
  expect(ledger(here.path, 'second', 'attempt')).toEqual([]);

  const file = join(there.path, 'all.xyz');
  const written = await run(['labels', 'export', 'first', '-o', file], here.path);
  expect(written, written.stderr).toMatchObject({ code: 0, stdout: `${file}: ${labels} labels\n` });
  const read = await run(['labels', 'import', 'second.yaml', 'all.xyz'], there.path);
  expect(read, read.stderr).toMatchObject({
    code: 0,
    stdout: `all.xyz: ${labels} labels imported, 0 there already, 0 refused\n`,
  });
  const third = await run(['run', 'second.yaml', '--format', 'plain'], there.path);
  expect(runsOf(third)).toBe('0');
  expect(forceConstants(third)).toBe(forceConstants(first));
  const proof = await run(['verify', 'second'], there.path);
  expect(proof, proof.stdout).toMatchObject({ code: 0 });
  expect(proof.stdout).toContain(`${labels} imported from all.xyz`);

  const nothing = await run(['labels', 'import', 'second.yaml', 'silicon.POSCAR'], there.path);
  expect(nothing).toMatchObject({ code: 2, stdout: '' });
}, 300_000);
