// Runs pw.x in the working folder as `node saboteur.mjs DIARY DISK SHARE pw.x -in pw.in`, and spoils a share of the runs: which ones follows
// from what is computed and how often it was tried, in what way goes round. Each sabotage is written into the folder DIARY.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [diary, disk, share, program, ...args] = process.argv.slice(2);
const WAYS = ['killed', 'unconverged', 'disk-full'];

const input = readFileSync('pw.in', 'utf8');
const structure = createHash('sha256')
  .update(input.slice(input.indexOf('ATOMIC_POSITIONS')))
  .digest();
const name = structure.toString('hex').slice(0, 12);
const earlier = readdirSync(diary).filter((entry) => entry.startsWith(`run-${name}`)).length;
writeFileSync(join(diary, `run-${name}-${earlier}`), '');
const draw = createHash('sha256').update(`${name} ${earlier}`).digest().readUInt32LE() / 2 ** 32;
// A disk that is full already is sabotage enough: such a run is on record once, however often it is tried.
const way = draw < Number(share) && !existsSync(join(disk, 'ballast')) ? claim() : undefined;

/** The next way in turn; two runs side by side do not take the same. */
function claim() {
  for (let k = 0; ; k++) {
    const kind = WAYS[k % WAYS.length];
    try {
      const entry = JSON.stringify({ way: kind, at: new Date().toISOString() });
      writeFileSync(join(diary, `sabotage-${k}`), entry, { flag: 'wx' });
      return kind;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
  }
}

/** Takes all the room there is, but for what a file system keeps to itself. */
function fill() {
  const file = openSync(join(disk, 'ballast'), 'a');
  try {
    for (let size = 1 << 20; size >= 1; size >>= 1)
      while (statfsSync(disk).bavail > 0) writeSync(file, Buffer.alloc(size));
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}

if (way === 'unconverged') {
  const steps = /electron_maxstep *= *\d+/i;
  const short = 'electron_maxstep = 2';
  writeFileSync(
    'pw.in',
    steps.test(input) ? input.replace(steps, short) : input.replace(/&electrons/i, `$&\n  ${short}`),
  );
}
const child = spawn(program, args, { stdio: 'inherit' });
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => child.kill(signal));
const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
if (way === 'disk-full' || way === 'killed') {
  const iterating = () => readFileSync('pw.out', 'utf8').includes('iteration #  2');
  while (child.exitCode === null && !iterating()) await sleep(50);
  if (way === 'disk-full') {
    writeFileSync(join(diary, 'full'), '');
    fill();
    // What the run beside it gives back is taken as well.
    setInterval(fill, 100).unref();
  } else child.kill('SIGKILL');
}
const { code, signal } = await ended;
if (way === 'disk-full') {
  // Room is made a while after this: before, nobody would have noticed.
  const now = new Date();
  utimesSync(join(disk, 'ballast'), now, now);
  rmSync(join(diary, 'full'));
}
if (signal !== null) process.kill(process.pid, signal);
else process.exitCode = code;
