import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatData, parseData } from '../../src/crystal/data.js';
import { parsePwXml } from '../../src/crystal/formats/pwFrames.js';
import { readPwXml } from '../../src/crystal/formats/pwXml.js';
import { InputError } from '../../src/errors.js';
import { BOHR, HARTREE } from '../../src/units.js';

/** Four steps of molecular dynamics of eight silicon atoms from the ideal sites, by PWSCF 6.7MaX; symmetries and bands taken out. */
const MD = readFileSync(new URL('fixtures/si8-md.xml', import.meta.url), 'utf8');

const problemsOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('the XML of pw.x', () => {
  it('gives every ionic step in eV, Å and eV/Å', () => {
    const { frames, refused } = parsePwXml(MD, 'md.xml');
    expect(refused).toEqual([]);
    expect(frames.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    const [first, second] = frames;
    expect(first.lattice[0]).toBeCloseTo(5.43, 12);
    expect(first.species).toEqual(Array.from({ length: 8 }, () => 'Si'));
    expect(first.positions[3]).toBeCloseTo(5.43 / 4, 9);
    expect(first.energy).toBeCloseTo(-31.14185095549476 * HARTREE, 9);
    expect(first.forces[0]).toBeCloseTo((5.525774434158823e-7 * HARTREE) / BOHR, 15);
    // Away from the sites the forces pull back.
    const work = second.forces.reduce((sum, f, i) => sum + f * (second.positions[i] - first.positions[i]), 0);
    expect(work).toBeLessThan(0);
  });

  it('never pairs the forces of the last step with the atoms that were moved on after it', () => {
    const { final, ionic } = readPwXml(MD);
    const last = ionic[ionic.length - 1];
    expect(final.forces).toEqual(last.forces);
    const moved = final.structure.positions.map((x, i) => Math.abs(x - last.structure.positions[i]));
    expect(Math.max(...moved)).toBeGreaterThan(0.005);
    expect(parsePwXml(MD, 'md.xml').frames[3].positions).toEqual(last.structure.positions);
  });

  it('reads the error of the energy in Ry, in which the steps have it and the end has not', () => {
    const { final, ionic } = readPwXml(MD);
    expect(ionic[3].scfError).toBeCloseTo(final.scfError, 14);
    expect(ionic[3].scfError).toBeLessThan(1.6e-9);
  });

  it('keeps what was asked for', () => {
    const { input, program } = readPwXml(MD);
    expect(program).toBe('PWSCF 6.7MaX');
    expect(input.get('basis/ecutwfc')).toBe('1.000000000000000e1');
    expect(input.get('pseudo_file/Si')).toBe('Si_ONCV_PBE-1.0.upf');
    expect(input.get('atomic_species@ntyp')).toBe('1');
  });

  it('refuses a step that did not converge, whatever it claims, and one without forces', () => {
    const denied = MD.replace('>true</convergence_achieved>', '>false</convergence_achieved>');
    expect(parsePwXml(denied, 'md.xml')).toMatchObject({
      frames: [{ step: 2 }, { step: 3 }, { step: 4 }],
      refused: [{ field: 'md.xml step 1', message: 'its electrons did not converge' }],
    });
    const claimed = MD.replace('5.575284352826523e-10', '1.2e-4');
    expect(parsePwXml(claimed, 'md.xml').refused[0].message).toMatch(/whatever it claims/);
    const bare = MD.replace(/<forces rank="2" dims="3 8" order="F">[^<]*<\/forces>/, '');
    expect(parsePwXml(bare, 'md.xml').refused[0].message).toBe('has no forces of all its atoms');
    const broken = MD.replace('-3.114185095549476e1', 'NaN');
    expect(parsePwXml(broken, 'md.xml').refused[0].message).toMatch(/complete and finite/);
  });

  it('is no file of its kind when it was cut', () => {
    expect(problemsOf(() => parsePwXml(MD.slice(0, MD.length / 2), 'md.xml'))).toMatch(
      /^md\.xml: not a whole XML file of pw\.x: .*\n {2}hint/,
    );
  });
});

describe('a selection of a trajectory', () => {
  const numbers = (text: string, selection?: Parameters<typeof parseData>[2]) =>
    parseData(text, 'md.xml', selection).frames.map(({ number }) => number);

  it('is by the numbers in the file', () => {
    expect(numbers(MD)).toEqual([1, 2, 3, 4]);
    expect(numbers(MD, { every: 2 })).toEqual([1, 3]);
    expect(numbers(MD, { every: 2, from: 2 })).toEqual([2, 4]);
    expect(numbers(MD, { from: 2, to: 3 })).toEqual([2, 3]);
    expect(problemsOf(() => parseData(MD, 'md.xml', { from: 9 }))).toBe(
      'md.xml: none of its structures is selected; got every 1 from 9; expected numbers from 1 to 4',
    );
  });

  it('of a selection is the same, with the same numbers and bits', () => {
    const selection = { every: 2, from: 2 };
    const { frames } = parseData(MD, 'md.xml', selection);
    const text = formatData(frames);
    const again = parseData(text, 'md.xml', selection).frames;
    expect(again).toEqual(frames);
    expect(formatData(again)).toBe(text);
  });
});
