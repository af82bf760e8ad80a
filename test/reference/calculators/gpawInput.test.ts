import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.js';
import type { BridgeResult } from '../../../src/reference/calculators/ase/answer.js';
import type { Fail } from '../../../src/reference/calculators/codeRun.js';
import { checkParameters } from '../../../src/reference/calculators/gpaw/check.js';
import { densitySlope, GPAW_LADDER } from '../../../src/reference/calculators/gpaw/ladder.js';
import { flatParameters, nestedParameters } from '../../../src/reference/calculators/gpaw/parameters.js';
import type { GpawParameters, GpawSettings } from '../../../src/reference/calculators/gpaw/settings.js';
import { requireTrust } from '../../../src/reference/calculators/gpaw/trust.js';
import { gpaw } from '../../../src/reference/calculators/gpaw.js';
import { kPointCounts, kPointList } from '../../../src/reference/calculators/kpoints.js';
import { ReferenceFailure } from '../../../src/reference/failures.js';
import {
  type Correction,
  correctedSettings,
  DEFAULT_CORRECTIONS,
  diagnose,
  nextCorrection,
} from '../../../src/reference/ladder.js';
import { silicon8 } from '../pw.js';

const folder = mkdtempSync(join(tmpdir(), 'anharmony-gpaw-'));
afterAll(() => rmSync(folder, { recursive: true }));

const XML = '<?xml version="1.0"?>\n<paw_setup version="0.6">\n<atom symbol="Si" Z="14"/>\n</paw_setup>\n';
const hash = (algorithm: string, content: string | Buffer) =>
  createHash(algorithm).update(content).digest('hex');

function file(name: string, content: string | Buffer) {
  writeFileSync(join(folder, name), content);
  return { file: name, sha256: hash('sha256', content) };
}

const PLAIN = { mode: { name: 'pw', ecut: 300 }, xc: 'PBEsol' } as const;
// A sound head of gzip, then what it has never made.
const spoiled = Buffer.concat([gzipSync(XML).subarray(0, 10), Buffer.alloc(40, 0xff)]);
const packed = file('Si.PBE.gz', gzipSync(XML));

function code(changes: Partial<GpawSettings> = {}) {
  return gpaw(
    { calculator: 'gpaw', parameters: PLAIN, setups: { Si: packed }, kpoints: 'gamma', ...changes },
    { species: silicon8.species, folder },
  );
}

const problemsOf = (parameters: GpawParameters) =>
  checkParameters(parameters).map(({ field, message }) => `${field}: ${message}`);

describe('parameters of GPAW', () => {
  it('are its own words, with what a label needs', () => {
    expect(nestedParameters(flatParameters(PLAIN))).toEqual({
      mode: { name: 'pw', ecut: 300 },
      xc: { name: 'PBEsol' },
      symmetry: { point_group: false },
      convergence: { density: 1e-5 },
    });
    const rich = { ...PLAIN, gpts: [24, 24, 24], mixer: { beta: 0.1, history: 3 }, eigensolver: 'rmm-diis' };
    expect(nestedParameters(flatParameters({ ...rich, symmetry: 'off' }))).toMatchObject({
      gpts: [24, 24, 24],
      mixer: { beta: 0.1, nmaxold: 3 },
      eigensolver: { name: 'rmm-diis' },
      symmetry: { point_group: false, time_reversal: false },
    });
  });

  it('are accepted where they are sound', () => {
    expect(problemsOf(PLAIN)).toEqual([]);
    expect(problemsOf({ mode: 'fd', h: 0.18, xc: 'PBE', symmetry: 'off' })).toEqual([]);
    expect(problemsOf({ ...PLAIN, convergence: { density: 1e-4, forces: 0.001 } })).toEqual([]);
    expect(problemsOf({ ...PLAIN, occupations: { name: 'fermi-dirac', width: 0.05 } })).toEqual([]);
  });

  it.each<[string, GpawParameters, RegExp]>([
    ['no mode', { xc: 'PBE' }, /^mode: is missing/],
    ['no cutoff', { mode: 'pw', xc: 'PBE' }, /^mode\.ecut: is missing/],
    ['a cutoff in Ry', { mode: { name: 'pw', ecut: 30 }, xc: 'PBE' }, /^mode\.ecut: is out of range/],
    ['a mode that is none', { mode: 'pww', xc: 'PBE' }, /^mode\.name: is unknown/],
    ['no grid', { mode: 'fd', xc: 'PBE' }, /^h: is missing/],
    ['no basis', { mode: 'lcao', h: 0.2, xc: 'PBE' }, /^basis: is missing/],
    ['no functional', { mode: PLAIN.mode }, /^xc: is missing/],
    ['a loose density', { ...PLAIN, convergence: { density: 1e-3 } }, /convergence\.density: is too loose/],
    ['a loose energy', { ...PLAIN, convergence: { energy: 0.01 } }, /convergence\.energy: is too loose/],
    [
      'any number of steps called converged',
      { ...PLAIN, convergence: { 'maximum iterations': 20 } },
      /maximum iterations: GPAW would call converged/,
    ],
    ['symmetry', { ...PLAIN, symmetry: { point_group: true } }, /^symmetry: GPAW would symmetrise/],
    ['symmetry as a word', { ...PLAIN, symmetry: true }, /^symmetry: GPAW would symmetrise/],
    [
      'tetrahedra',
      { ...PLAIN, occupations: 'tetrahedron-method' },
      /occupations\.name: forces with tetrahedra/,
    ],
    [
      'a width in K',
      { ...PLAIN, occupations: { name: 'fermi-dirac', width: 300 } },
      /width: is out of range/,
    ],
    ['a typo', { ...PLAIN, eigensolvers: 'dav' }, /^eigensolvers: is not a keyword/],
    ['what is written for you', { ...PLAIN, kpts: [1, 1, 1] }, /^kpts: cannot be chosen/],
  ])('are refused: %s', (_, parameters, words) => {
    const found = problemsOf(parameters).map((line) => line.replace('reference.parameters.', ''));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(words);
  });

  it('says the nearest keyword', () => {
    expect(checkParameters({ ...PLAIN, eigensolvers: 'dav' })[0].hint).toMatch(/eigensolver/);
  });
});

