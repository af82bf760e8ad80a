/**
 * The same bits on every version of Node and on any number of threads: npm run test:bits. Versions that are not installed come from
 * npm, as plain binaries, into a folder of the user's cache; one that cannot be had is said loudly and left out.
 *
 *   node test/bits/bits.mjs [--write]      --write: take what this machine finds as the hashes from now on
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const committed = here('hashes.json');
/** Supported versions of Node: the oldest ones of each line that npm has a binary of, and what is new. */
const VERSIONS = ['20', '22', '24'];
const THREADS = [1, 2, 4];

function binaryOf(version) {
  const folder = join(
    process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
    'anharmony',
    `node-${version}`,
  );
  const suffix = process.platform === 'win32' ? 'node.exe' : 'node';
  const path = join(folder, 'node_modules', 'node', 'bin', suffix);
  if (existsSync(path)) return path;
  const name = `node@npm:node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}@${version}`;
  mkdirSync(folder, { recursive: true });
  execFileSync('npm', ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--silent', name], {
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
  });
  return path;
}

function hashesOf(binary, threads) {
  const out = execFileSync(binary, [here('job.mjs'), String(threads)], { encoding: 'utf8' });
  return JSON.parse(out);
}

const runs = THREADS.map((threads) => ({ binary: process.execPath, threads }));
let missing = 0;
for (const version of VERSIONS) {
  if (process.versions.node.split('.')[0] === version) continue;
  try {
    runs.push({ binary: binaryOf(version), threads: 2 });
  } catch (error) {
    missing++;
    const why = String(error.stderr ?? error.message)
      .trim()
      .split('\n')
      .at(-1);
    console.log(
      `NOT TRIED: Node ${version} for ${process.platform} on ${process.arch} is not to be had: ${why}`,
    );
  }
}

let expected = process.argv.includes('--write') ? undefined : JSON.parse(readFileSync(committed, 'utf8'));
let wrong = 0;
for (const { binary, threads } of runs) {
  const found = hashesOf(binary, threads);
  expected ??= found.hashes;
  const different = Object.keys(expected).filter((name) => found.hashes[name] !== expected[name]);
  if (different.length > 0) wrong++;
  const verdict = different.length === 0 ? 'the same bits' : `OTHER BITS: ${different.join(', ')}`;
  console.log(`Node ${found.node}, ${threads === 1 ? '1 thread' : `${threads} threads`}: ${verdict}`);
}
if (process.argv.includes('--write') && wrong === 0)
  writeFileSync(committed, `${JSON.stringify(expected, null, 2)}\n`);
if (missing > 0) console.log(`${missing} of ${VERSIONS.length} versions of Node were not tried`);
process.exitCode = wrong > 0 ? 1 : 0;
