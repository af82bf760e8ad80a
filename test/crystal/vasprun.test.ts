import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseData } from '../../src/crystal/data.js';
import { parseVasprun } from '../../src/crystal/formats/vasprun.js';
import { InputError } from '../../src/errors.js';

const FOLDER = new URL('../../../shared/data/vasp/', import.meta.url);
const hasRealData = existsSync(new URL('batio3-vasprun-01.xml', FOLDER));
if (!hasRealData) console.warn('SKIPPED: real VASP outputs need ../shared/data/vasp');

interface Step {
  readonly positions: readonly string[];
  readonly forces: readonly string[];
  readonly electronic: readonly number[];
  readonly energy?: string;
}

const GOOD: Step = {
  positions: ['0 0 0', '0.5 0.5 0.5'],
  forces: ['0.1 -0.2 0.3', '-0.1 0.2 -0.3'],
  electronic: [-3, -4, -4.0000000001],
};

/** A vasprun.xml as VASP 6 lays it out, cut down to what readers need. */
function vasprun(steps: readonly Step[], { incar = '', doctype = '' } = {}): string {
  const list = (name: string, lines: readonly string[]) =>
    `<varray name="${name}" >${lines.map((line) => `<v> ${line} </v>`).join('\n')}</varray>`;
  const structure = (positions: readonly string[]) =>
    `<structure><crystal>${list('basis', ['4 0 0', '0 4 0', '0 0 5'])}${list('rec_basis', ['0.25 0 0', '0 0.25 0', '0 0 0.2'])}</crystal>${list('positions', positions)}</structure>`;
  const calculation = ({ positions, forces, electronic, energy }: Step) =>
    `<calculation>${electronic
      .map(
        (e) =>
          `<scstep><energy><i name="e_fr_energy"> ${e} </i><i name="e_0_energy"> 1 </i></energy></scstep>`,
      )
      .join('\n')}${structure(positions)}${list('forces', forces)}${list('stress', ['1 2 3'])}
<energy><i name="e_fr_energy"> ${energy ?? electronic.at(-1)} </i></energy></calculation>`;
  return `<?xml version="1.0" encoding="ISO-8859-1"?>${doctype}
<modeling><generator><i name="version" type="string">6.4.2 </i></generator>
<incar>${incar}</incar>
<parameters><separator name="electronic convergence"><i type="int" name="NELM">    60</i></separator>
<separator name="response functions"><i type="int" name="NELM">     1</i></separator></parameters>
<atominfo><array name="atoms"><set><rc><c>Na</c><c>   1</c></rc><rc><c>Cl</c><c>   2</c></rc></set></array>
<array name="atomtypes"><set><rc><c>   1</c><c>Na</c></rc></set></array></atominfo>
${structure(GOOD.positions)}
${steps.map(calculation).join('\n')}
${structure(GOOD.positions)}
</modeling>
`;
}