describe('setups of GPAW', () => {
  it('are given to a run as they were checked, unpacked; plain ones as they are', () => {
    expect(String(code().inputFiles?.(silicon8)['Si.xml'])).toBe(XML);
    const plain = code({ setups: { Si: file('Si.PBE', XML) } });
    expect(String(plain.inputFiles?.(silicon8)['Si.xml'])).toBe(XML);
  });

  it.each([
    ['cut while packed', file('cut.gz', gzipSync(XML).subarray(0, 60)), /was cut/],
    ['cut', file('cut.xml', XML.slice(0, 75)), /was cut/],
    ['spoiled while packed', file('spoiled.gz', spoiled), /cannot be read/],
    ['of another element', file('Ge.xml', XML.replace('"Si"', '"Ge"')), /another element/],
    ['another file', { ...packed, sha256: hash('sha256', 'x') }, /another checksum/],
    ['not there', { file: 'nowhere.gz' }, /cannot be read/],
    ['no setup at all', file('Si.upf', '<UPF version="2.0.1">\nelement="Si"\n</UPF>'), /is no PAW setup/],
  ])('are refused: %s', (_, setup, words) => {
    expect(() => code({ setups: { Si: setup } })).toThrow(words);
    expect(() => code({ setups: { Si: setup } })).toThrow(InputError);
  });

  it('belong to the identity, and limits do not', () => {
    const { identity } = code();
    expect(identity).toMatchObject({ setups: { Si: packed.sha256 }, kpoints: 'gamma' });
    const elsewhere = { timeout: 9, command: ['gpaw', 'python'], parameters: { ...PLAIN, verbose: 1 } };
    expect(code(elsewhere).identity).toEqual(identity);
    expect(code({ parameters: { ...PLAIN, nbands: 40 } }).identity).not.toEqual(identity);
    expect(code({ kpoints: { grid: [2, 2, 2] } }).identity).not.toEqual(identity);
  });

  it('are asked for by species: GPAW would take its own for another', async () => {
    const strange = { ...silicon8, species: ['Ge', ...silicon8.species.slice(1)] };
    const context = { scratch: folder, signal: new AbortController().signal };
    await expect(code().evaluate(strange, context)).rejects.toThrow(/no setup for Ge/);
  });
});

describe('k-points of GPAW', () => {
  it('are the grid, each once, with Γ where nothing is shifted', () => {
    expect(kPointList('gamma')).toEqual([[0, 0, 0]]);
    expect(kPointList({ grid: [2, 1, 1], shift: [1, 1, 0] })).toEqual([
      [0.25, 0.5, 0],
      [-0.25, 0.5, 0],
    ]);
    const points = kPointList({ grid: [3, 2, 4], shift: [1, 0, 1] });
    expect(new Set(points.map(String)).size).toBe(24);
    expect(points.flat().every((k) => k > -0.5 && k <= 0.5)).toBe(true);
  });

  it.each([
    [{ grid: [2, 2, 2], shift: [1, 1, 1] }],
    [{ grid: [3, 2, 1], shift: [0, 1, 0] }],
    [{ grid: [4, 1, 3] }],
  ] as const)('are as many as counted, k and −k once: %j', (grid) => {
    const key = (k: readonly number[]) => k.map((x) => (((x % 1) + 1) % 1).toFixed(6)).join();
    const pairs = new Set(kPointList(grid).map((k) => [key(k), key(k.map((x) => -x))].sort().join(' ')));
    expect(pairs.size).toBe(kPointCounts(grid).paired);
  });
});

