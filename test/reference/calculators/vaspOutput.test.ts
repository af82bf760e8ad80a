import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseVasprun } from '../../../src/crystal/formats/vasprun.js';
import { sortBySpecies } from '../../../src/reference/calculators/vasp/input.js';
import { vaspLadder } from '../../../src/reference/calculators/vasp/ladder.js';
import { readVaspOutput } from '../../../src/reference/calculators/vasp/output.js';
import { readRun, type VaspRun } from '../../../src/reference/calculators/vasp/run.js';
import { inScratch } from '../scratch.js';

const FOLDER = new URL('../../../../shared/data/vasp/', import.meta.url);
const hasRealData = existsSync(new URL('batio3-vasprun-01.xml', FOLDER));
if (!hasRealData) console.warn('SKIPPED: real VASP outputs need ../shared/data/vasp');

/** BaTiO3, 40 atoms, VASP 6.2.0, run with ISYM = 2 and a shifted 4 × 4 × 4 grid. */
describe.skipIf(!hasRealData)('vasprun.xml of a real VASP', () => {
  const xml = hasRealData ? readFileSync(new URL('batio3-vasprun-01.xml', FOLDER), 'utf8') : '';

  it.each(['01', '07'])('%s: everything that a label is judged by', (number) => {
    const text = readFileSync(new URL(`batio3-vasprun-${number}.xml`, FOLDER), 'utf8');
    const output = readVaspOutput(text);
    expect(output).toMatchObject({
      program: 'VASP 6.2.0',
      calculations: 1,
      steps: [...text.matchAll(/<scstep>/g)].length,
      titles: ['PAW_PBE Ba_sv 06Sep2000', 'PAW_PBE Ti_sv 26Sep2005', expect.stringMatching(/^PAW_PBE O /)],
      parameters: { ENMAX: 550, EDIFF: 1e-8, NELM: 60, ISYM: 2, LREAL: false, GGA: 'PS', SIGMA: 0.05 },
    });
    const energies = [...text.matchAll(/name="e_fr_energy">\s*(\S+)/g)].map((m) => Number(m[1]));
    expect(output.label?.energy).toBe(energies.at(-1));
    expect(output.label?.forces.length).toBe(120);
    expect(
      Math.max(
        ...[0, 1, 2].map((c) =>
          Math.abs(output.label!.forces.reduce((s, f, i) => (i % 3 === c ? s + f : s), 0)),
        ),
      ),
    ).toBeLessThan(1e-2);
  });

  /** What has to be asked for to get this file. */
  function asked(changes: Partial<VaspRun> = {}): VaspRun {
    const output = readVaspOutput(xml);
    const [frame] = parseVasprun(xml, 'vasprun.xml').frames;
    return {
      end: { exitCode: 0, killedBy: null, timedOut: false, outOfMemory: false, peakMemory: 0, seconds: 1 },
      sorted: sortBySpecies(frame),
      potcars: output.titles.map((title, i) => ({
        species: ['Ba', 'Ti', 'O'][i],
        title,
        bytes: Buffer.alloc(0),
        sha256: '',
        valence: 0,
        cutoff: 0,
        functional: 'PE',
      })),
      kpoints: { grid: [4, 4, 4], shift: [1, 1, 1] },
      settings: {
        ENCUT: 550,
        PREC: 'Accurate',
        EDIFF: 1e-8,
        NELM: 60,
        ISYM: 2,
        LREAL: false,
        GGA: 'PS',
        SIGMA: 0.05,
        LWAVE: false,
        ALGO: 'Normal',
      },
      ladder: vaspLadder(181),
      timeout: 60,
      memory: undefined,
      ...changes,
    };
  }

  const DONE =
    ' aborting loop because EDIFF is reached\n General timing and accounting informations for this job:\n';
  const read = (run: VaspRun, text = xml, outcar = DONE, stdout = '') =>
    inScratch(({ scratch }) => {
      for (const [name, content] of [
        ['vasprun.xml', text],
        ['OUTCAR', outcar],
        ['vasp.out', stdout],
        ['vasp.err', ''],
      ])
        writeFileSync(join(scratch, name), content);
      return readRun(run, scratch);
    });
  const { settings } = hasRealData ? asked() : { settings: {} };

  it('is a label where it is what was asked for', async () => {
    const result = await read(asked());
    expect(result).toMatchObject({ converged: true, program: 'VASP 6.2.0', energy: -334.68557394 });
    expect(result.forces).toEqual(parseVasprun(xml, '').frames[0].forces);
  });

  it.each<[string, Partial<VaspRun>, string, RegExp]>([
    [
      'as many electronic steps as NELM',
      { settings: { ...settings, NELM: 23 } },
      'no-convergence',
      /23 electronic steps, NELM = 23/,
    ],
    [
      'another cutoff',
      { settings: { ...settings, ENCUT: 500 } },
      'wrong-settings',
      /ENCUT = 550 instead of 500/,
    ],
    [
      'symmetry that was switched off',
      { settings: { ...settings, ISYM: 0 } },
      'wrong-settings',
      /ISYM = 2 instead of 0/,
    ],
    [
      'another functional',
      { settings: { ...settings, GGA: 'PE' } },
      'wrong-settings',
      /GGA = PS instead of PE/,
    ],
    ['another threshold', { settings: { ...settings, EDIFF: 1e-6 } }, 'wrong-settings', /EDIFF/],
    [
      'another grid',
      { kpoints: { grid: [2, 2, 2], shift: [0, 0, 0] } },
      'wrong-kpoints',
      /32 k-points instead of 8/,
    ],
  ])('%s: none', async (_, changes, symptom, message) => {
    await expect(read(asked(changes))).rejects.toMatchObject({
      symptom,
      message: expect.stringMatching(message),
    });
  });

  it('cut in the middle: none', async () => {
    await expect(read(asked(), xml.slice(0, xml.lastIndexOf('<varray name="forces"')))).rejects.toMatchObject(
      { symptom: 'bad-output' },
    );
    await expect(read(asked(), xml, ' running\n')).rejects.toMatchObject({
      symptom: 'interrupted',
      failureClass: 'machine',
    });
  });

  it('beside a message that the table knows: a failure with the line that shows it', async () => {
    const line = ' Error EDDDAV: Call to ZHEGV failed. Returncode =  11';
    await expect(read(asked(), xml, DONE, line)).rejects.toMatchObject({
      symptom: 'diagonalization-davidson',
      evidence: [line.trim()],
    });
  });
});
