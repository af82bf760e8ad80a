import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/**
 * Folder order is dependency order: a folder imports only from those before it. docs/architecture.md says why.
 */
const ORDER = [
  'numerics',
  'crystal',
  'expansion',
  'regression',
  'forcefield',
  'md',
  'uncertainty',
  'exploration',
  'reference',
  'store',
  'server',
  'campaign',
  'report',
  'study',
  'cli',
];
const root = fileURLToPath(new URL('..', import.meta.url));

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

/** Every import of the project's own files, as paths relative to the root. */
function importsOf(folder: string): Import[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('assembly'))
    .flatMap((name) => {
      const file = join(folder, name);
      const text = readFileSync(join(root, file), 'utf8');
      const statements = [
        ...text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gms),
      ];
      const dynamic = [...text.matchAll(/import\('([^']+)'\)/g)].map((m) => [m[0], undefined, m[1]] as const);
      return [...statements, ...dynamic].map(([, type, target]) => ({
        file,
        typeOnly: type !== undefined,
        target: target.startsWith('.') ? relative(root, resolve(root, dirname(file), target)) : target,
      }));
    });
}

const rank = (path: string): number => {
  const [top, folder] = path.split('/');
  if (top !== 'src') return Number.NaN;
  // Files directly under src (units, errors, version) come before everything.
  return path.split('/').length === 2 ? -1 : ORDER.indexOf(folder);
};

describe('the direction of imports', () => {
  const sources = importsOf('src');

  it('sees the code', () => {
    expect(sources.length).toBeGreaterThan(300);
    for (const folder of ORDER)
      expect(
        sources.some((i) => i.file.startsWith(`src/${folder}/`)),
        folder,
      ).toBe(true);
  });

  it('knows every folder', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((e) => e.isDirectory());
    expect(folders.map((e) => e.name).sort()).toEqual([...ORDER].sort());
  });

  it('runs one way through src', () => {
    // Types of artifacts and campaigns are data, not code: they may be named anywhere to the right of where they are made.
    const backwards = sources.filter((i) => i.target.startsWith('src/') && rank(i.target) > rank(i.file));
    expect(backwards).toEqual([]);
  });

  it('lets only cli reach activities and workflows', () => {
    const reaching = sources.filter((i) => /^(activities|workflows)\//.test(i.target));
    expect(reaching.filter((i) => !i.file.startsWith('src/cli/'))).toEqual([]);
    expect(reaching.length).toBeGreaterThan(0);
  });

  it('keeps the campaign free of numerics, stores and servers', () => {
    const impure = sources.filter(
      (i) =>
        i.file.startsWith('src/campaign/') &&
        !i.typeOnly &&
        i.target.startsWith('src/') &&
        // A temperature program is a rule about step numbers, no numerics; a code's settings are described where the code is.
        !/^src\/(campaign|errors|spelling|md\/temperature|reference\/settings)/.test(i.target),
    );
    expect(impure).toEqual([]);
  });

  it('gives workflows values only from the decision modules and the workflow library', () => {
    const values = importsOf('workflows').filter((i) => !i.typeOnly && !i.target.startsWith('workflows/'));
    expect(new Set(values.map((i) => i.target))).toEqual(
      new Set([
        '@temporalio/common',
        '@temporalio/workflow',
        'src/campaign/answers.js',
        'src/campaign/commands.js',
        'src/campaign/decide.js',
        'src/campaign/ledger.js',
        'src/campaign/status.js',
        'src/campaign/steering.js',
      ]),
    );
  });

  it('keeps zod and file access out of what workflows load', () => {
    const decisions = [
      'commands',
      'decide',
      'labelling',
      'rounds',
      'refit',
      'structures',
      'journal',
      'convergence',
      'forecast',
      'confidence',
      'status',
      'steering',
      'answers',
      'quarantine',
      'failures',
      'walkers',
      'messages',
      'state',
      'ledger',
    ].map((n) => `src/campaign/${n}.ts`);
    const reached = sources.filter((i) => decisions.includes(i.file) && !i.typeOnly).map((i) => i.target);
    const pure = (target: string) => target.startsWith('src/campaign/') || target === 'src/md/temperature.js';
    expect(reached.filter((target) => !pure(target))).toEqual([]);
  });

  it('touches the symmetry library in one file', () => {
    expect(sources.filter((i) => i.target.includes('moyo')).map((i) => i.file)).toEqual([
      'src/crystal/symmetry.ts',
    ]);
  });

  it('raises no number to a power: Math.pow differs between versions of Node', () => {
    const numerics = ORDER.slice(0, ORDER.indexOf('store')).map((folder) => `src/${folder}`);
    const guilty = numerics.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(folder, name))
        .filter((file) =>
          /Math\.(pow|random)|Date\.now|[\w)\]] \*\* /.test(
            readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''),
          ),
        ),
    );
    // Wall-clock seconds of a reference run are a report, not a result.
    expect(guilty.filter((file) => !file.startsWith('src/reference/'))).toEqual([]);
  });
});
