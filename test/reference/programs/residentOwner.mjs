// A worker with one resident program, until it is killed; prints the program's number. Usage: node residentOwner.mjs FOLDER MODE
import { fileURLToPath } from 'node:url';
import { createResidentPool } from '../../../dist/src/reference/resident/pool.js';

const [folder, mode] = process.argv.slice(2);
const pool = createResidentPool({ slots: 1, folder });
const species = ['Ne', 'Ar'];
const answer = await pool.evaluate(
  {
    program: {
      key: mode,
      transport: 'unix',
      argv: [process.execPath, fileURLToPath(new URL('./iPi.mjs', import.meta.url)), mode, '{socket}'],
      files: { 'structure.xyz': `2\n\n${species.map((symbol) => `${symbol} 0 0 0`).join('\n')}\n` },
      grace: 1,
    },
    structure: {
      lattice: Float64Array.of(4, 0, 0, 0, 4, 0, 0, 0, 4),
      species,
      positions: Float64Array.of(0, 0, 0, 1, 2, 2),
    },
    timeout: 20,
  },
  new AbortController().signal,
);
console.log(/process (\d+)/.exec(answer.extras)[1]);
await new Promise(() => setInterval(() => undefined, 1000));
