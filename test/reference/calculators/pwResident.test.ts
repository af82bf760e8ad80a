import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Pseudopotential } from '../../../src/reference/calculators/pseudopotentials.js';
import {
  type ResidentRun,
  residentLabel,
} from '../../../src/reference/calculators/quantumEspresso/resident.js';
import { quantumEspresso } from '../../../src/reference/calculators/quantumEspresso.js';
import type {
  ResidentAnswer,
  ResidentRequest,
  ResidentTexts,
} from '../../../src/reference/resident/types.js';
import { hasPw, PW_SKIP, silicon8, siliconSettings } from '../pw.js';

/** Recorded from pw.x 6.7 over a UNIX socket: Si8 of test/reference/pw.ts at 12 Ry; symmetries and eigenvalues left out of the XML. */
const FIXTURES = fileURLToPath(new URL('../fixtures/pw', import.meta.url));
const fixture = (name: string): string => readFileSync(join(FIXTURES, `resident${name}`), 'utf8');
const { energy, forces } = JSON.parse(fixture('.json')) as { energy: number; forces: number[] };
const XML = 'pwscf.save/data-file-schema.xml';
const SOUND: ResidentTexts = {
  head: fixture('-head.out'),
  stdout: fixture('-step.out'),
  stderr: '',
  files: { CRASH: '', [XML]: fixture('.xml') },
};

const run: ResidentRun = {
  structure: silicon8,
  pseudopotentials: [
    {
      species: 'Si',
      name: 'Si.UPF',
      bytes: Buffer.of(),
      md5: 'a974d1b8727157e37210f3f86afb6210',
    } as Pseudopotential,
  ],
  kpoints: { grid: [1, 1, 1], shift: [1, 1, 1] },
  settings: { 'electrons.conv_thr': 1.6e-9 },
  timeout: 60,
  memory: undefined,
  command: ['pw.x'],
  transport: 'unix',
  environment: {},
  corrected: false,
};

/** The label where pw.x answers so; `asked` sees what it was asked. */
function label(
  texts: Partial<ResidentTexts>,
  changes: Partial<ResidentRun> = {},
  asked: (request: ResidentRequest) => void = () => undefined,
  answered: Partial<ResidentAnswer> = {},
) {
  const answer = {
    answered: true,
    energy,
    forces: Float64Array.from(forces),
    extras: '',
    texts: { ...SOUND, ...texts },
    seconds: 1,
    memory: 1e6,
    ...answered,
  } as ResidentAnswer;
  const residents = {
    evaluate: async (request: ResidentRequest) => {
      asked(request);
      return answer;
    },
  };
  const { signal } = new AbortController();
  return residentLabel({ ...run, ...changes }, { residents, signal, scratch: '/nowhere' });
}