const fail: Fail = (symptom, failureClass, message) =>
  new ReferenceFailure(message, { failureClass, symptom });

describe('what GPAW says it has read and used', () => {
  const setups = [{ species: 'Si', name: 'Si', bytes: Buffer.of(), sha256: '', md5: 'abc', augmented: true }];
  const kpoints = { grid: [2, 2, 2], shift: [1, 1, 1] } as const;
  const trust = (said: Partial<BridgeResult>, parameters = {}) =>
    requireTrust(said as BridgeResult, { setups, kpoints, parameters }, fail);

  it('is compared with what was asked for', () => {
    expect(() => trust({ setups: { Si: 'abc' }, kpoints: 4 })).not.toThrow();
    expect(() => trust({ setups: { Si: 'abd' }, kpoints: 4 })).toThrow(/another setup for Si: MD5 abd/);
    expect(() => trust({ kpoints: 4 })).toThrow(/MD5 missing/);
    expect(() => trust({ setups: { Si: 'abc' }, kpoints: 1 })).toThrow(/1 k-points instead of 4/);
    const off = { 'symmetry.time_reversal': false };
    expect(() => trust({ setups: { Si: 'abc' }, kpoints: 4 }, off)).toThrow(/instead of 8/);
  });
});

describe('the ladder of GPAW', () => {
  const unconverged =
    'calculation: KohnShamConvergenceError ConvergenceError: Did not converge!  See text output';
  /** As version 22.8 prints it: steps, then log10 of the changes of eigenstates and density. */
  const log = (slope: number) =>
    Array.from(
      { length: 12 },
      (_, i) =>
        `iter:${String(i + 1).padStart(4)} 04:13:49   -41.926478   -1.55  ${(-0.5 + slope * i).toFixed(2)}`,
    ).join('\n');
  const flat = flatParameters(PLAIN);

  it('tells a density that still falls from one that does not', () => {
    expect(densitySlope(log(-0.2))).toBeCloseTo(-0.2, 6);
    expect(densitySlope('iter:   1 04:13:49   -41.9c  -1.55c -0.50c')).toBe(0);
    const symptom = (slope: number) =>
      diagnose(GPAW_LADDER.rules, { exception: unconverged, log: log(slope) })?.rule.symptom;
    expect(symptom(-0.2)).toBe('slow-convergence');
    expect(symptom(-0.01)).toBe('no-convergence');
  });

  it('climbs Mixer(0.02, 5, 100) → Davidson(3) → more bands, then more steps; physics only where it is allowed', () => {
    const made: Correction[] = [];
    for (;;) {
      const next = nextCorrection(GPAW_LADDER, 'no-convergence', flat, made, {
        limit: 9,
        changePhysics: false,
      });
      if (!next) break;
      made.push(next);
    }
    expect(made.map(({ name }) => name)).toEqual([
      'softer-mixing',
      'davidson-3',
      'more-bands',
      'more-steps',
      'more-steps',
    ]);
    expect(nestedParameters(correctedSettings(GPAW_LADDER, flat, made).settings)).toMatchObject({
      mixer: { beta: 0.02, nmaxold: 5, weight: 100 },
      eigensolver: { name: 'dav', niter: 3 },
      nbands: '150%',
      maxiter: 2997,
    });
    const last = nextCorrection(GPAW_LADDER, 'no-convergence', flat, made, { limit: 9, changePhysics: true });
    expect(last).toMatchObject({ name: 'smearing', changesPhysics: true });
  });

  it('does not take bands away from a person who asks for more', () => {
    const settings = flatParameters({ ...PLAIN, nbands: '300%' });
    const soft = GPAW_LADDER.rules
      .find(({ symptom }) => symptom === 'no-convergence')!
      .corrections.slice(0, 2);
    const next = nextCorrection(GPAW_LADDER, 'no-convergence', settings, soft, DEFAULT_CORRECTIONS);
    expect(next?.name).toBe('more-steps');
  });

  it.each([
    ['calculation: AtomsTooClose ValueError: Atoms are too close, e.g. 0.01 Å', 'atoms-too-close'],
    [
      'calculator: FileNotFoundError OSError: Could not find required PAW dataset file "Si.PBE".',
      'bad-setup',
    ],
    ['calculator: TypeError: Unknown GPAW parameter: bogus', 'bad-input'],
    ['calculation: KohnShamConvergenceError ConvergenceError: Not enough bands for CBM+5', 'too-few-bands'],
    ['calculation: OSError: [Errno 28] No space left on device', 'disk-full'],
    ['calculation: _ArrayMemoryError MemoryError: Unable to allocate 9 GiB', 'memory'],
    ["import: ModuleNotFoundError ImportError: No module named 'gpaw'", 'not-importable'],
    ['calculation: RuntimeError: something else', undefined],
  ])('knows %s', (exception, symptom) => {
    expect(diagnose(GPAW_LADDER.rules, { exception })?.rule.symptom).toBe(symptom);
  });
});
