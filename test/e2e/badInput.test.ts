import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, main, root, run, smallCampaign, start, temporaryFolder, untilSaid } from './cli.js';

/**
 * What a person gets wrong, and what a machine denies: one clear message with what to do, 2 for input and 1 for a failure,
 * no stack trace, nothing half written.
 */
const folder = temporaryFolder();
const cwd = folder.path;
const at = (name: string) => join(cwd, name);

const A = 5.431;
const LATTICE = `${2 * A} 0 0 0 ${2 * A} 0 0 0 ${2 * A}`;

/** 64 atoms of silicon as extended XYZ, each displaced by `u` Å along x, alternately. */
function supercellFrame(u: number, forces: boolean, element = 'Si'): string {
  const basis = [
    [0, 0, 0],
    [0, 0.5, 0.5],
    [0.5, 0, 0.5],
    [0.5, 0.5, 0],
    [0.25, 0.25, 0.25],
    [0.25, 0.75, 0.75],
    [0.75, 0.25, 0.75],
    [0.75, 0.75, 0.25],
  ];
  const cells = [0, 1].flatMap((i) => [0, 1].flatMap((j) => [0, 1].map((k) => [i, j, k])));
  const atoms = cells.flatMap((cell) => basis.map((site) => site.map((x, axis) => (x + cell[axis]) * A)));
  const columns = `species:S:1:pos:R:3${forces ? ':forces:R:3' : ''}`;
  const rows = atoms.map(([x, y, z], k) => {
    const shift = k % 2 === 0 ? u : -u;
    return `${element} ${x + shift} ${y} ${z}${forces ? ` ${-10 * shift} 0 0` : ''}`;
  });
  return `${atoms.length}\nLattice="${LATTICE}" Properties=${columns}\n${rows.join('\n')}\n`;
}

const data = [0.01, 0.02, 0.03].map((u) => supercellFrame(u, true)).join('');
const withLine = (text: string, line: number, replace: (line: string) => string) =>
  text
    .split('\n')
    .map((content, k) => (k === line - 1 ? replace(content) : content))
    .join('\n');

beforeAll(() => {
  copyFileSync(join(root, 'examples/silicon.POSCAR'), at('silicon.POSCAR'));
  writeFileSync(at('germanium.POSCAR'), readFileSync(at('silicon.POSCAR'), 'utf8').replace(/\bSi\b/, 'Ge'));
  writeFileSync(at('empty.xyz'), '');
  writeFileSync(at('truncated.xyz'), `8\nLattice="${LATTICE}"\nSi 0 0 0\n`);
  writeFileSync(at('near.xyz'), '2\nLattice="5 0 0 0 5 0 0 0 5"\nSi 0 0 0\nSi 0 0 0.3\n');
  writeFileSync(at('ideal.xyz'), supercellFrame(0, false));
  writeFileSync(at('data.xyz'), data);
  // Line 71 is the third atom of the second frame.
  writeFileSync(
    at('nan.xyz'),
    withLine(data, 71, (line) => line.replace(/\S+$/, 'NaN')),
  );
  writeFileSync(at('cut.xyz'), data.split('\n').slice(0, 100).join('\n'));
  writeFileSync(at('germanium.xyz'), supercellFrame(0.01, true, 'Ge'));
  writeFileSync(at('a-file'), '');
});

afterAll(() => folder.remove());

function expectClear({ code, stderr }: Finished, expected: 1 | 2, says: readonly RegExp[]): void {
  expect(code, stderr).toBe(expected);
  for (const pattern of says) expect(stderr).toMatch(pattern);
  expect(stderr).not.toMatch(/^\s+at .+:\d+:\d+/m);
}

/** Runs it and makes sure that it left nothing behind. */
async function refused(args: readonly string[], code: 1 | 2, ...says: RegExp[]): Promise<Finished> {
  const before = readdirSync(cwd);
  const finished = await run(args, cwd);
  expectClear(finished, code, says);
  expect(finished.stdout).toBe('');
  expect(readdirSync(cwd)).toEqual(before);
  return finished;
}

let files = 0;
function campaignFile(text: string): string {
  const name = `campaign-${++files}.yaml`;
  writeFileSync(at(name), text);
  return name;
}

const campaign = (changes: Readonly<Record<string, string>>) => campaignFile(smallCampaign('small', changes));

