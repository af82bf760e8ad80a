// A reference program for tests: Lennard-Jones argon by the built program, after a while that nobody can foresee, so that
// labels come back in another order each time. Usage: node late.mjs INPUT OUTPUT
import { readFileSync, writeFileSync } from 'node:fs';
import { formatExtxyz, parseExtxyz } from '../../../dist/src/crystal/formats/extxyz.js';
import { createLennardJones } from '../../../dist/src/reference/calculators/lennardJones.js';

const [input, output] = process.argv.slice(2);
const [frame] = parseExtxyz(readFileSync(input, 'utf8'), input);
const { lattice, species, positions } = frame;
const forces = new Float64Array(positions.length);
const parameters = { epsilon: 0.0104, sigma: 3.4, cutoff: 8.5 };
const energy = createLennardJones(lattice, species, parameters).evaluate(positions, forces);
await new Promise((resolve) => setTimeout(resolve, 200 * Math.random()));
writeFileSync(output, formatExtxyz([{ lattice, species, positions, forces, energy, info: {} }]));
