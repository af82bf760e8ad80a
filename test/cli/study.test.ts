import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { registerStudy } from '../../src/cli/commands/study.js';
import { InputError } from '../../src/errors.js';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const read = (name: string) => readFileSync(join(examples, name), 'utf8');

/** 32 atoms, a short-ranged potential and order 3: a campaign of a second. */
const SMALL = read('argon.yaml')
  .replace('supercell: [3, 3, 3]', 'supercell: [2, 2, 2]')
  .replace(/cutoffs: .*/, 'cutoffs: { 2: 4.0, 3: 4.0 }')
  .replace('cutoff: 8.5', 'cutoff: 5.0')
  .replace('frames: 50', 'frames: 4');

let folder = '';
let printed = '';

async function run(...args: string[]): Promise<void> {
  printed = '';
  const program = new Command().exitOverride();
  registerStudy(program);
  await program.parseAsync(['study', ...args, '--home', join(folder, 'home'), '--out', join(folder, 'out')], {
    from: 'user',
  });
}

async function fieldsRefused(...args: string[]): Promise<string[]> {
  const error = await run(...args).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).problems.map((problem) => problem.field);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'anharmony-study-'));
  writeFileSync(join(folder, 'argon.POSCAR'), read('argon.POSCAR'));
  writeFileSync(join(folder, 'small.yaml'), SMALL);
  writeFileSync(join(folder, 'untested.yaml'), SMALL.replace(/^test:[\s\S]*/m, ''));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

describe('anharmony study', () => {
  it('compares the criteria for the same MD time and draws them', async () => {
    await run('criteria', join(folder, 'small.yaml'), '--seeds', '1', '--time', '10 ps', '--json');
    const { variants } = JSON.parse(printed) as { variants: { name: string; runs: { time: number }[] }[] };
    expect(variants.map((v) => v.name)).toEqual([
      'trajectory-average',
      'trajectory-deviation',
      'minimum-error',
    ]);
    for (const { runs } of variants) expect(runs.map((r) => r.time)).toEqual([10]);
    for (const name of ['rmse.svg', 'structures.svg'])
      expect(readFileSync(join(folder, 'out', name), 'utf8')).toMatch(/^<svg [\s\S]*<path [\s\S]*<\/svg>$/);
    expect(readFileSync(join(folder, 'out', 'criteria.csv'), 'utf8')).toMatch(/^variant,seed,/);
  }, 30_000);

  it('compares ways of working ahead by structures and by batches of labels', async () => {
    await run('lookahead', join(folder, 'small.yaml'), '--seeds', '1', '--time', '15 ps', '--json');
    const { variants } = JSON.parse(printed) as {
      variants: { name: string; runs: { asked: number; points: { fromMd: number }[] }[] }[];
    };
    const batches = variants.map(({ runs }) => runs[0].points.filter((p) => p.fromMd > 0).length);
    const asked = variants.map(({ runs }) => runs[0].asked);
    expect(variants).toHaveLength(8);
    // One at a time, and up to eight.
    expect(batches[0]).toBe(asked[0]);
    expect(batches[3]).toBeLessThan(asked[3] / 2);
    // What screening drops is not asked for.
    expect(asked[6] / batches[6]).toBeLessThan(asked[7] / batches[7]);
    expect(readFileSync(join(folder, 'out', 'rmse.svg'), 'utf8')).toMatch(/^<svg /);
  }, 60_000);

  it('compares the priors on the same structures', async () => {
    await run('priors', join(folder, 'small.yaml'), '--seeds', '1', '--time', '10 ps', '--json');
    const { priors } = JSON.parse(printed) as {
      priors: { name: string; runs: { fits: { structures: number; logEvidence: number }[] }[] }[];
    };
    const lengths = priors.map((p) => p.runs[0].fits.length);
    expect(new Set(lengths).size).toBe(1);
    expect(lengths[0]).toBeGreaterThan(1);
    // A prior with more freedom explains the same data at least as well.
    const [isotropic, byOrder] = priors.map((p) => p.runs[0].fits);
    byOrder.forEach((fit, k) => {
      expect(fit.logEvidence).toBeGreaterThan(isotropic[k].logEvidence - 1e-3);
    });
  }, 30_000);

  it('refuses what it cannot compare, naming the field', async () => {
    const small = join(folder, 'small.yaml');
    expect(await fieldsRefused('seeds', join(folder, 'untested.yaml'))).toEqual(['test']);
    expect(await fieldsRefused('seeds', small, '--seeds', '0')).toEqual(['--seeds']);
    expect(await fieldsRefused('seeds', small, '--time', '10')).toEqual(['--time']);
  });
});