describe('forces that pw.x sends', () => {
  it('are a label where its output of the step bears them out', async () => {
    const result = await label({});
    expect(result).toMatchObject({
      energy,
      converged: true,
      program: 'PWSCF 6.7MaX, resident',
      peakMemory: 1e6,
    });
    expect([...result.forces]).toEqual(forces);
  });

  it('are a label without an XML too, which some versions do not write in every step', async () => {
    expect(await label({ files: { CRASH: '', [XML]: '' } })).toMatchObject({ converged: true });
    const settings = fixture('.xml').replace(
      /<output>.*<\/output>/s,
      '<output><band_structure><nks>1</nks></band_structure></output>',
    );
    expect(await label({ files: { CRASH: '', [XML]: settings } })).toMatchObject({ converged: true });
  });

  it('a log that comes late may begin with the step before', async () => {
    const before = SOUND.stdout.replace('convergence has been achieved', 'convergence NOT achieved');
    expect(await label({ stdout: before + SOUND.stdout })).toMatchObject({ converged: true });
    await expect(label({ stdout: SOUND.stdout + before })).rejects.toMatchObject({
      symptom: expect.stringMatching(/convergence/),
    });
  });

  const xml = SOUND.files[XML];
  const without = { files: { CRASH: '', [XML]: '' } };
  it.each([
    [
      'no convergence',
      { stdout: SOUND.stdout.replace('has been achieved in', 'NOT achieved after') },
      'slow-convergence',
    ],
    [
      'nothing said of it',
      { ...without, stdout: SOUND.stdout.replace('convergence has been achieved', '') },
      'false-convergence',
    ],
    [
      'accuracy above the threshold',
      { ...without, stdout: SOUND.stdout.replaceAll(/<\s+[\d.E-]+ Ry/g, '< 1.0E-06 Ry') },
      'false-convergence',
    ],
    [
      'accuracy above the threshold in the XML',
      { files: { CRASH: '', [XML]: xml.replace(/<scf_error>.*?</, '<scf_error>1e-6<') } },
      'false-convergence',
    ],
    ['a log that is not there', { stdout: '' }, 'no-output'],
    ['a log that was cut', { stdout: SOUND.stdout.slice(0, 2000) }, 'no-output'],
    ['another pseudopotential', { head: SOUND.head.replace('a974', 'b974') }, 'wrong-pseudopotential'],
    [
      'other k-points',
      { head: SOUND.head.replace(/number of k points=\s*\d+/, 'number of k points=  9') },
      'wrong-kpoints',
    ],
    [
      'other k-points in the XML',
      { files: { CRASH: '', [XML]: xml.replace(/<nks>\d+</, '<nks>9<') } },
      'wrong-kpoints',
    ],
    [
      'forces that lack self-consistency',
      { stdout: SOUND.stdout.replace(/SCF correction =\s+[\d.]+/, 'SCF correction = 0.1') },
      'rough-forces',
    ],
    [
      'an XML of other atoms',
      { files: { CRASH: '', [XML]: xml.replaceAll(/(index="3">)\S+/g, '$12.5') } },
      'wrong-atoms',
    ],
    ['an XML that is cut', { files: { CRASH: '', [XML]: xml.slice(0, 3000) } }, 'bad-output'],
  ] satisfies readonly (readonly [string, Partial<ResidentTexts>, string])[])(
    '%s: no label',
    async (_, texts, symptom) => {
      // The test is worth nothing where it changes nothing.
      expect({ ...SOUND, ...texts }).not.toEqual(SOUND);
      await expect(label(texts)).rejects.toMatchObject({ symptom });
    },
  );

  it('other forces than pw.x wrote: no label', async () => {
    const other = Float64Array.from(forces, (f, i) => (i === 4 ? f + 1e-4 : f));
    await expect(label({}, {}, undefined, { forces: other })).rejects.toMatchObject({
      symptom: 'bad-output',
    });
  });
});

describe('what pw.x is asked', () => {
  async function requestOf(changes: Partial<ResidentRun>): Promise<ResidentRequest> {
    let seen: ResidentRequest | undefined;
    await label({}, changes, (request) => {
      seen = request;
    }).catch(() => undefined);
    if (seen === undefined) throw new Error('it was not asked');
    return seen;
  }

  it('a tenth of conv_thr: each structure starts from the one before', async () => {
    const { program } = await requestOf({});
    expect(program.files['pw.in']).toMatch(/conv_thr = 1\.6e-10/);
    expect(program.files['pw.in']).not.toMatch(/max_seconds/);
    expect(program.argv).toEqual(['pw.x', '--ipi', '{socket}:UNIX', '-in', 'pw.in']);
    const { program: inet } = await requestOf({ transport: 'inet' });
    expect(inet.argv).toContain('{host}:{port}');
  });

  it('one process serves whatever differs in positions alone', async () => {
    const { program } = await requestOf({});
    const key = async (changes: Partial<ResidentRun>) => (await requestOf(changes)).program.key;
    const { lattice, species, positions } = silicon8;
    const moved = { lattice, species, positions: positions.map((x) => x + 0.01) };
    expect(await key({ structure: moved })).toBe(program.key);
    expect(await key({ structure: { ...moved, lattice: lattice.map((x) => 1.01 * x) } })).not.toBe(
      program.key,
    );
    expect(await key({ settings: { 'electrons.conv_thr': 1e-10 } })).not.toBe(program.key);
    expect(await key({ kpoints: 'gamma' })).not.toBe(program.key);
    expect(await key({ environment: { OMP_NUM_THREADS: '2' } })).not.toBe(program.key);
  });

  it('a client of its own, for one structure, where corrections have changed the input', async () => {
    expect((await requestOf({})).once).toBeUndefined();
    expect((await requestOf({ corrected: true })).once).toBe(true);
  });
});

describe.skipIf(!hasPw)(`the setting${PW_SKIP}`, () => {
  const create = (changes: Parameters<typeof siliconSettings>[0]) =>
    quantumEspresso(siliconSettings(changes), { species: silicon8.species, folder: '/' });

  it('changes no label’s identity', () => {
    const { identity } = create({});
    expect(create({ resident: true }).identity).toEqual(identity);
    expect(create({ resident: 'inet' }).identity).toEqual(identity);
  });

  it('is refused where pw.x cannot reach the worker', () => {
    const launcher = { kind: 'slurm', script: 'a\nsrun {command}\n' } as const;
    expect(() => create({ resident: true, launcher })).toThrow(/not possible through Slurm/);
  });
});
