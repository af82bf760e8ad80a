import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerBasis } from '../../src/cli/commands/basis.js';
import { InputError } from '../../src/errors.js';

const SILICON = `Si diamond, conventional cell
5.431
1 0 0
0 1 0
0 0 1
Si
8
Direct
0 0 0
0 0.5 0.5
0.5 0 0.5
0.5 0.5 0
0.25 0.25 0.25
0.25 0.75 0.75
0.75 0.25 0.75
0.75 0.75 0.25
`;
const SHARED = '../shared/data';

let folder = '';
const printed: string[] = [];
const warned: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anharmony-basis-'));
  await writeFile(join(folder, 'si.POSCAR'), SILICON);
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  printed.length = 0;
  warned.length = 0;
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  vi.spyOn(console, 'error').mockImplementation((line: string) => void warned.push(line));
  return () => vi.restoreAllMocks();
});

async function run(...args: string[]): Promise<void> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  registerBasis(program);
  await program.parseAsync(['node', 'anharmony', 'basis', ...args]);
}

describe('anharmony basis', () => {
  it('prints a table', async () => {
    await run(join(folder, 'si.POSCAR'), '--cutoffs', '2:4,3:4,4:2.5');
    expect(printed[0]).toBe('Si2: Fd-3m (227), 48 operations, 2 atoms in the primitive cell');
    expect(printed[1]).toMatch(
      /^estimate: about \d+ clusters, \d+ parameters before sum rules, \d+ MiB, below 1 s$/,
    );
    const lines = printed[2].split('\n');
    expect(lines[0].split(/ {2,}/).map((s) => s.trim())).toEqual([
      'order',
      'cutoff (Å)',
      'clusters',
      'orbits',
      'before sum rules',
      'parameters',
    ]);
    expect(lines[2].trim().split(/ +/)).toEqual(['3', '4', '62', '6', '36', '27']);
    expect(lines[4]).toMatch(/^37 independent parameters; \d+\.\d\d s, peak memory \d+ MiB$/);
    expect(warned).toEqual([]);
  });

  it('prints JSON', async () => {
    await run(join(folder, 'si.POSCAR'), '--cutoffs', '2:4,3:4', '--json');
    const { orders, parameters, seconds, peakMemoryMiB } = JSON.parse(printed[0]);
    expect(orders[1]).toEqual({
      order: 3,
      cutoff: 4,
      clusters: 62,
      orbits: 6,
      beforeSumRules: 36,
      parameters: 27,
    });
    expect(parameters).toBe(33);
    expect(seconds).toBeGreaterThan(0);
    expect(peakMemoryMiB).toBeGreaterThan(10);
  });

  it('takes limits beyond the cutoffs', async () => {
    const all = ['--cutoffs', '2:4,3:4,4:4', '--json'];
    await run(join(folder, 'si.POSCAR'), ...all, '--maximum-sites', '4:2', '--rotational', 'born-huang');
    const { orders } = JSON.parse(printed[0]) as { orders: { clusters: number; parameters: number }[] };
    expect(orders[2].clusters).toBeLessThan(146);
    await run(join(folder, 'si.POSCAR'), '--cutoffs', '2:4,3:4', '--json', '--pair-cutoffs', '3:Si-Si:2.5');
    expect(JSON.parse(printed[1]).orders[1].parameters).toBe(3);
  });

  it('warns of a cutoff that lies on a shell', async () => {
    await run(join(folder, 'si.POSCAR'), '--cutoffs', '2:3.8403', '--json');
    expect(warned).toHaveLength(1);
    expect(warned[0]).toMatch(
      /^warning: order 2: the cutoff 3\.8403 Å lies on a shell of neighbours at 3\.84030 Å/,
    );
  });

  it.each([
    [['--cutoffs', '2:x'], '--cutoffs'],
    [['--cutoffs', '2:4,4:3'], '--cutoffs.4'],
    [['--cutoffs', '2:4', '--symprec', 'fine'], '--symprec'],
  ])('refuses %j', async (flags, field) => {
    const failure = await run(join(folder, 'si.POSCAR'), ...flags).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InputError);
    expect((failure as InputError).problems[0].field).toBe(field);
  });

  it('refuses a file that is not there', async () => {
    const failure = await run(join(folder, 'none'), '--cutoffs', '2:4').catch((error: unknown) => error);
    expect((failure as InputError).problems[0]).toMatchObject({
      field: 'CRYSTAL',
      message: 'there is no such file',
    });
  });
});

// The paper's own crystals and settings; counts by an independent counter.
describe.skipIf(!existsSync(SHARED))(`anharmony basis on ${SHARED} (skipped where it is absent)`, () => {
  it.each([
    ['si', '2:8,3:5,4:5', [31, 82, 581], 694],
    ['bas', '2:7.1,3:4,4:4', [58, 155, 1131], 1344],
    ['snse', '2:11.2,3:4.5,4:4.5,5:3.4,6:3.4', [1037, 592, 2621, 54, 72], 4376],
  ] as const)('%s', async (name, cutoffs, expected, total) => {
    await run(join(SHARED, `${name}.POSCAR`), '--cutoffs', cutoffs, '--json');
    const { orders, parameters } = JSON.parse(printed[0]) as {
      orders: { parameters: number }[];
      parameters: number;
    };
    expect(orders.map((o) => o.parameters)).toEqual(expected);
    expect(parameters).toBe(total);
  });
});
