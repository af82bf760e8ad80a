// The Stillinger–Weber potential as a program outside: node reference.mjs DIST INPUT OUTPUT.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { noted } from './notes.mjs';

const [dist, input, output] = process.argv.slice(2);
const { formatExtxyz, parseExtxyz } = await import(join(dist, 'src/crystal/formats/extxyz.js'));
const { createStillingerWeber } = await import(join(dist, 'src/reference/calculators/stillingerWeber.js'));

const text = readFileSync(input, 'utf8');
await noted(text, () => {
  const [frame] = parseExtxyz(text, 'input.xyz');
  const forces = new Float64Array(frame.positions.length);
  const energy = createStillingerWeber(frame.lattice, frame.species).evaluate(frame.positions, forces);
  writeFileSync(output, formatExtxyz([{ ...frame, energy, forces }]));
});
