import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { rulesOf } from '../../src/campaign/bundle.js';
import { parseDuration } from '../../src/campaign/duration.js';
import { campaignJsonSchema, parseCampaign } from '../../src/campaign/parse.js';
import { InputError, type Problem } from '../../src/errors.js';

const MINIMAL = `name: si
crystal: si.POSCAR
supercell: [3, 3, 3]
expansion: {cutoffs: {2: 6.0, 3: 4.0}}
reference: {calculator: stillinger-weber}
md: {temperature: 300}
`;
/** The minimal file with something replaced, or with lines at its end. */
const swap = (from: string, to: string) => {
  expect(MINIMAL).toContain(from);
  return MINIMAL.replace(from, to);
};
const md = (entries: string) => swap('{temperature: 300}', `{temperature: 300, ${entries}}`);
const plus = (line: string) => `${MINIMAL}${line}\n`;

function problems(text: string): readonly Problem[] {
  try {
    parseCampaign(text, 'c.yaml');
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  throw new Error('the file was accepted');
}

describe('the smallest campaign file', () => {
  const settings = parseCampaign(MINIMAL, 'c.yaml');

  it('gets the defaults of METHOD', () => {
    expect(settings).toMatchObject({
      symprec: 1e-4,
      seed: 1,
      regression: { prior: 'decay', labelNoise: 1e-4, subtractIdealForces: true },
      reference: { slots: 1, attempts: 2 },
      initial: {
        random: { count: 2, displacement: 0.03 },
        phonon: { count: 5, quantum: false },
        dropAfter: 5,
        start: 'phonon',
      },
      md: { timestep: 1, friction: 0.01, walkers: 1 },
      acquisition: {
        criterion: { name: 'trajectory-deviation', n: 3 },
        quantity: 'rms',
        every: 1,
        window: 1000,
        minWindow: 1000,
        minGap: 200,
        stall: { after: 2000, structures: 15, fraction: 0.25 },
        lookahead: 'auto',
      },
      convergence: {
        stopAtConvergence: true,
        minTime: 5000,
        sinceRefit: 1000,
        minStructures: 15,
        ratio: 0.25,
        levelledRatio: 0.35,
        tolerance: 0.03,
        overStructures: 4,
      },
      limits: { roundSteps: 2000 },
    });
    expect(settings.test).toBeUndefined();
  });

  it('gets the defaults of criteria and test sets that it names', () => {
    const criterion = (text: string) =>
      parseCampaign(plus(`acquisition: {criterion: ${text}}`), 'c.yaml').acquisition.criterion;
    expect(criterion('{name: trajectory-average}')).toEqual({ name: 'trajectory-average', gamma: 3 });
    expect(criterion('{name: minimum-error}')).toEqual({ name: 'minimum-error', last: 10 });
    const { test } = parseCampaign(plus('test: {source: reference-md}'), 'c.yaml');
    expect(test).toMatchObject({ frames: 50, spacing: 200, equilibration: 2000 });
  });

  it('may switch the stall rule off', () => {
    expect(parseCampaign(plus('acquisition: {stall: false}'), 'c.yaml').acquisition.stall).toBe(false);
  });

  it('gives rules in MD steps', () => {
    const rules = rulesOf(
      parseCampaign(md('timestep: 5 fs, walkers: [{temperature: 100}, {temperature: 200}]'), 'c.yaml'),
    );
    expect(rules).toMatchObject({
      walkers: [{ temperature: 100 }, { temperature: 200 }],
      lookahead: 1,
      hasTestSet: false,
      limits: { steps: 40_000 },
      convergence: { minSteps: 1000, stepsSinceRefit: 200 },
    });
    const slots = (n: number) =>
      rulesOf(parseCampaign(swap('weber}', `weber, slots: ${n}}`), 'c.yaml')).lookahead;
    // "Default M = label slots, at most 4."
    expect([1, 3, 4, 9].map(slots)).toEqual([1, 3, 4, 4]);
  });

  it('may be written in other ways: CRLF, byte order mark, comments, a matrix for the supercell', () => {
    expect(parseCampaign(MINIMAL.replaceAll('\n', '\r\n'), 'c.yaml')).toEqual(settings);
    expect(parseCampaign(`\ufeff# mine\n${MINIMAL}`, 'c.yaml')).toEqual(settings);
    const matrix = swap('[3, 3, 3]', '[[-1, 1, 1], [1, -1, 1], [1, 1, -1]]');
    expect(parseCampaign(matrix, 'c.yaml').supercell.flat()).toEqual([-1, 1, 1, 1, -1, 1, 1, 1, -1]);
  });
});

describe('durations', () => {
  it.each([
    ['200 fs', 200],
    ['1.5ps', 1500],
    [' 2 ns ', 2e6],
    ['1e3 fs', 1000],
    ['0 fs', 0],
  ])('%s', (text, femtoseconds) => expect(parseDuration(text)).toBe(femtoseconds));

  it.each(['200', 'fs', '1 s', '1 FS', '-1 fs', '1,5 ps', '', 'NaN fs', 'Infinity ps', '1 ps 2'])(
    'not "%s"',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );
});

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

describe('text that is no campaign file', () => {
  const only = (text: string) => {
    const found = problems(text);
    expect(found).toHaveLength(1);
    return found[0];
  };

  it.each([
    ['nothing', '', 'an empty file'],
    ['a comment', '# nothing', 'an empty file'],
    ['a list', '- 1', '[1]'],
    ['a word', 'hello', '"hello"'],
  ])('%s', (_, text, got) => {
    expect(only(text)).toMatchObject({ field: 'c.yaml', got, expected: 'a mapping of keys to values' });
  });

  it('YAML that is wrong, with line and column', () => {
    expect(only('name: si\nmd: {temperature: 300\n').field).toMatch(/^c\.yaml:[23]:\d+$/);
    expect(only('name: si\n\tmd: 3\n')).toMatchObject({
      field: 'c.yaml:2:1',
      message: expect.stringContaining('Tabs'),
    });
    expect(only('name: "si\n').message).toMatch(/not valid YAML/);
  });

  it('keys given twice, with line and column', () => {
    expect(only(plus('name: other'))).toMatchObject({
      field: 'c.yaml:7:1',
      message: expect.stringContaining('twice'),
    });
    expect(only(md('friction: 1, friction: 2')).field).toMatch(/^c\.yaml:6:/);
  });

  it('several documents in one file', () => {
    expect(only(plus('---\nname: other'))).toMatchObject({
      field: 'c.yaml:7:1',
      hint: expect.stringContaining('---'),
    });
  });

  it('aliases that would expand to gigabytes, at once', () => {
    const level = (k: number) =>
      `l${k}: &l${k} [${Array(10)
        .fill(k === 0 ? '1' : `*l${k - 1}`)
        .join(', ')}]`;
    const bomb = Array.from({ length: 12 }, (_, k) => level(k)).join('\n');
    const started = performance.now();
    expect(only(bomb).message).toMatch(/not acceptable YAML/);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('an alias to what contains it', () => {
    const found = problems(plus('test: &loop {source: file, file: *loop}'));
    expect(found.map((problem) => problem.field)).toContain('test.file');
  });

  it('tags that other programs would execute', () => {
    const [problem] = problems(plus('seed: !!js/function "function () { return 1 }"'));
    expect(problem).toMatchObject({ field: 'seed', expected: 'a number' });
  });

  it('bytes of a binary file', () => {
    expect(problems('\u0000\u0001\u0002')[0].field).toMatch(/^c\.yaml/);
  });
});

describe('the JSON Schema', () => {
  const FILE = fileURLToPath(new URL('../../examples/campaign.schema.json', import.meta.url));
  const schema = campaignJsonSchema() as {
    properties: Record<string, { description?: string }>;
    required: string[];
  };

  it('describes what a person writes: defaults are not required, times are text', () => {
    expect(schema.required).toEqual(['name', 'crystal', 'supercell', 'expansion', 'reference', 'md']);
    for (const [key, property] of Object.entries(schema.properties))
      expect(property.description, key).toBeTruthy();
    const { timestep } = (schema.properties['md'] as { properties: Record<string, unknown> }).properties;
    expect(timestep).toMatchObject({ type: 'string', default: '1 fs' });
  });

  it('refuses unknown keys, as the program does', () => {
    expect(schema).toMatchObject({ additionalProperties: false });
  });

  it('lies beside the examples as the program prints it', () => {
    const refresh =
      'refresh it: npm run build && node dist/src/cli/main.js schema > examples/campaign.schema.json';
    expect(existsSync(FILE), refresh).toBe(true);
    expect(JSON.parse(readFileSync(FILE, 'utf8')), refresh).toEqual(JSON.parse(JSON.stringify(schema)));
  });
});

describe('the paper’s campaigns', () => {
  const folder = fileURLToPath(new URL('../../examples/paper/', import.meta.url));
  /** Table 1: cutoffs of orders 2, 3 and 5 (Å), atoms of the supercell, plane-wave cutoff (eV). */
  it.each([
    ['bas', { 2: 7.1, 3: 4.0, 4: 4.0 }, 216, 500],
    ['silicon', { 2: 8.0, 3: 5.0, 4: 5.0 }, 216, 350],
    ['snse', { 2: 11.2, 3: 4.5, 4: 4.5, 5: 3.4, 6: 3.4 }, 768, 500],
  ])('%s says what the paper says', (name, cutoffs, atoms, ENCUT) => {
    const text = readFileSync(`${folder}${name}.yaml`, 'utf8');
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../campaign.schema.json');
    const settings = parseCampaign(text, name);
    expect(settings.expansion.cutoffs).toEqual(cutoffs);
    expect(settings.reference).toMatchObject({ calculator: 'vasp', incar: { ENCUT, GGA: 'PS' } });
    expect(settings).toMatchObject({
      regression: { prior: 'isotropic' },
      acquisition: {
        criterion: { name: 'trajectory-average', gamma: 3 },
        quantity: 'largest-atom',
        stall: false,
        minGap: 0,
      },
      limits: { time: 500_000 },
      md: { temperature: 300, timestep: 1 },
    });
    // Eight atoms in each conventional cell.
    expect(8 * settings.supercell.flat().reduce((product, n) => product * n, 1)).toBe(atoms);
    expect(existsSync(`${folder}${settings.crystal}`)).toBe(true);
  });
});

describe('the examples', () => {
  const folder = fileURLToPath(new URL('../../examples/', import.meta.url));
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

  it('are there', () => expect(files).toEqual(expect.arrayContaining(['argon.yaml', 'silicon.yaml'])));

  it.each(files)('%s is valid, names its schema for editors, and its files are there', (file) => {
    const text = readFileSync(`${folder}${file}`, 'utf8');
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./campaign.schema.json');
    const settings = parseCampaign(text, file);
    expect(settings.name).toBe(file.replace('.yaml', ''));
    expect(existsSync(`${folder}${settings.crystal}`)).toBe(true);
  });
});

function exactly(wanted: string | RegExp): RegExp {
  return typeof wanted === 'string'
    ? new RegExp(`^${wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)
    : wanted;
}
