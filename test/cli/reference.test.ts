import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { checkCampaign } from '../../src/cli/campaigns/check.js';
import { loadCampaign } from '../../src/cli/campaigns/file.js';
import { registerReference } from '../../src/cli/commands/reference.js';
import { parsePoscar } from '../../src/crystal/formats/poscar.js';
import { potcarText } from '../reference/vasp.js';

const folder = mkdtempSync(join(tmpdir(), 'anharmony-dry-run-'));
cpSync('examples/paper', folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true }));

async function reference(
  ...args: readonly string[]
): Promise<{ readonly out: string; readonly err: string }> {
  const [out, err]: string[][] = [[], []];
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
  try {
    const program = new Command().exitOverride();
    registerReference(program);
    await program.parseAsync(['reference', ...args], { from: 'user' });
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
  return { out: out.join(''), err: err.join('') };
}

const campaign = (name: string): string => join(folder, `${name}.yaml`);
const read = (...names: readonly string[]): string => readFileSync(join(folder, ...names), 'utf8');

describe('the input of the paper’s campaigns', () => {
  it.each([
    ['bas', 'B As', '108 108', '2 2 2', 'B\nAs\n'],
    ['silicon', 'Si', '216', '2 2 2', 'Si\n'],
    ['snse', 'Sn Se', '384 384', '4 2 2', 'Sn_d\nSe\n'],
  ])('%s is written without a POTCAR library, and told so', async (name, species, counts, grid, spec) => {
    const { out, err } = await reference(
      campaign(name),
      '--ideal',
      '--dry-run',
      join(folder, `input-${name}`),
    );
    expect(out.match(/\w[^/\n]*$/gm)).toEqual(['POSCAR', 'INCAR', 'KPOINTS', 'POTCAR.spec']);
    expect(err).toMatch(/^warning: reference\.potcar\.library: the POTCAR library is not here/);
    const lines = read(`input-${name}`, 'POSCAR').split('\n');
    expect(lines.slice(5, 7)).toEqual([species, counts]);
    expect(read(`input-${name}`, 'KPOINTS')).toContain(`Gamma\n${grid}\n`);
    expect(read(`input-${name}`, 'POTCAR.spec')).toBe(spec);
    expect(read(`input-${name}`, 'INCAR')).toMatch(/^ISYM = 0$/m);
  });

  it('is that of the first random displacement without --ideal', async () => {
    await reference(campaign('silicon'), '--dry-run', join(folder, 'displaced'));
    const { positions } = parsePoscar(read('displaced', 'POSCAR'), 'POSCAR');
    const { positions: ideal } = parsePoscar(read('input-silicon', 'POSCAR'), 'POSCAR');
    const moved = positions.filter((x, i) => Math.abs(x - ideal[i]) > 1e-6);
    expect(moved.length).toBeGreaterThan(600);
  });

  it('never overwrites a person’s files', async () => {
    mkdirSync(join(folder, 'mine'));
    writeFileSync(join(folder, 'mine', 'INCAR'), 'mine');
    await expect(reference(campaign('silicon'), '--dry-run', join(folder, 'mine'))).rejects.toThrow(
      /not empty/,
    );
    expect(read('mine', 'INCAR')).toBe('mine');
  });

  it('is nothing for what runs inside this program', async () => {
    const run = reference('examples/silicon.yaml', '--dry-run', join(folder, 'none'));
    await expect(run).rejects.toThrow(/no input files; got stillinger-weber/);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('passes check where the library is elsewhere; run and start refuse it', () => {
    const { bundle } = loadCampaign(campaign('silicon'));
    expect(checkCampaign(bundle, { elsewhere: true }).join('\n')).toMatch(
      /warning: reference\.potcar\.library/,
    );
    expect(() => checkCampaign(bundle)).toThrow(/the POTCAR library is not here/);
  });

  it('has the POTCAR where the library is there', async () => {
    mkdirSync(join(folder, 'potpaw_PBE', 'Si'), { recursive: true });
    writeFileSync(join(folder, 'potpaw_PBE', 'Si', 'POTCAR'), potcarText('Si', 4));
    const { out, err } = await reference(campaign('silicon'), '--dry-run', join(folder, 'whole'));
    expect(err).toBe('');
    expect(out).toMatch(/POTCAR\n$/);
    expect(read('whole', 'POTCAR')).toBe(potcarText('Si', 4));
    expect(() => checkCampaign(loadCampaign(campaign('silicon')).bundle)).not.toThrow();
  });
});
