import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { rulesOf } from '../../src/campaign/bundle.js';
import { parseDuration } from '../../src/campaign/duration.js';
import { campaignJsonSchema, parseCampaign } from '../../src/campaign/parse.js';
import { MINIMAL, md, plus, problems, swap } from './minimal.js';

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
