import { describe, expect, it } from 'vitest';
import { md, plus, problems, swap } from './minimal.js';

/** What is wrong, the file, and the one problem that is found. */
type Rejection = readonly [what: string, text: string, found: Expected];
interface Expected {
  readonly field: string;
  readonly message?: RegExp;
  readonly got?: string;
  readonly expected?: string | RegExp;
  readonly hint?: string | RegExp;
}
const rejections: readonly Rejection[] = [
  [
    'a wrong type',
    swap('300', 'warm'),
    {
      field: 'md.temperature',
      message: /none of the accepted forms/,
      got: '"warm"',
      expected: /^a number, or a list/,
    },
  ],
  [
    'a number in quotes',
    swap('300', '"300"'),
    { field: 'md.temperature', got: '"300"', expected: /^a number/ },
  ],
  ['a number for a name', swap('name: si', 'name: 12'), { field: 'name', got: '12', expected: 'a text' }],
  [
    'an unusable name',
    swap('name: si', 'name: a b'),
    { field: 'name', got: '"a b"', expected: /letters, digits/ },
  ],
  ['not a number', swap('300', '.nan'), { field: 'md.temperature', got: 'NaN', expected: /^a number/ }],
  ['infinity', swap('300', '.inf'), { field: 'md.temperature', got: 'Infinity', expected: /^a number/ }],
  [
    'a negative temperature',
    swap('300', '-3'),
    { field: 'md.temperature', message: /too small/, got: '-3', expected: 'more than 0' },
  ],
  [
    'a leg without its time',
    swap('temperature: 300', 'temperature: [{ from: 100, to: 900 }]'),
    { field: 'md.temperature.0.time', message: /missing/ },
  ],
  [
    'a leg below zero kelvin',
    swap('temperature: 300', 'temperature: [{ from: 100, to: -900, time: 5 ps }]'),
    { field: 'md.temperature.0.to', message: /too small/, got: '-900' },
  ],
  [
    'a schedule without a leg',
    swap('temperature: 300', 'temperature: []'),
    { field: 'md.temperature', message: /too small/, expected: 'a length of at least 1' },
  ],
  [
    'exploration without a thermostat',
    md('thermostat: nve'),
    { field: 'md.thermostat', got: '"nve"', expected: /langevin, bussi/ },
  ],
  ['zero kelvin', swap('300', '0'), { field: 'md.temperature', got: '0', expected: 'more than 0' }],
  [
    'nothing where a mapping belongs',
    plus('initial:'),
    { field: 'initial', got: 'null', expected: 'a mapping' },
  ],
  [
    'a duration without unit',
    md('timestep: 1'),
    { field: 'md.timestep', got: '1', expected: 'a time with its unit, e.g. "1 fs"' },
  ],
  ['an unknown unit', md('timestep: 1 s'), { field: 'md.timestep', got: '"1 s"', expected: /fs, ps or ns/ }],
  ['a timestep of nothing', md('timestep: 0 fs'), { field: 'md.timestep', got: '0', expected: /above zero/ }],
  [
    'an endless duration',
    plus('limits: {time: 1e999 ps}'),
    { field: 'limits.time', got: 'Infinity', expected: /a time that/ },
  ],
  [
    'too few integers',
    swap('[3, 3, 3]', '[3, 3]'),
    { field: 'supercell', got: '[3,3]', expected: /three integers, e\.g\. \[3, 3, 3\], or a 3×3/ },
  ],
  ['one integer', swap('[3, 3, 3]', '3'), { field: 'supercell', got: '3', expected: /three integers/ }],
  [
    'a fraction in the matrix',
    swap('[3, 3, 3]', '[[1, 0, 0], [0, 1, 0], [0, 0, 1.5]]'),
    { field: 'supercell.2.2', got: '1.5', expected: 'a whole number' },
  ],
  [
    'a cutoff of no order',
    swap('3: 4.0', 'x: 4.0'),
    { field: 'expansion.cutoffs.x', got: '"x"', expected: 'an order, e.g. 2' },
  ],
  [
    'a negative cutoff',
    swap('3: 4.0', '3: -4.0'),
    { field: 'expansion.cutoffs.3', got: '-4', expected: 'more than 0' },
  ],
  [
    'a seed too large',
    plus('seed: 99999999999999999999'),
    { field: 'seed', message: /too large/, expected: 'at most 9007199254740991' },
  ],
  ['no walkers', md('walkers: 0'), { field: 'md.walkers', got: '0', expected: 'more than 0' }],
  ['too many walkers', md('walkers: 33'), { field: 'md.walkers', got: '33', expected: 'at most 32' }],
  [
    'a word for walkers',
    md('walkers: many'),
    { field: 'md.walkers', got: '"many"', expected: 'a number, or a list' },
  ],
  [
    'a cold walker',
    md('walkers: [{temperature: 0}]'),
    { field: 'md.walkers.0.temperature', got: '0', expected: 'more than 0' },
  ],
  [
    'a stall rule that is only wanted',
    plus('acquisition: {stall: true}'),
    { field: 'acquisition.stall', got: 'true', expected: 'false, or a mapping' },
  ],
  [
    'a fault inside the stall rule',
    plus('acquisition: {stall: {after: 2}}'),
    { field: 'acquisition.stall.after', got: '2', expected: /with its unit/ },
  ],
  [
    'an unknown lookahead',
    plus('acquisition: {lookahead: some}'),
    { field: 'acquisition.lookahead', got: '"some"', expected: 'auto, or a number' },
  ],
  [
    'a lookahead that is too far for so many walkers',
    `${md('walkers: 10')}\nacquisition: {lookahead: 7}`,
    {
      field: 'acquisition.lookahead',
      got: '7',
      expected: 'at most 3 with 10 walkers: 32 structures of all of them may await labels at once',
    },
  ],
  [
    'no command',
    swap('stillinger-weber', 'command, command: []'),
    { field: 'reference.command', expected: 'a length of at least 1' },
  ],
  [
    'a command as text',
    swap('stillinger-weber', 'command, command: run it'),
    { field: 'reference.command', got: '"run it"', expected: 'a list' },
  ],
  [
    'both thresholds',
    plus('acquisition: {criterion: {name: fixed, threshold: 1, fractionOfFittingError: 1}}'),
    { field: 'acquisition.criterion', expected: /exactly one/ },
  ],
  [
    'no threshold',
    plus('acquisition: {criterion: {name: fixed}}'),
    { field: 'acquisition.criterion', expected: /exactly one/ },
  ],
  [
    'γ of one',
    plus('acquisition: {criterion: {name: trajectory-average, gamma: 1}}'),
    { field: 'acquisition.criterion.gamma', got: '1', expected: 'more than 1' },
  ],
  [
    'an unknown prior',
    plus('regression: {prior: isotopic}'),
    {
      field: 'regression.prior',
      message: /known choice/,
      got: '"isotopic"',
      expected: 'one of isotropic, by-order, decay',
      hint: 'did you mean "isotropic"?',
    },
  ],
  [
    'an unknown calculator',
    swap('stillinger-weber', 'stilinger-weber'),
    {
      field: 'reference.calculator',
      got: '"stilinger-weber"',
      expected:
        'one of stillinger-weber, lennard-jones, command, i-pi, quantum-espresso, vasp, gpaw, ase, abinit, lammps',
      hint: 'did you mean "stillinger-weber"?',
    },
  ],
  [
    'no calculator',
    swap('calculator: stillinger-weber', ''),
    {
      field: 'reference.calculator',
      message: /missing/,
      expected:
        'one of stillinger-weber, lennard-jones, command, i-pi, quantum-espresso, vasp, gpaw, ase, abinit, lammps',
    },
  ],
  [
    'an unknown criterion',
    plus('acquisition: {criterion: {name: trajectory-averag}}'),
    { field: 'acquisition.criterion.name', hint: 'did you mean "trajectory-average"?' },
  ],
  [
    'a test set without file',
    plus('test: {source: file}'),
    { field: 'test.file', message: /missing/, expected: 'a text' },
  ],
  [
    'an unknown key',
    plus('acquisitoin: {}'),
    {
      field: 'acquisitoin',
      message: /not a key/,
      expected: /one of name, crystal/,
      hint: 'did you mean "acquisition"?',
    },
  ],
  [
    'an unknown key far from any',
    plus('zzzzzzzz: 1'),
    { field: 'zzzzzzzz', expected: /one of name, crystal/ },
  ],
  [
    'an unknown key within',
    plus('acquisition: {criterio: x}'),
    { field: 'acquisition.criterio', hint: 'did you mean "criterion"?' },
  ],
  [
    'an unknown key of one alternative',
    swap('stillinger-weber', 'stillinger-weber, slot: 2'),
    {
      field: 'reference.slot',
      expected: 'one of calculator, slots, attempts, gate',
      hint: 'did you mean "slots"?',
    },
  ],
  [
    'an unknown key in a list',
    md('walkers: [{temperature: 3, temperatur: 3}]'),
    { field: 'md.walkers.0.temperatur', hint: 'did you mean "temperature"?' },
  ],
  ['a key that JavaScript knows', plus('__proto__: {a: 1}'), { field: '__proto__', message: /not a key/ }],
];

