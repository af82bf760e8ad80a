import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerFit } from '../../src/cli/commands/fit.js';
import { loadStructures, loadSupercell } from '../../src/cli/fit/load.js';
import { InputError } from '../../src/errors.js';
import { hasRealData, SHARED, SI } from '../support/realFiles.js';
import { runCommand } from '../support/runCommand.js';

if (!hasRealData) console.warn('SKIPPED: fits of several files and cross-validation need ../shared/data');

const run = (...args: readonly string[]) => runCommand(registerFit, ...args);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'anharmony-data-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Frames `from` up to but without `to` of the silicon data as a file; `forcesOf`: whose forces each frame gets. */
function framesFile(name: string, from: number, to: number, forcesOf = (k: number) => k): string {
  const lines = readFileSync(SI[2], 'utf8').trim().split('\n');
  const frame = (k: number) => lines.slice(66 * k, 66 * (k + 1));
  const texts = Array.from({ length: to - from }, (_, i) => {
    const own = frame(from + i);
    const other = frame(forcesOf(from + i));
    const columns = (line: string) => line.trim().split(/\s+/);
    const rows = own
      .slice(2)
      .map((line, atom) => [...columns(line).slice(0, 4), ...columns(other[atom + 2]).slice(4)].join(' '));
    return [own[0], own[1], ...rows].join('\n');
  });
  const path = join(folder, name);
  writeFileSync(path, `${texts.join('\n')}\n`);
  return path;
}

describe.skipIf(!hasRealData)('fit on several files', () => {
  const cutoffs = ['--cutoffs', '2:5.4,3:4,4:2.5', '--json'];

  it('takes them one after the other: the same as one file', async () => {
    const whole = await run('fit', ...SI, ...cutoffs, '--train', '0:10', '--test', '10:14');
    const parts = [framesFile('a.xyz', 0, 4), framesFile('b.xyz', 4, 14)];
    const several = await run('fit', SI[0], SI[1], ...parts, ...cutoffs, '--train', '0:10', '--test', '10:');
    expect(JSON.parse(several.out)).toEqual(JSON.parse(whole.out));
  });

  it('cross-validates: the same folds for the same seed, errors near those of structures left out', async () => {
    const flags = [...cutoffs, '--train', '0:20', '--folds', '4'];
    const first = JSON.parse((await run('fit', ...SI, ...flags, '--report', join(folder, 'cv.html'))).out);
    const again = JSON.parse((await run('fit', ...SI, ...flags)).out);
    const other = JSON.parse((await run('fit', ...SI, ...flags, '--seed', '2')).out);
    expect(again.crossValidation).toEqual(first.crossValidation);
    expect(other.crossValidation.folds).not.toEqual(first.crossValidation.folds);
    expect(first.crossValidation.folds.map((f: { structures: number }) => f.structures)).toEqual([
      5, 5, 5, 5,
    ]);
    expect(Math.abs(first.crossValidation.rmse / first.leaveOneOutRmse - 1)).toBeLessThan(0.02);
    expect(readFileSync(join(folder, 'cv.html'), 'utf8')).toContain('Cross-validation, 4 folds');
  });

  it('names the structure with a wrong label, on the page, in the JSON and as a warning', async () => {
    const wrong = framesFile('wrong.xyz', 0, 12, (k) => (k === 7 ? 40 : k));
    const page = join(folder, 'wrong.html');
    const { out, err } = await run('fit', SI[0], SI[1], wrong, ...cutoffs, '--report', page);
    expect(JSON.parse(out).suspects).toEqual(['wrong.xyz frame 8']);
    expect(err).toMatch(/structure 8 \(wrong\.xyz frame 8\).*is its label right\?/);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('1 label that the posterior calls impossible');
    expect(html).not.toMatch(/<script|src=|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
    const clean = await run('fit', SI[0], SI[1], framesFile('c.xyz', 0, 12), ...cutoffs, '--report', page);
    expect(JSON.parse(clean.out).suspects).toEqual([]);
    expect(clean.err).not.toContain('warning');
    expect(readFileSync(page, 'utf8')).toContain('No label stands out');
  });

  it('refuses folds that cannot be', async () => {
    await expect(run('fit', ...SI, ...cutoffs, '--train', ':3', '--folds', '4')).rejects.toThrow(InputError);
    await expect(run('fit', ...SI, ...cutoffs, '--folds', 'many')).rejects.toThrow(/--folds/);
  });
});

describe.skipIf(!hasRealData)('fit on VASP’s own files (BaTiO3, 40 atoms; ALAMODE’s example)', () => {
  it('matches both to the ideal supercell', async () => {
    const a = 7.97109874 / 2;
    const sites = ['0 0 0', '0.5 0.5 0.5', '0.5 0.5 0', '0.5 0 0.5', '0 0.5 0.5'];
    const unit = join(folder, 'unit.vasp');
    writeFileSync(unit, `BaTiO3\n${a}\n1 0 0\n0 1 0\n0 0 1\nBa Ti O\n1 1 3\nDirect\n${sites.join('\n')}\n`);
    const ideal = join(folder, 'ideal.vasp');
    const cells = [0, 1].flatMap((i) => [0, 1].flatMap((j) => [0, 1].map((k) => [i, j, k])));
    const all = sites.flatMap((site) => {
      const x = site.split(' ').map(Number);
      return cells.map((cell) => cell.map((c, d) => (c + x[d]) / 2).join(' '));
    });
    writeFileSync(
      ideal,
      `BaTiO3\n${2 * a}\n1 0 0\n0 1 0\n0 0 1\nBa Ti O\n8 8 24\nDirect\n${all.join('\n')}\n`,
    );
    const files = ['01', '07'].map((n) => join(SHARED, 'vasp', `batio3-vasprun-${n}.xml`));
    const supercell = await loadSupercell(unit, ideal);
    const structures = await loadStructures(files, supercell);
    expect(structures.map((s) => s.source)).toEqual([
      'batio3-vasprun-01.xml step 1',
      'batio3-vasprun-07.xml step 1',
    ]);
    for (const { displacements, forces } of structures) {
      const rms = Math.sqrt(displacements.reduce((sum, u) => sum + u * u, 0) / displacements.length);
      expect(rms).toBeGreaterThan(0.02);
      expect(rms).toBeLessThan(0.15);
      expect(displacements.every((u) => Math.abs(u) < 0.5)).toBe(true);
      // Drift is out, and the net force is what VASP's drift correction left.
      for (let k = 0; k < 3; k++) {
        const sum = (x: Float64Array) => x.reduce((s, v, i) => (i % 3 === k ? s + v : s), 0);
        expect(Math.abs(sum(displacements))).toBeLessThan(1e-9);
        expect(Math.abs(sum(forces))).toBeLessThan(0.05);
      }
    }
    const { out } = await run('fit', unit, ideal, ...files, '--cutoffs', '2:3.95', '--json');
    const { rows, trainRmse } = JSON.parse(out);
    expect(rows).toBe(240);
    const total = Math.sqrt(
      structures.reduce((sum, s) => sum + s.forces.reduce((t, f) => t + f * f, 0), 0) / 240,
    );
    // A ferroelectric far from its cubic sites: force constants of pairs alone explain two thirds of the mean square.
    expect(trainRmse).toBeLessThan(0.65 * total);
  });
});