describe('a campaign file is refused', () => {
  const cases: readonly (readonly [what: string, text: string, ...says: RegExp[]])[] = [
    [
      'that is no YAML',
      'name: x\ncrystal: [\nmd: {}\n',
      /campaign-\d+\.yaml:3:1: not valid YAML/,
      /got "md: \{\}"/,
    ],
    ['that is empty', '', /is no campaign file; got an empty file/],
    [
      'with an unknown key, naming the nearest',
      smallCampaign('small', { aquisition: '{}' }),
      /aquisition: is not a key/,
      /did you mean "acquisition"/,
    ],
    [
      'with several errors, all at once',
      smallCampaign('small', {
        md: '{ temperatur: 3, timestep: 5 }',
        reference: '{ calculator: stilinger }',
      }),
      /md\.temperature: is missing/,
      /did you mean "temperature"/,
      /md\.timestep: .*a time with its unit/,
      /reference\.calculator: .*"stilinger"/,
      /did you mean "stillinger-weber"/,
    ],
    [
      'with cutoffs too long for the supercell, naming the longest, and a wrong reference, at once',
      smallCampaign('small', {
        crystal: 'germanium.POSCAR',
        expansion: '{ cutoffs: { 2: 9.0, 3: 7.0 } }',
      }),
      /expansion\.cutoffs\.2: .*got 9 Å; expected at most 5\.43 Å/,
      /expansion\.cutoffs\.3: .*got 7 Å/,
      /reference\.calculator: .*got Ge; expected Si only/,
    ],
    [
      'with a supercell without volume',
      smallCampaign('small', { supercell: '[[1, 0, 0], [2, 0, 0], [0, 0, 1]]' }),
      /supercell: the supercell would have no volume/,
    ],
    [
      'with a left-handed supercell',
      smallCampaign('small', { supercell: '[2, 2, -2]' }),
      /supercell: .*left-handed/,
    ],
    [
      'whose crystal is missing',
      smallCampaign('small', { crystal: 'nowhere.POSCAR' }),
      /crystal: there is no such file/,
    ],
    [
      'whose crystal lies elsewhere',
      smallCampaign('small', { crystal: '../silicon.POSCAR' }),
      /crystal: leaves the folder/,
      /hint: copy the file/,
    ],
    [
      'whose crystal is an empty file',
      smallCampaign('small', { crystal: 'empty.xyz' }),
      /empty\.xyz: .*empty/,
    ],
    [
      'whose crystal is truncated',
      smallCampaign('small', { crystal: 'truncated.xyz' }),
      /truncated\.xyz:3: .*got 1 of 8 atoms/,
    ],
    [
      'whose atoms are too near',
      smallCampaign('small', { crystal: 'near.xyz' }),
      /atoms 1 \(Si\) and 2 \(Si\) are too near .*got 0\.300 Å/,
    ],
    [
      'whose test set holds NaN',
      smallCampaign('small', { test: '{ source: file, file: nan.xyz }' }),
      /nan\.xyz:71: a force is not finite; got "NaN"/,
    ],
    [
      'whose test set is another crystal',
      smallCampaign('small', { test: '{ source: file, file: germanium.xyz }' }),
      /germanium\.xyz frame 1: .*64 Ge/,
    ],
  ];
  it.concurrent.each(cases.map(([what, text, ...says]) => [what, text, says] as const))(
    '%s',
    async (_, text, says) => {
      const file = campaignFile(text);
      const finished = await run(['check', file], cwd);
      expectClear(finished, 2, says);
      expect(finished.stdout).toBe('');
      expect(existsSync(at('.anharmony'))).toBe(false);
    },
  );

  it('by `run` as by `check`, with a stack trace only when asked for', async () => {
    const file = campaign({ supercell: '[2, 2, 0]' });
    await refused(['run', file], 2, /supercell: the supercell would have no volume/);
    const traced = await run(['run', file, '--debug'], cwd);
    expect(traced.code).toBe(2);
    expect(traced.stderr).toMatch(/^\s+at .+:\d+:\d+/m);
  });

  it('but a cutoff on a shell of neighbours is only warned of', async () => {
    const file = campaign({ expansion: '{ cutoffs: { 2: 3.84, 3: 3.0 } }' });
    const { code, stdout } = await run(['check', file], cwd);
    expect(code).toBe(0);
    expect(stdout).toMatch(/warning: order 2: .*shell of neighbours at 3\.84/);
  });
});

describe('`fit` refuses', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['NaN, with its line', ['ideal.xyz', 'nan.xyz'], /nan\.xyz:71: a force is not finite; got "NaN"/],
    ['a truncated file', ['ideal.xyz', 'cut.xyz'], /cut\.xyz:100: the file ends before atom 33/],
    ['an empty file', ['ideal.xyz', 'empty.xyz'], /empty\.xyz: the file holds no frame/],
    ['structures without forces', ['ideal.xyz', 'ideal.xyz'], /ideal\.xyz frame 1: has no forces/],
    ['another crystal', ['ideal.xyz', 'germanium.xyz'], /germanium\.xyz frame 1: .*64 Ge/],
    ['more structures than there are', ['ideal.xyz', 'data.xyz', '--train', '0:9'], /only 3 structures/],
    ['a missing file', ['ideal.xyz', 'nowhere.xyz'], /DATA: there is no such file/],
  ];
  it.concurrent.each(cases)('%s', async (_, args, says) => {
    const out = `ff-${++files}`;
    const finished = await run(['fit', 'silicon.POSCAR', ...args, '--cutoffs', '2:5', '--out', out], cwd);
    expectClear(finished, 2, [says]);
    expect(existsSync(at(out))).toBe(false);
  });
});

