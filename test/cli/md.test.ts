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
import { decodeTrajectory } from '../../src/md/trajectoryFormat.js';
import { trainedArgon } from '../support/trainedArgon.js';

let folder: string;
let ff: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'anharmony-md-'));
  ff = join(folder, 'argon.anharmony');
  writeFileSync(ff, encodeForceField(trainedArgon()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the last run said on standard error, a line each. */
let said: string[] = [];

/** Runs `anharmony md`; what it printed on standard output. */
async function md(out: string, ...flags: string[]): Promise<string> {
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
  said = [];
  const error = vi.spyOn(console, 'error').mockImplementation((text: string) => void said.push(text));
  try {
    const program = new Command().exitOverride();
    registerMd(program);
    const kelvin = flags.includes('--ramp') || flags.includes('--temperature') ? [] : ['--temperature', '40'];
    const argv = ['md', ff, ...kelvin, '--timestep', '5', '--out', join(folder, out), ...flags];
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
    // 0.01/fs is more than argon's phonons bear.
    expect(printed).toMatch(/vdos\.csv is broadened by 1\.6 THz/);
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

  it('says beforehand what it will hold and take', async () => {
    await md('cost', '--time', '0.5ps', '--supercell', '4', '3', '3', '--every', '5');
    expect(said[0]).toMatch(/^144 atoms, 42 parameters: memory about \d+ MiB$/);
    expect(said[1]).toMatch(/^100 steps, forces in [\d.]+ ms, ε_B in [\d.]+ ms each 5 steps: about \d+ s$/);
    await md('cost', '--time', '0.6ps', '--supercell', '4', '3', '3', '--every', '5', '--resume');
    expect(said[1]).toMatch(/^20 steps, /);
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
    const { outcome, wreckSite, steps } = JSON.parse(read('hot', 'summary.json'));
    expect(outcome).toBe('wrecked');
    expect(wreckSite).toMatchObject({
      step: steps,
      time: steps * 0.005,
      cause: 'displacement',
      species: 'Ar',
    });
    expect(wreckSite.bond.ideal).toBeCloseTo(3.75, 0);
    expect(Math.abs(wreckSite.bond.length - wreckSite.bond.ideal)).toBeGreaterThan(0.5);
    const frames = parseExtxyz(read('hot', 'trajectory.xyz'), 'trajectory.xyz');
    expect(frames.at(-1)?.info['step']).toBe(steps);
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

  it('goes on with a run that was interrupted, to the same files bit for bit, and extends one that ended', async () => {
    const flags = ['--trajectory', 'both', '--frames', '50'];
    await md('whole', '--time', '3ps', ...flags);
    await md('part', '--time', '1.1ps', ...flags);
    await md('part', '--time', '2ps', ...flags, '--resume');
    // What a killed run had written after its last checkpoint is written again.
    writeFileSync(join(folder, 'part', 'trace.csv'), `${read('part', 'trace.csv')}999,half a row`);
    await md('part', '--time', '3ps', ...flags, '--resume');
    for (const file of ['trace.csv', 'trajectory.xyz', 'vacf.csv', 'vdos.csv', 'error-distribution.csv'])
      expect(read('part', file)).toBe(read('whole', file));
    const binary = (out: string) => readFileSync(join(folder, out, 'trajectory.bin'));
    expect(binary('part').equals(binary('whole'))).toBe(true);
    expect(decodeTrajectory(binary('part')).chunks.map((c) => c.steps[0])).toEqual([
      ...[50, 100, 150, 200, 250, 300, 350, 400, 450, 500, 550, 600],
    ]);
    const { bayesianError, meanTemperature } = JSON.parse(read('whole', 'summary.json'));
    expect(JSON.parse(read('part', 'summary.json'))).toMatchObject({ bayesianError, meanTemperature });
  });

  it('refuses to go on with another force field, other settings, further back, or nothing', async () => {
    await md('mine', '--time', '1ps');
    const other = join(folder, 'other.anharmony');
    const field = trainedArgon();
    const parameters = field.parameters.slice();
    parameters[0] *= 1.001;
    writeFileSync(other, encodeForceField({ ...field, parameters }));
    const mine = ff;
    ff = other;
    try {
      await expect(md('mine', '--time', '2ps', '--resume')).rejects.toThrow(
        /checkpoint of another force field/,
      );
    } finally {
      ff = mine;
    }
    await expect(md('mine', '--time', '2ps', '--seed', '9', '--resume')).rejects.toThrow(/another seed/);
    await expect(md('mine', '--time', '0.5ps', '--resume')).rejects.toThrow(/has gone further/);
    await expect(md('nowhere', '--time', '2ps', '--resume')).rejects.toThrow(/no checkpoint/);
  });

  it('follows a temperature schedule, with either thermostat', async () => {
    const legs = ['--ramp', '20-60:4ps', '60:2ps'];
    for (const thermostat of ['langevin', 'bussi']) {
      const printed = await md(
        thermostat,
        '--thermostat',
        thermostat,
        ...legs,
        '--every',
        '5',
        '--frames',
        '100',
      );
      expect(printed).toContain('finished: 6.00 ps');
      const kelvin = rows(thermostat)
        .slice(1)
        .map((row) => Number(row[2]));
      const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
      expect(mean(kelvin.slice(0, 40))).toBeLessThan(36);
      expect(mean(kelvin.slice(-80))).toBeGreaterThan(50);
    }
  });

  it('gives the vibrational density of states and the distribution of ε_B', async () => {
    const flags = ['--every', '10', '--frames', '1000', '--trajectory', 'none', '--thermostat', 'bussi'];
    const printed = await md('vdos', '--time', '40ps', ...flags);
    expect(printed).not.toMatch(/broadened/);
    const table = (file: string) => {
      const [head, ...lines] = read('vdos', file).trim().split('\n');
      return { head, rows: lines.map((line) => line.split(',').map(Number)) };
    };
    const { head, rows: spectrum } = table('vdos.csv');
    expect(head).toBe('frequency_THz,total_per_THz,Ar_per_THz');
    const width = spectrum[1][0] - spectrum[0][0];
    const integral = spectrum.reduce((sum, [, density]) => sum + density * width, 0);
    expect(integral).toBeGreaterThan(0.95);
    expect(integral).toBeLessThan(1.05);
    // Solid argon: all of it below some 2 THz (neutron scattering, Fujii et al., Phys. Rev. B 10, 3647 (1974)).
    const above = spectrum.reduce((sum, [f, density]) => sum + (f > 2.3 ? density * width : 0), 0);
    expect(above).toBeLessThan(0.1);
    expect(table('vacf.csv').rows[0].slice(0, 2)).toEqual([0, 1]);
    const shares = table('error-distribution.csv').rows.reduce((sum, [, , share]) => sum + share, 0);
    expect(shares).toBeCloseTo(1, 8);
    expect(() => read('vdos', 'trajectory.xyz')).toThrow();
  });

  it.each([
    [['--ramp', '100-0:5ps'], /--ramp: .*100-0:5ps/],
    [['--ramp', '100-900'], /--ramp/],
    [['--ramp', '20-40:5ps', '--time', '2ps'], /shorter than the temperature schedule/],
    [['--ramp', '20-40:5ps', '--thermostat', 'nve'], /needs a thermostat/],
    [['--thermostat', 'nose'], /langevin, bussi, nve/],
    [['--temperature', '0'], /--temperature: not a positive number/],
    [['--time', '0ps'], /nothing would be run/],
    [['--trajectory', 'dcd'], /xyz, binary, both, none/],
  ])('refuses %j', async (flags, message) => {
    await expect(md('refused', ...flags)).rejects.toThrow(message);
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
