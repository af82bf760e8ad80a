// A reference program for tests, by files. Usage: node gaussian.mjs MODE INPUT OUTPUT; MODE says what goes wrong.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { gaussianForces } from './gaussianForces.mjs';

const [mode, input, output] = process.argv.slice(2);
const [count, comment, ...lines] = readFileSync(input, 'utf8').trimEnd().split('\n');
const lattice = /Lattice="([^"]*)"/.exec(comment)[1].trim().split(/\s+/).map(Number);
const atoms = lines.slice(0, Number(count)).map((line) => {
  const [species, ...numbers] = line.trim().split(/\s+/);
  return { species, position: numbers.slice(0, 3).map(Number) };
});

if (mode === 'crash') {
  console.log('iteration 1\niteration 2');
  console.error('SCF did not like it');
  process.exit(7);
}
if (mode === 'segfault') process.kill(process.pid, 'SIGSEGV');
if (mode === 'killed') process.kill(process.pid, 'SIGKILL');
if (mode === 'silent') process.exit(0);
if (mode === 'hang') {
  // A child of its own that does not care about SIGTERM, as an MPI rank may not.
  const child = spawn('sh', ['-c', 'trap "" TERM; while :; do sleep 0.1; done'], { stdio: 'ignore' });
  writeFileSync('child.pid', String(child.pid));
  await new Promise(() => setInterval(() => undefined, 1000));
}
if (mode === 'orphan') {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  child.unref();
  writeFileSync('child.pid', String(child.pid));
}
if (atoms.some(({ species }) => species !== 'Ne' && species !== 'Ar')) {
  console.error('unknown species');
  process.exit(3);
}

const { energy, forces } = gaussianForces(
  lattice,
  atoms.flatMap(({ position }) => position),
);
atoms.forEach((atom, i) => {
  atom.force = forces.slice(3 * i, 3 * i + 3);
});

if (mode === 'reordered') atoms.reverse();
if (mode === 'few') atoms.pop();
if (mode === 'nan') atoms[1].force[2] = Number.NaN;
const header = [
  `Lattice="${lattice.join(' ')}"`,
  'Properties=species:S:1:pos:R:3:REF_forces:R:3',
  `REF_energy=${energy}`,
];
if (mode === 'noforces') header[1] = 'Properties=species:S:1:pos:R:3';
if (mode === 'unconverged') header.push('converged=F');
header.push('program="gaussian 1.0"', 'pbc="T T T"');
const rows = atoms.map(({ species, position, force }) =>
  [species, ...position, ...(mode === 'noforces' ? [] : force)].join(' '),
);
const frame = `${[atoms.length, header.join(' '), ...rows].join('\n')}\n`;
if (mode === 'garbage') writeFileSync(output, '<html>502 Bad Gateway</html>\n');
else if (mode === 'truncated') writeFileSync(output, frame.slice(0, frame.length / 2));
else if (mode === 'two') writeFileSync(output, frame + frame);
else if (mode === 'cut') writeFileSync(output, frame.slice(0, -3));
else writeFileSync(output, frame);
// Ended from outside, once its answer is there, or most of it.
if (mode === 'cut' || mode === 'killed late') process.kill(process.pid, 'SIGKILL');