describe('a rejection names the field, what was got, what is expected, and a hint', () => {
  it.each(rejections)('%s', (_, text, wanted) => {
    const found = problems(text);
    expect(found.map((problem) => problem.field)).toEqual([wanted.field]);
    const [{ message, got, expected, hint }] = found;
    if (wanted.message) expect(message).toMatch(wanted.message);
    if (wanted.got !== undefined) expect(got).toBe(wanted.got);
    if (wanted.expected !== undefined) expect(expected).toMatch(exactly(wanted.expected));
    if (wanted.hint !== undefined) expect(hint).toMatch(exactly(wanted.hint));
  });

  it('without a hint where none is near', () => {
    expect(problems(plus('zzzzzzzz: 1'))[0].hint).toBeUndefined();
  });

  it('all problems at once', () => {
    const text = `name: a b
crystal: 3
supercell: [3, 3]
expansion: {cutoffs: {2: -1}}
md: {temperature: hot, timstep: 1 fs}
acquisition: {minGap: 200}
`;
    expect(
      problems(text)
        .map((problem) => problem.field)
        .sort(),
    ).toEqual([
      ...['acquisition.minGap', 'crystal', 'expansion.cutoffs.2', 'md.temperature', 'md.timstep', 'name'],
      ...['reference', 'supercell'],
    ]);
  });

  it('missing parts as missing, whatever their form', () => {
    const found = problems('name: si\n');
    expect(found.map((problem) => problem.field)).toEqual([
      'crystal',
      'supercell',
      'expansion',
      'reference',
      'md',
    ]);
    for (const problem of found)
      expect(problem).toMatchObject({ message: 'is missing', expected: expect.any(String) });
  });

  it('long values shortened', () => {
    const [problem] = problems(swap('name: si', `name: ${'x'.repeat(5000)}`));
    expect(problem.got!.length).toBeLessThan(100);
  });
});

function exactly(wanted: string | RegExp): RegExp {
  return typeof wanted === 'string'
    ? new RegExp(`^${wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)
    : wanted;
}
