import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.js';
import { kPointCounts } from '../../../src/reference/calculators/kpoints.js';
import {
  type Pseudopotential,
  readPseudopotentials,
} from '../../../src/reference/calculators/pseudopotentials.js';
import { checkSettings, flatSettings } from '../../../src/reference/calculators/quantumEspresso/check.js';
import { pwInput } from '../../../src/reference/calculators/quantumEspresso/input.js';
import { kPointsCard } from '../../../src/reference/calculators/quantumEspresso/kpoints.js';
import type { QuantumEspressoSettings } from '../../../src/reference/calculators/quantumEspresso/settings.js';
import { quantumEspresso } from '../../../src/reference/calculators/quantumEspresso.js';
import type { ReferenceStructure } from '../../../src/reference/types.js';

const folder = mkdtempSync(join(tmpdir(), 'anharmony-pw-'));
afterAll(() => rmSync(folder, { recursive: true }));
const UPF = '<UPF version="2.0.1"><PP_HEADER element="Si" pseudo_type="NC"/></UPF>';
const SUM = '9d6ce6ab4a0ef45e8a5a7b4ed2dfb7cf1de85e8c95a4a4b84a37b9a6a57e4c27';

function settings(changes: Partial<QuantumEspressoSettings> = {}): QuantumEspressoSettings {
  return {
    calculator: 'quantum-espresso',
    system: { ecutwfc: 20 },
    pseudopotentials: { Si: { file: 'Si.upf', sha256: SUM } },
    kpoints: 'gamma',
    ...changes,
  };
}

/** Fields and messages of what is refused for 8 atoms. */
function refusals(changes: Partial<QuantumEspressoSettings>, augmented: readonly string[] = []): string[] {
  return checkSettings(settings(changes), 8, augmented).map(
    ({ field, message, hint = '' }) => `${field}: ${message} ${hint}`,
  );
}

describe('settings of pw.x', () => {
  it('that are sound are taken as they are, keys in any case', () => {
    const changes = {
      control: { calculation: 'scf', verbosity: 'high' },
      system: {
        ECUTWFC: 30,
        ecutrho: 240,
        occupations: 'smearing',
        smearing: 'mv',
        degauss: 0.01,
        nspin: 2,
        'starting_magnetization(1)': 0.5,
        nosym: true,
      },
      electrons: { conv_thr: 1e-9, mixing_beta: 0.3 },
    };
    expect(refusals(changes, ['Si'])).toEqual([]);
    expect(flatSettings(settings(changes), 8)).toMatchObject({
      'system.ecutwfc': 30,
      'electrons.conv_thr': 1e-9,
    });
  });

  it('get what a label needs where it is left out', () => {
    expect(flatSettings(settings(), 64)).toEqual({
      'system.nosym': true,
      'electrons.conv_thr': 1.28e-8,
      'system.ecutwfc': 20,
    });
  });

  it.each<[string, Partial<QuantumEspressoSettings>, RegExp]>([
    [
      'false convergence',
      { electrons: { scf_must_converge: false } },
      /electrons\.scf_must_converge: .*unconverged forces/,
    ],
    ['symmetrised forces', { system: { ecutwfc: 20, nosym: false } }, /system\.nosym: /],
    ['a loose threshold', { electrons: { conv_thr: 1e-6 } }, /electrons\.conv_thr: is too loose/],
    ['no threshold', { electrons: { conv_thr: 0 } }, /electrons\.conv_thr: is too loose/],
    ['a cutoff in eV', { system: { ecutwfc: 500 } }, /system\.ecutwfc: is out of range in Ry/],
    ['no cutoff', { system: {} }, /system\.ecutwfc: is missing/],
    ['a small density cutoff', { system: { ecutwfc: 20, ecutrho: 60 } }, /system\.ecutrho: is too small/],
    [
      'smearing in K',
      { system: { ecutwfc: 20, occupations: 'smearing', degauss: 300 } },
      /system\.degauss: is out of range in Ry/,
    ],
    [
      'smearing in eV',
      { system: { ecutwfc: 20, occupations: 'smearing', degauss: 0.2 } },
      /0\.1 eV = 0\.00735 Ry/,
    ],
    [
      'smearing without a width',
      { system: { ecutwfc: 20, occupations: 'smearing' } },
      /system\.degauss: is missing/,
    ],
    [
      'a width that is ignored',
      { system: { ecutwfc: 20, degauss: 0.01 } },
      /system\.degauss: pw\.x ignores it/,
    ],
    ['tetrahedra', { system: { ecutwfc: 20, occupations: 'tetrahedra' } }, /system\.occupations: forces/],
    [
      'a typo',
      { system: { ecutwfc: 20, ecutwfcc: 20 } },
      /ecutwfcc: is not a keyword .*did you mean "ecutwfc"/,
    ],
    [
      'another namelist',
      { system: { ecutwfc: 20, mixing_beta: 0.7 } },
      /mixing_beta: .*it belongs to electrons/,
    ],
    [
      'what the calculator writes',
      { control: { calculation: 'relax' } },
      /control\.calculation: is written by the calculator/,
    ],
    ['a folder of one’s own', { control: { outdir: '/tmp' } }, /control\.outdir: .*scratch folder/],
    ['a Fortran logical', { system: { ecutwfc: 20, noncolin: '.true.' } }, /system\.noncolin: is a text/],
    ['a Fortran number', { electrons: { conv_thr: '1d-9' } }, /electrons\.conv_thr: is a text/],
    ['mixing beyond 1', { electrons: { mixing_beta: 7 } }, /electrons\.mixing_beta: is out of range/],
  ])('refused: %s', (_, changes, expected) => {
    expect(refusals(changes).join('\n')).toMatch(expected);
  });

  it('refused: ultrasoft potentials with the default density cutoff', () => {
    expect(refusals({}, ['Si'])).toEqual([expect.stringMatching(/system\.ecutrho: .*ultrasoft or PAW/)]);
    expect(refusals({ system: { ecutwfc: 20, ecutrho: 160 } }, ['Si'])).toEqual([]);
  });

  it('are refused all at once', () => {
    writeFileSync(join(folder, 'Si.upf'), UPF);
    const make = () =>
      quantumEspresso(settings({ system: { ecutwfcc: 1 }, electrons: { conv_thr: 1 } }), {
        species: ['Si'],
        folder,
      });
    expect(make).toThrow(/ecutwfcc[\s\S]*conv_thr[\s\S]*ecutwfc: is missing[\s\S]*sha256/);
  });
});

