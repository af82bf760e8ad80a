// The Stillinger–Weber potential as a program outside: node reference.mjs DIST INPUT OUTPUT. It writes down in its own folder when
// each run begins and ends, and what it was asked, and waits there as long as a file `hold` exists.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [dist, input, output] = process.argv.slice(2);
const { formatExtxyz, parseExtxyz } = await import(join(dist, 'src/crystal/formats/extxyz.js'));
const { createStillingerWeber } = await import(join(dist, 'src/reference/calculators/stillingerWeber.js'));

const text = readFileSync(input, 'utf8');
const asked = createHash('sha256').update(text).digest('hex');
const note = (what) =>
  appendFileSync(
    join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, 'reference.log'),
    `${what} ${asked} ${process.pid}\n`,
  );

note('began');
const hold = new URL('hold', import.meta.url);
while (existsSync(hold)) await sleep(20);
const [frame] = parseExtxyz(text, 'input.xyz');
const forces = new Float64Array(frame.positions.length);
const energy = createStillingerWeber(frame.lattice, frame.species).evaluate(frame.positions, forces);
writeFileSync(output, formatExtxyz([{ ...frame, energy, forces }]));
note('ended');
