// A worker that wants one label, until it is killed. Usage: node labelOwner.mjs REFERENCE STRUCTURE FOLDER SCRATCH (the settings of a
// campaign's reference and the structure as JSON).
import { computeLabel } from '../../../dist/src/reference/attempts.js';
import { createCalculator } from '../../../dist/src/reference/catalogue.js';
import { DEFAULT_GATE_LIMITS } from '../../../dist/src/reference/gateLimits.js';

const [settings, { species, ...numbers }] = process.argv.slice(2, 4).map((text) => JSON.parse(text));
const [folder, scratch] = process.argv.slice(4);
const [lattice, positions] = [numbers.lattice, numbers.positions].map((list) => Float64Array.from(list));
await computeLabel({
  calculator: createCalculator(settings, { lattice, species, folder }),
  structure: { lattice, species, positions },
  limits: DEFAULT_GATE_LIMITS,
  attempts: 1,
  signal: new AbortController().signal,
  scratch,
});