describe('pseudopotentials', () => {
  const read = (text: string, species = ['Si', 'Si'], potentials = settings().pseudopotentials) => {
    writeFileSync(join(folder, 'Si.upf'), text);
    return readPseudopotentials(settings({ pseudopotentials: potentials }), species, folder);
  };
  const sumOf = (text: string): string => {
    try {
      read(text, ['Si'], { Si: { file: 'Si.upf', sha256: '0'.repeat(64) } });
    } catch (error) {
      return (error as InputError).problems[0].expected!;
    }
    throw new Error('not refused');
  };
  const given = (text: string) => ({ Si: { file: 'Si.upf', sha256: sumOf(text).toUpperCase() } });

  it('are read where their checksum is right', () => {
    expect(read(UPF, ['Si'], given(UPF))).toMatchObject([
      { species: 'Si', name: 'Si.upf', augmented: false },
    ]);
    const paw = UPF.replace('NC', 'PAW');
    expect(read(paw, ['Si'], given(paw))[0].augmented).toBe(true);
  });

  it.each<[string, string, readonly string[], QuantumEspressoSettings['pseudopotentials'], RegExp]>([
    ['another checksum', UPF, ['Si'], { Si: { file: 'Si.upf', sha256: SUM } }, /another checksum; got 9d6c/],
    [
      'no checksum, with the right one to copy',
      UPF,
      ['Si'],
      { Si: { file: 'Si.upf' } },
      /sha256: is missing; expected [0-9a-f]{64}/,
    ],
    [
      'another element',
      UPF.replace('Si', 'Ge'),
      ['Si'],
      { Si: { file: 'Si.upf' } },
      /of another element; got Ge/,
    ],
    ['a file that was cut', UPF.slice(0, -3), ['Si'], { Si: { file: 'Si.upf' } }, /was cut/],
    ['a missing file', UPF, ['Si'], { Si: { file: 'none.upf', sha256: SUM } }, /cannot be read.*ENOENT/],
    ['a missing species', UPF, ['Si', 'Ge'], { Si: { file: 'Si.upf' } }, /pseudopotentials\.Ge: is missing/],
    [
      'a species too many',
      UPF,
      ['Si'],
      { Si: { file: 'Si.upf' }, Ge: { file: 'Ge.upf' } },
      /Ge: is not in the crystal/,
    ],
  ])('refused: %s', (_, text, species, potentials, expected) => {
    expect(() => read(text, [...species], potentials)).toThrow(InputError);
    expect(() => read(text, [...species], potentials)).toThrow(expected);
  });
});

describe('the identity of a label', () => {
  const identity = (changes: Partial<QuantumEspressoSettings> = {}) => {
    writeFileSync(join(folder, 'Si.upf'), UPF);
    let sha256 = SUM;
    try {
      quantumEspresso(settings(), { species: ['Si'], folder });
    } catch (error) {
      sha256 = (error as InputError).problems[0].expected!;
    }
    const pseudopotentials = { Si: { file: 'Si.upf', sha256 } };
    return quantumEspresso(settings({ pseudopotentials, ...changes }), { species: ['Si'], folder }).identity;
  };
  it('holds what can change forces', () => {
    expect(identity({ system: { ecutwfc: 21 } })).not.toEqual(identity());
    expect(identity({ electrons: { conv_thr: 1e-10 } })).not.toEqual(identity());
    expect(identity({ kpoints: { grid: [1, 1, 2] } })).not.toEqual(identity());
    expect(identity({ corrections: { limit: 5, changePhysics: true } })).not.toEqual(identity());
    expect(JSON.stringify(identity())).toContain('"Si":"');
  });
  it('does not hold cores, launcher, limits and words', () => {
    const other = {
      command: ['mpirun', '-np', '2', 'pw.x'],
      timeout: 10,
      memory: 100,
      environment: { OMP_NUM_THREADS: '4' },
      control: { verbosity: 'high', title: 'x' },
      corrections: { limit: 0, changePhysics: false },
    };
    expect(identity(other)).toEqual(identity());
  });
});