describe('the command line', () => {
  it.concurrent.each([
    ['an unknown command', ['rnu'], /unknown command 'rnu'[\s\S]*Did you mean run/],
    ['an unknown option', ['run', 'x.yaml', '--frmat', 'json'], /unknown option '--frmat'[\s\S]*--format/],
    [
      'an unknown choice',
      ['run', 'x.yaml', '--format', 'xml'],
      /Allowed choices are auto, live, plain, json/,
    ],
    ['a missing argument', ['run'], /missing required argument 'campaign'/],
    ['a missing file', ['run', 'x.yaml'], /CAMPAIGN: there is no such file; got x\.yaml/],
    ['no force field', ['md', 'ideal.xyz'], /ideal\.xyz: not a force field/],
    ['a port that is none', ['server', '--port', '99999'], /--port: not a port/],
  ] as const)('refuses %s', async (_, args, says) => {
    expectClear(await run(args, cwd), 2, [says]);
  });

  it('makes no folders when there is nothing to look at', async () => {
    await refused(['list'], 1, /there are no campaigns in/, /hint: start one with `anharmony run/);
    await refused(['report', 'small'], 1, /there are no campaigns in/);
  });
});

describe('the machine', () => {
  it('has no folder there', async () => {
    await refused(
      ['run', campaign({}), '--home', 'a-file/home'],
      1,
      /cannot use the store folder .*ENOTDIR/,
      /hint: .*--home/,
    );
  });

  it('gives no permission', async (context) => {
    const locked = at('locked');
    mkdirSync(locked);
    chmodSync(locked, 0o555);
    const file = campaign({});
    const args = [main, 'run', file, '--home', join(locked, 'home')];
    // Root may write everywhere: it becomes somebody else.
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, ...args];
    chmodSync(cwd, 0o755);
    const { status, stdout, stderr } =
      process.getuid?.() === 0
        ? spawnSync('setpriv', nobody, { cwd, encoding: 'utf8' })
        : spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
    if (!stderr?.includes('store folder')) return context.skip(`another user cannot run it here: ${stderr}`);
    expectClear({ code: status, stdout, stderr }, 1, [/permission denied/, /hint: .*write permission/]);
    expect(readdirSync(locked)).toEqual([]);
  });

  const canMount = spawnSync('unshare', ['-rm', 'true']).status === 0;
  it.skipIf(!canMount)('has no room left on its disk', () => {
    const disk = at('disk');
    mkdirSync(disk);
    const command =
      'mount -t tmpfs -o size=48k tmpfs "$0" && "$@"; code=$?; find "$0" -name "*.tmp"; exit $code';
    const args = ['-rm', 'sh', '-c', command, disk, process.execPath, main, 'run', campaign({})];
    const { status, stdout, stderr } = spawnSync('unshare', [...args, '--home', join(disk, 'home')], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, TEMPORAL_ADDRESS: '', NO_COLOR: '1' },
    });
    expectClear({ code: status, stdout, stderr }, 1, [/no room left on the disk/, /hint: free some space/]);
    expect(stdout).toBe('');
  });

  it('has no server at the address of the settings, and says so within seconds', async () => {
    const began = performance.now();
    const file = campaign({ name: 'unreachable' });
    const finished = await run(['run', file, '--home', 'unreachable'], cwd, {
      TEMPORAL_ADDRESS: '127.0.0.1:1',
    });
    expectClear(finished, 1, [/no Temporal server answers at 127\.0\.0\.1:1/, /hint: .*TEMPORAL_ADDRESS/]);
    expect(performance.now() - began).toBeLessThan(20_000);
    // The campaign never began: its name is still free for another configuration.
    expect(readdirSync(at('unreachable/store/links'))).toEqual([]);
  });

  it('serves this home already', async () => {
    const server = start(['server', '--home', 'shared'], cwd);
    await untilSaid(server, /Temporal server: 127/);
    const second = await run(['server', '--home', 'shared'], cwd);
    expectClear(second, 1, [
      new RegExp(`process ${server.child.pid} already runs the server of`),
      /hint: .*TEMPORAL_ADDRESS=127/,
    ]);
    server.child.kill('SIGINT');
    expect((await server.finished).code).toBe(0);
  }, 60_000);
});
