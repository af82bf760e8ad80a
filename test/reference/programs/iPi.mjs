// A client of i-PI's protocol for tests, written from the protocol alone. Usage: node iPi.mjs MODE ADDRESS, ADDRESS is the name of a
// UNIX socket or HOST:PORT; MODE says what goes wrong. It reads its species in structure.xyz, as some codes read theirs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { gaussianForces } from './gaussianForces.mjs';

const [mode, address] = process.argv.slice(2);
const BOHR = 0.529177210903;
const HARTREE = 27.211386245988;

const species = readFileSync('structure.xyz', 'utf8')
  .split('\n')
  .slice(2)
  .filter((line) => line !== '')
  .map((line) => line.split(/\s+/)[0]);
if (mode === 'crash') {
  console.log('iteration 1');
  console.error('SCF did not like it');
  process.exit(7);
}
if (species.some((symbol) => symbol !== 'Ne' && symbol !== 'Ar')) {
  console.error('unknown species');
  process.exit(3);
}
if (mode === 'absent') await new Promise(() => setInterval(() => undefined, 1000));
if (mode === 'stubborn') process.on('SIGTERM', () => undefined);
// Left by a client before this one: what happens once only.
const again = process.env.ONCE !== undefined && existsSync(process.env.ONCE);
if (process.env.ONCE !== undefined) writeFileSync(process.env.ONCE, '');

const [host, port] = address.split(':');
const socket = port === undefined ? connect(`/tmp/ipi_${address}`) : connect(Number(port), host);
let buffer = Buffer.alloc(0);
let wake;
socket.on('data', (bytes) => {
  buffer = Buffer.concat([buffer, bytes]);
  wake?.();
});
const leave = () => mode === 'stubborn' || process.exit(0);
socket.on('end', leave);
socket.on('error', leave);
if (mode === 'stubborn') setInterval(() => undefined, 1000);

async function read(count) {
  while (buffer.length < count)
    await new Promise((resolve) => {
      wake = resolve;
    });
  const bytes = buffer.subarray(0, count);
  buffer = buffer.subarray(count);
  return bytes;
}
const reals = (bytes) => Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i));
const realBytes = (values) => {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [i, x] of values.entries()) bytes.writeDoubleLE(x, 8 * i);
  return bytes;
};
const intBytes = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};
const say = (text) => socket.write(text.padEnd(12));

let state = mode === 'ready' ? 'READY' : 'NEEDINIT';
let answer;
let steps = 0;
for (;;) {
  const message = (await read(12)).toString().trim();
  if (mode === 'deaf') continue;
  if (message === 'STATUS') {
    if (mode === 'garbage') socket.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
    else if (mode === 'flood') for (let i = 0; i < 1000; i++) socket.write(Buffer.alloc(65_536, 'x'));
    else say(state);
  }
  if (message === 'INIT') {
    await read(4);
    await read((await read(4)).readInt32LE());
    state = 'READY';
  }
  if (message === 'POSDATA') {
    const cell = reals(await read(72));
    await read(72);
    const count = (await read(4)).readInt32LE();
    const positions = reals(await read(24 * count)).map((x) => x * BOHR);
    const lattice = [0, 3, 6, 1, 4, 7, 2, 5, 8].map((i) => cell[i] * BOHR);
    console.log(`structure ${++steps}`);
    if (mode === 'hang') await new Promise(() => undefined);
    if (mode === 'killed' || (mode === 'killed-once' && !again)) process.kill(process.pid, 'SIGKILL');
    if (process.env.SLOW !== undefined)
      await new Promise((resolve) => setTimeout(resolve, Number(process.env.SLOW)));
    answer = gaussianForces(lattice, positions);
    state = 'HAVEDATA';
  }
  if (message === 'GETFORCE') {
    const forces = answer.forces.map((f) => (f * BOHR) / HARTREE);
    if (mode === 'nan') forces[5] = Number.NaN;
    if (mode === 'few') forces.length -= 3;
    const atoms = mode === 'absurd' ? 2 ** 31 - 1 : forces.length / 3;
    const program = { program: `gaussian 1.0, process ${process.pid}, structure ${steps}` };
    const extras = JSON.stringify({ ...program, ...(mode === 'unconverged' && { converged: false }) });
    const length = { endless: 2 ** 31 - 1, negative: -1 }[mode] ?? Buffer.byteLength(extras);
    const bytes = Buffer.concat([
      Buffer.from('FORCEREADY'.padEnd(12)),
      realBytes([answer.energy / HARTREE]),
      intBytes(atoms),
      realBytes(forces),
      realBytes(new Array(9).fill(0)),
      intBytes(length),
      Buffer.from(extras),
    ]);
    if (mode === 'half') socket.end(bytes.subarray(0, bytes.length / 2), () => process.exit(0));
    else socket.write(bytes);
    if (mode === 'leaves') socket.end(() => process.exit(0));
    state = mode === 'ready' ? 'READY' : 'NEEDINIT';
  }
  if (message === 'EXIT') leave();
}