describe('vasprun.xml', () => {
  it('gives every ionic step in eV, Å and eV/Å', () => {
    const second = { ...GOOD, positions: ['0.01 0 0', '0.5 0.5 0.5'], energy: '-4.5' };
    const { frames, refused, version } = parseVasprun(vasprun([GOOD, second]), 'run.xml');
    expect(refused).toEqual([]);
    expect(version).toBe('6.4.2');
    expect(frames).toHaveLength(2);
    expect([...frames[0].lattice]).toEqual([4, 0, 0, 0, 4, 0, 0, 0, 5]);
    expect(frames[0].species).toEqual(['Na', 'Cl']);
    expect([...frames[1].positions]).toEqual([0.04, 0, 0, 2, 2, 2.5]);
    expect([...frames[0].forces]).toEqual([0.1, -0.2, 0.3, -0.1, 0.2, -0.3]);
    expect(frames.map((f) => f.energy)).toEqual([-4.0000000001, -4.5]);
  });

  it('refuses a step whose electrons did not converge, and reads the others', () => {
    const bad = { ...GOOD, electronic: Array.from({ length: 5 }, (_, k) => -k) };
    const text = vasprun([GOOD, bad, GOOD], { incar: '<i type="int" name="NELM">     5</i>' });
    const { frames, refused } = parseVasprun(text, 'run.xml');
    expect(frames.map((f) => f.step)).toEqual([1, 3]);
    expect(refused).toHaveLength(1);
    expect(refused[0].field).toBe('run.xml step 2');
    expect(refused[0].message).toMatch(/did not converge/);
    expect(refused[0].got).toMatch(/^5 electronic steps, the last changing the energy by 1.0e\+0 eV$/);
    expect(() => parseData(vasprun([bad], { incar: '<i name="NELM">5</i>' }), 'run.xml')).toThrow(
      /none of its 1 structures is a label; the first: its electrons did not converge/,
    );
  });

  it('accepts a step that converged at the last moment', () => {
    const late = { ...GOOD, electronic: [-1, -2, -2.0000001] };
    const text = vasprun([late], { incar: '<i name="EDIFF"> 1e-6 </i><i type="int" name="NELM"> 3 </i>' });
    expect(parseVasprun(text, 'run.xml').frames).toHaveLength(1);
  });

  it('refuses steps that were never calculated', () => {
    const { frames, refused } = parseVasprun(
      vasprun([GOOD, { ...GOOD, electronic: [], energy: '-4' }]),
      'x.xml',
    );
    expect(frames).toHaveLength(1);
    expect(refused[0].message).toMatch(/no electronic steps/);
  });

  it('keeps what a run that was cut off had finished', () => {
    const text = vasprun([GOOD, GOOD]);
    const { frames, refused } = parseVasprun(text.slice(0, text.lastIndexOf('stress')), 'run.xml');
    expect(frames).toHaveLength(1);
    expect(refused[0].message).toMatch(/ends in the middle/);
  });

  it('expands no entity and opens no file', () => {
    const doctype = '<!DOCTYPE x [<!ENTITY big "aaaa"><!ENTITY file SYSTEM "file:///etc/passwd">]>';
    for (const entity of ['&big;', '&file;']) {
      const text = vasprun([{ ...GOOD, forces: [`${entity} 0 0`, '0 0 0'] }], { doctype });
      expect(() => parseVasprun(text, 'run.xml')).toThrow(InputError);
    }
  });

  it.each([
    ['other text', 'POSCAR\n1.0\n', /not XML/],
    ['another XML file', '<?xml version="1.0"?><svg><g/></svg>', /not a vasprun.xml/],
    ['no ionic step', vasprun([]), /no ionic step/],
    ['stars for numbers', vasprun([{ ...GOOD, forces: ['**** 0 0', '0 0 0'] }]), /a force is not a number/],
    ['forces missing', vasprun([{ ...GOOD, forces: ['0 0 0'] }]), /wrong number of lines/],
  ])('names what is wrong with %s', (_, text, message) => {
    expect(() => parseVasprun(text, 'run.xml')).toThrow(message);
  });
});

describe.skipIf(!hasRealData)('real VASP 6.2 outputs (BaTiO3, 40 atoms; ALAMODE’s example)', () => {
  it.each([
    // Read off the files by eye: force on the first atom (eV/Å).
    ['batio3-vasprun-01.xml', [0.18784572, 0.12880678, 0.41988633], -334.68557394],
    ['batio3-vasprun-07.xml', [-0.53055018, -0.52324297, 0.3816279], -334.20927637],
  ] as const)('%s', (name, first, freeEnergy) => {
    const text = readFileSync(new URL(name, FOLDER), 'latin1');
    const { frames, refused } = parseData(text, name);
    expect(refused).toEqual([]);
    expect(frames).toHaveLength(1);
    const [{ lattice, species, positions, forces, energy }] = frames;
    expect(species).toEqual([
      ...new Array(8).fill('Ba'),
      ...new Array(8).fill('Ti'),
      ...new Array(24).fill('O'),
    ]);
    expect(lattice[0]).toBe(7.97109874);
    expect(positions).toHaveLength(120);
    // An independent look at the same bytes.
    const block = /<varray name="forces" >([\s\S]*?)<\/varray>/.exec(text)![1];
    const numbers = block.match(/-?\d+\.\d+/g)!.map(Number);
    expect([...forces]).toEqual(numbers);
    expect(numbers).toHaveLength(120);
    expect([...forces.subarray(0, 3)]).toEqual([...first]);
    expect(energy).toBe(freeEnergy);
    // The net force of a converged calculation is small.
    for (let k = 0; k < 3; k++) {
      let sum = 0;
      for (let i = k; i < 120; i += 3) sum += forces[i];
      expect(Math.abs(sum)).toBeLessThan(0.05);
    }
  });
});
