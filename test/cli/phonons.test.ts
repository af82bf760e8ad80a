import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { registerPhonons } from '../../src/cli/commands/phonons.js';
import { InputError } from '../../src/errors.js';
import { encodeForceField } from '../../src/forcefield/forceField.js';
import { trainedArgon } from '../support/trainedArgon.js';

let folder: string;
let ff: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'anharmony-phonons-'));
  ff = join(folder, 'argon.anharmony');
  writeFileSync(ff, encodeForceField(trainedArgon()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function phonons(out: string, ...flags: string[]): Promise<string> {
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
  try {
    const program = new Command().exitOverride();
    registerPhonons(program);
    const argv = ['phonons', ff, '--out', join(folder, out), '--points', '30', ...flags];
    await program.parseAsync(argv, { from: 'user' });
  } finally {
    log.mockRestore();
  }
  return printed.join('\n');
}

describe('anharmony phonons', () => {
  it('leaves figures and data, and says whether the crystal is stable', async () => {
    const printed = await phonons('bands', '--mesh', '6');
    expect(printed).toMatch(/\n {2}X {2}\d\.\d{3} ± \d\.\d+/);
    expect(printed).toMatch(/the crystal is dynamically stable: lowest frequency .* 0 of 64 samples/);
    expect(readdirSync(join(folder, 'bands')).sort()).toEqual([
      'bands.csv',
      'bands.svg',
      'dos.csv',
      'dos.svg',
      'phonons.json',
    ]);
    const [head, ...rows] = readFileSync(join(folder, 'bands', 'bands.csv'), 'utf8')
      .trim()
      .split('\n');
    expect(head.split(',')).toHaveLength(6 + 4 * 3);
    const columns = rows.map((row) => row.split(','));
    expect(columns.every((row) => row.length === 18)).toBe(true);
    expect(columns[0].slice(0, 3)).toEqual(['1', 'Γ', '0']);
    const svg = readFileSync(join(folder, 'bands', 'bands.svg'), 'utf8');
    expect(svg).toContain('U|K');
    expect(svg).toContain('68 % of 64 samples');
  });

  it('takes a path, and prints JSON', async () => {
    const json = JSON.parse(
      await phonons('own', '--path', 'G 0 0 0, A 1/4 0 1/4', '--json', '--samples', '0'),
    );
    expect(json.path.points.map((point: { label: string }) => point.label)).toEqual(['G', 'A']);
    expect(json.path.points[1].deviations).toBeNull();
    expect(json.stability).toMatchObject({ verdict: 'stable', unstableFraction: null });
  });

  it.each([
    [['--path', 'here to there'], '--path'],
    [['--mesh', '0'], '--mesh'],
    [['--mesh', '2', '2'], '--mesh'],
    [['--samples', 'many'], '--samples'],
  ] as const)('refuses %j', async (flags, field) => {
    const failure = await phonons('refused', ...flags).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InputError);
    expect((failure as InputError).problems[0].field).toBe(field);
  });
});
