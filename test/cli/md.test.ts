import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { registerMd } from '../../src/cli/commands/md.js';
import { productionMatrix } from '../../src/cli/production/supercell.js';
import { parseExtxyz } from '../../src/crystal/formats/extxyz.js';
import { InputError } from '../../src/errors.js';
import { encodeForceField } from '../../src/forcefield/forceField.js';
import { trainedArgon } from '../support/trainedArgon.js';

let folder: string;
let ff: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'anharmony-md-'));
  ff = join(folder, 'argon.anharmony');
  writeFileSync(ff, encodeForceField(trainedArgon()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `anharmony md`; what it printed on standard output. */
async function md(out: string, ...flags: string[]): Promise<string> {
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    const program = new Command().exitOverride();
    registerMd(program);
    const argv = ['md', ff, '--temperature', '40', '--timestep', '5', '--out', join(folder, out), ...flags];
    await program.parseAsync(argv, { from: 'user' });
  } finally {
    log.mockRestore();
    error.mockRestore();
  }
  return printed.join('\n');
}

const read = (out: string, file: string) => readFileSync(join(folder, out, file), 'utf8');
const rows = (out: string) =>
  read(out, 'trace.csv')
    .trim()
    .split('\n')
    .map((line) => line.split(','));

describe('anharmony md', () => {
  it('runs a thermostatted trajectory and leaves trajectory, trace and summary', async () => {
    const printed = await md('nvt', '--time', '5ps', '--every', '10', '--frames', '500');
    expect(printed).toContain('finished: 5.00 ps, 1000 steps, 108 atoms');
    const trace = rows('nvt');
    expect(trace[0]).toContain('bayesian_error_meV_per_A');
    expect(trace).toHaveLength(101);
    expect(trace[100].slice(0, 2)).toEqual(['1000', '5000']);
    const frames = parseExtxyz(read('nvt', 'trajectory.xyz'), 'trajectory.xyz');
    expect(frames.map((frame) => frame.info['step'])).toEqual([500, 1000]);
    expect(frames[1].species).toHaveLength(108);
    expect(frames[1].energy).toBe(Number(trace[100][3]));
    const summary = JSON.parse(read('nvt', 'summary.json'));
    expect(summary.outcome).toBe('finished');
    expect(summary.meanTemperature).toBeGreaterThan(30);
    expect(summary.meanTemperature).toBeLessThan(50);
    // METHOD: σ_A of argon at 40 K is 0.38; this force field is a rough one.
    expect(summary.anharmonicity).toBeGreaterThan(0.2);
    expect(summary.anharmonicity).toBeLessThan(0.6);
    expect(summary.bayesianError.mean).toBeGreaterThan(0.05);
    expect(summary.bayesianError.mean).toBeLessThan(10);
    // 0.05 Å² ± a factor: kT over the springs of a crystal with a Debye temperature of some 90 K.
    expect(summary.meanSquareDisplacement[0]).toBeGreaterThan(0.02);
    expect(summary.meanSquareDisplacement[0]).toBeLessThan(0.3);
  });

  it('gives the same bits for the same seed, and others for another', async () => {
    const flags = ['--time', '0.5ps', '--frames', '100'];
    await md('one', ...flags);
    await md('again', ...flags);
    await md('other', ...flags, '--seed', '2');
    expect(read('again', 'trajectory.xyz')).toBe(read('one', 'trajectory.xyz'));
    expect(read('again', 'trace.csv')).toBe(read('one', 'trace.csv'));
    expect(read('other', 'trajectory.xyz')).not.toBe(read('one', 'trajectory.xyz'));
  });

  it('conserves energy without a thermostat', async () => {
    await md('nve', '--nve', '--time', '3ps');
    const totals = rows('nve')
      .slice(1)
      .map((row) => Number(row[5]));
    const kinetic = rows('nve')
      .slice(1)
      .map((row) => Number(row[4]));
    const spread = (values: number[]) => Math.max(...values) - Math.min(...values);
    expect(spread(totals)).toBeLessThan(0.02 * spread(kinetic));
  });

  it('runs in a larger supercell than the one it was trained in', async () => {
    const printed = await md('large', '--supercell', '4', '3', '3', '--time', '0.2ps', '--json');
    expect(JSON.parse(printed)).toMatchObject({ outcome: 'finished', steps: 40 });
    expect(read('large', 'trajectory.xyz')).toBe('');
  });

  it('refuses what cannot run, all flags at once, and leaves no folder behind', async () => {
    const wrong = md('bad', '--temperature', '-5', '--time', '5', '--every', 'x', '--seed', '1.5');
    await expect(wrong).rejects.toThrow(InputError);
    await expect(wrong).rejects.toThrow(/--temperature[\s\S]*--seed/);
    await expect(md('bad', '--timestep', '100')).rejects.toThrow(/too long for the highest phonon/);
    await expect(md('bad', '--supercell', '1', '1', '1')).rejects.toThrow(InputError);
    await expect(md('bad', '--supercell', '3', '3')).rejects.toThrow(/--supercell/);
    expect(() => read('bad', 'trace.csv')).toThrow();
  });

  it('does not overwrite an earlier run unless told to', async () => {
    await md('kept', '--time', '0.1ps');
    await expect(md('kept', '--time', '0.1ps')).rejects.toThrow(/--force/);
    await md('kept', '--time', '0.1ps', '--force');
  });

  it('says where and how a trajectory was wrecked', async () => {
    await expect(md('hot', '--temperature', '3000', '--time', '20ps', '--every', '1')).rejects.toThrow(
      /wrecked at step \d+: .*nearest-neighbour distance/,
    );
    expect(JSON.parse(read('hot', 'summary.json')).outcome).toBe('wrecked');
  });

  it('ends in order when it is interrupted', async () => {
    setTimeout(() => process.emit('SIGINT'), 300);
    const before = process.exitCode;
    try {
      const printed = await md('interrupted', '--time', '100ns');
      expect(printed).toContain('stopped by you');
      expect(process.exitCode).toBe(130);
    } finally {
      process.exitCode = before;
    }
    const { outcome, steps } = JSON.parse(read('interrupted', 'summary.json'));
    expect(outcome).toBe('stopped');
    expect(Number(rows('interrupted').at(-1)?.[0])).toBe(steps);
  });

  it('refuses a damaged force field', async () => {
    const good = readFileSync(ff);
    const bytes = Uint8Array.from(good);
    bytes[bytes.length - 200] ^= 1;
    writeFileSync(ff, bytes);
    await expect(md('damaged')).rejects.toThrow(InputError);
    writeFileSync(ff, good);
  });
});

describe('the supercell of a production run', () => {
  const trained = Int32Array.of(-3, 3, 3, 3, -3, 3, 3, 3, -3);
  it('is the one of the training, or counted along its axes', () => {
    expect([...productionMatrix(trained, undefined)]).toEqual([...trained]);
    expect([...productionMatrix(trained, [6, 3, 1])]).toEqual([-6, 6, 6, 3, -3, 3, 1, 1, -1]);
    expect([...productionMatrix(Int32Array.of(6, 0, 0, 0, 8, 0, 0, 0, 2), [1, 1, 3])]).toEqual([
      1, 0, 0, 0, 1, 0, 0, 0, 3,
    ]);
  });
});