describe('k-points', () => {
  it('are counted as pw.x counts them without symmetry', () => {
    // Counted by pw.x 6.7 (nks), nosym.
    expect(kPointCounts('gamma')).toEqual({ paired: 1, all: 1 });
    expect(kPointCounts({ grid: [2, 2, 2], shift: [1, 1, 1] })).toEqual({ paired: 4, all: 8 });
    expect(kPointCounts({ grid: [1, 1, 1], shift: [1, 1, 1] })).toEqual({ paired: 1, all: 1 });
    expect(kPointCounts({ grid: [2, 2, 2] })).toEqual({ paired: 8, all: 8 });
    expect(kPointCounts({ grid: [3, 3, 3] })).toEqual({ paired: 14, all: 27 });
    expect(kPointCounts({ grid: [1, 2, 3], shift: [0, 1, 0] })).toEqual({ paired: 3, all: 6 });
  });
  it('are always written', () => {
    expect(kPointsCard('gamma')).toBe('K_POINTS gamma');
    expect(kPointsCard({ grid: [2, 3, 4], shift: [0, 1, 0] })).toBe('K_POINTS automatic\n2 3 4  0 1 0');
  });
});

describe('an input of pw.x', () => {
  const potential = (species: string): Pseudopotential => ({
    species,
    name: `${species}.UPF`,
    bytes: Buffer.from(''),
    sha256: '',
    md5: '',
    augmented: false,
  });
  const structure: ReferenceStructure = {
    lattice: Float64Array.of(5, 0, 0, 0.1, 5, 0, 0, 0, 1 / 3),
    species: ['As', 'Al'],
    positions: Float64Array.of(0, 1e-9, -2, 0.5, 0.25, 6),
  };
  const text = (start: 'scratch' | 'density' | 'continue') =>
    pwInput({
      structure,
      settings: { 'system.ecutwfc': 20, 'system.nosym': true, 'electrons.mixing_mode': "a'b" },
      pseudopotentials: [potential('Al'), potential('As')],
      kpoints: 'gamma',
      start,
      maxSeconds: 57,
    });

  it('keeps the order of the atoms and every digit that counts', () => {
    const lines = text('scratch').split('\n');
    const below = (card: string, count: number) =>
      lines.slice(lines.indexOf(card) + 1, lines.indexOf(card) + 1 + count);
    expect(below('ATOMIC_SPECIES', 2)).toEqual(['Al 26.9815384 Al.UPF', 'As 74.921595 As.UPF']);
    expect(below('CELL_PARAMETERS angstrom', 3)[2]).toBe(
      '0.00000000000000 0.00000000000000 0.33333333333333',
    );
    expect(below('ATOMIC_POSITIONS angstrom', 2)).toEqual([
      'As 0.00000000000000 0.00000000100000 -2.00000000000000',
      'Al 0.50000000000000 0.25000000000000 6.00000000000000',
    ]);
    expect(lines).toContain("  mixing_mode = 'a''b'");
    expect(lines).toContain('  max_seconds = 57');
    expect(lines).toContain('  nosym = .true.');
    expect(lines).toContain('  tprnfor = .true.');
  });

  it('starts from what it is told to', () => {
    expect(text('scratch')).toMatch(/restart_mode = 'from_scratch'/);
    expect(text('scratch')).not.toMatch(/startingpot/);
    expect(text('density')).toMatch(/startingpot = 'file'/);
    expect(text('continue')).toMatch(/restart_mode = 'restart'/);
  });
});

it('the input of pw.x is shown as its first run gets it', () => {
  const bytes = Buffer.from(UPF);
  writeFileSync(join(folder, 'shown.upf'), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const structure: ReferenceStructure = {
    lattice: Float64Array.of(5, 0, 0, 0, 5, 0, 0, 0, 5),
    species: ['Si'],
    positions: new Float64Array(3),
  };
  const calculator = quantumEspresso(settings({ pseudopotentials: { Si: { file: 'shown.upf', sha256 } } }), {
    species: ['Si'],
    folder,
  });
  const files = calculator.inputFiles!(structure);
  expect(Object.keys(files)).toEqual(['pw.in', 'Si.upf']);
  expect(files['pw.in']).toMatch(/restart_mode = 'from_scratch'[\s\S]*ecutwfc = 20/);
  expect(files['Si.upf']).toEqual(bytes);
});
