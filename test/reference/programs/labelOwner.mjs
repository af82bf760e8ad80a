// A worker that wants one label by VASP's stand-in, until it is killed. Usage: node labelOwner.mjs SETTINGS STRUCTURE FOLDER SCRATCH
// (settings and structure as JSON); prints the attempts when it has one.
import { computeLabel } from '../../../dist/src/reference/attempts.js';
import { vasp } from '../../../dist/src/reference/calculators/vasp.js';
import { DEFAULT_GATE_LIMITS } from '../../../dist/src/reference/gateLimits.js';

const [settings, { lattice, species, positions }] = process.argv.slice(2, 4).map((text) => JSON.parse(text));
const [folder, scratch] = process.argv.slice(4);
const { attempts } = await computeLabel({
  calculator: vasp(settings, { species, folder }),
  structure: { lattice: Float64Array.from(lattice), species, positions: Float64Array.from(positions) },
  limits: DEFAULT_GATE_LIMITS,
  attempts: 1,
  signal: new AbortController().signal,
  scratch,
});
console.log(JSON.stringify(attempts));
