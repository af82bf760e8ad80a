import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { assembleCampaign, inputsOf, loadCampaign } from '../../src/cli/campaigns/file.js';
import { readDataFile } from '../../src/cli/data/dataFile.js';
import { parseData } from '../../src/crystal/data.js';
import { deviation } from '../support/numbers.js';
import { pythonWith } from '../support/python.js';
import { SHARED } from '../support/realFiles.js';

const MD = 'test/crystal/fixtures/si8-md.xml';
const VASPRUN = join(SHARED, 'vasp/batio3-vasprun-01.xml');
const hasVasprun = existsSync(VASPRUN);
const folder = mkdtempSync(join(tmpdir(), 'anharmony-data-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** An OUTCAR as VASP 6 lays it out, cut down to what ASE reads: five decimals of positions, six of forces. */
function outcar(steps: readonly { readonly shift: number; readonly converged: boolean }[]): string {
  const [frame] = parseData(readFileSync(VASPRUN, 'utf8'), 'vasprun.xml').frames;
  const { lattice, positions, forces, energy } = frame;
  const rows = (shift: number) =>
    Array.from({ length: positions.length / 3 }, (_, i) =>
      [
        ...[0, 1, 2].map((c) => (positions[3 * i + c] + (i === 0 ? shift : 0)).toFixed(5).padStart(13)),
        ...[0, 1, 2].map((c) => forces[3 * i + c].toFixed(6).padStart(14)),
      ].join(''),
    ).join('\n');
  const potcars = ['Ba_sv 06Sep2000', 'Ti_sv 26Sep2005', 'O 08Apr2002']
    .map((title) => ` POTCAR:    PAW_PBE ${title}\n`)
    .join('');
  const cell = [0, 1, 2]
    .map((r) => [0, 1, 2].map((c) => lattice[3 * r + c].toFixed(9).padStart(13)).join(''))
    .map((row) => `${row}     0.125453220  0.000000000  0.000000000`)
    .join('\n');
  const line = '-'.repeat(83);
  const calculation = ({ shift, converged }: (typeof steps)[number], k: number) => `
--------------------------------------- Iteration ${k + 1}(   1)  ---------------------------------------
------------------------ ${converged ? 'aborting loop because EDIFF is reached' : 'aborting loop EDIFF was not reached (unconverged)'} ----------------------------------------
      direct lattice vectors                 reciprocal lattice vectors
${cell}

 POSITION                                       TOTAL-FORCE (eV/Angst)
 ${line}
${rows(shift)}
 ${line}

  FREE ENERGIE OF THE ION-ELECTRON SYSTEM (eV)
  ---------------------------------------------------
  free  energy   TOTEN  =      ${energy!.toFixed(8)} eV

  energy  without entropy=     ${(energy! + 0.01).toFixed(8)}  energy(sigma->0) =     ${(energy! + 0.005).toFixed(8)}
`;
  return ` vasp.6.2.0 18Jan21 (build Apr 11 2021 14:08:08) complex
${potcars}${potcars}   ions per type =               8   8  24
   ISPIN  =      1    spin polarized calculation?
${steps.map(calculation).join('')}`;
}

const python = pythonWith('ase');
if (python === undefined) console.warn('SKIPPED: OUTCARs need a python with ase (npm run install:codes)');

describe.skipIf(python === undefined || !hasVasprun)('an OUTCAR, through ASE', () => {
  const path = () =>
    write(
      'OUTCAR',
      outcar([
        { shift: 0, converged: true },
        { shift: 0.01, converged: false },
        { shift: 0.02, converged: true },
      ]),
    );

  it('gives the structures that vasprun.xml gives, to its own digits, and those alone that converged', () => {
    const { text, refused } = readDataFile(path(), 'FILE', { python });
    const { frames } = parseData(text, 'OUTCAR');
    const [real] = parseData(readFileSync(VASPRUN, 'utf8'), 'vasprun.xml').frames;
    expect(frames.map(({ source }) => source)).toEqual(['OUTCAR step 1', 'OUTCAR step 3']);
    expect(refused).toMatchObject([{ field: 'OUTCAR step 2', message: 'its electrons did not converge' }]);
    expect(frames[0].species).toEqual(real.species);
    expect(frames[0].energy).toBeCloseTo(real.energy!, 7);
    expect(deviation(frames[0].positions, real.positions)).toBeLessThan(6e-6);
    expect(deviation(frames[0].forces, real.forces)).toBeLessThan(6e-7);
  });

  it('is selected by the numbers that its steps have', () => {
    const { text } = readDataFile(path(), 'FILE', { python, selection: { from: 2 } });
    expect(parseData(text, 'OUTCAR').frames.map(({ number }) => number)).toEqual([3]);
  });

  it('that is cut off is refused in the words of ASE', () => {
    const cut = write('cut', outcar([{ shift: 0, converged: true }]).slice(0, 200));
    expect(() => readDataFile(cut, 'FILE', { python })).toThrow(
      /^cut: ASE cannot read it as an OUTCAR; got .*expected a whole OUTCAR/,
    );
  });
});

it.skipIf(!hasVasprun)('an OUTCAR without ASE: says what to do', () => {
  const path = write('OUTCAR', outcar([{ shift: 0, converged: true }]));
  expect(() => readDataFile(path, 'FILE', { python: 'no-such-python' })).toThrow(
    /OUTCAR: an OUTCAR is read through ASE, which is not there; got no-such-python; expected a Python with ASE\n {2}hint: .*ANHARMONY_PYTHON/,
  );
});

describe('compressed files', () => {
  it('are unpacked', () => {
    const xml = readFileSync(MD, 'utf8');
    expect(readDataFile(write('md.xml.gz', gzipSync(xml)), 'FILE')).toEqual({
      text: xml,
      format: 'pw',
      sha256: createHash('sha256').update(xml).digest('hex'),
    });
  });

  it('that were cut, or are not there, are refused', () => {
    const cut = gzipSync(readFileSync(MD)).subarray(0, 1000);
    expect(() => readDataFile(write('cut.gz', cut), 'FILE')).toThrow(/cannot be unpacked/);
    expect(() => readDataFile(join(folder, 'none.gz'), 'FILE')).toThrow(/FILE: there is no such file/);
  });
});

describe('a trajectory in a campaign file', () => {
  const campaign = (data: string, more = '') =>
    `name: parts\ncrystal: si.POSCAR\nsupercell: [1, 1, 1]\nexpansion: { cutoffs: { 2: 2.4 } }\nreference: { calculator: stillinger-weber }\nmd: { temperature: 300 }\ninitial: { data: ${data} }\n${more}`;
  const load = (text: string) => loadCampaign(write('parts.yaml', text));
  write('md.xml', readFileSync(MD));
  write('si.POSCAR', readFileSync('examples/silicon.POSCAR', 'utf8').replaceAll('5.431', '5.43'));

  it('is taken whole as it stands, or in part as its structures', () => {
    const whole = load(campaign('[md.xml]')).bundle.data!;
    expect(whole).toEqual([{ name: 'md.xml', text: readFileSync(MD, 'utf8') }]);
    const [part] = load(campaign('[{ file: md.xml, every: 2, from: 2 }]')).bundle.data!;
    expect(parseData(part.text, part.name).frames.map(({ source }) => source)).toEqual([
      'md.xml step 2',
      'md.xml step 4',
    ]);
    const test = load(campaign('[md.xml]', 'test: { source: file, file: md.xml, from: 3 }')).bundle.testSet!;
    expect(parseData(test.text, test.name).frames.map(({ number }) => number)).toEqual([3, 4]);
  });

  it('is the same campaign where its file is gone and the structures stand for it, as in a fork', () => {
    const text = campaign('[{ file: md.xml, every: 2, from: 2 }]');
    const loaded = load(text);
    const elsewhere = assembleCampaign(text, join(folder, 'elsewhere/parts.yaml'), inputsOf(loaded.bundle));
    expect(elsewhere.fingerprint).toBe(loaded.fingerprint);
  });

  it('that selects nothing, or is not there, is refused by its place in the file', () => {
    expect(() => load(campaign('[{ file: md.xml, from: 9 }]'))).toThrow(/md\.xml: none of its structures/);
    expect(() => load(campaign('[md.xml, { file: none.xml, every: 2 }]'))).toThrow(
      /initial\.data\.1\.file: there is no such file/,
    );
    expect(() => load(campaign('[{ file: md.xml, evry: 2 }]'))).toThrow(/initial\.data\.0\.evry/);
    expect(() => load(campaign('[{ file: md.xml, every: 0 }]'))).toThrow(
      /initial\.data\.0\.every.*too small/,
    );
    expect(() => load(campaign('[{ every: 2 }]'))).toThrow(/initial\.data\.0\.file: is missing/);
  });
});
