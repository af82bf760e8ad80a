/**
 * The paper's test of stability on argon: campaigns with six seeds, then 500 ps of MD with each of their force fields, the criterion
 * off. Where a trajectory is wrecked, it says when.
 *
 *   node test/bench/stability.mjs FOLDER [60|80 …]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'dist/src/cli/main.js');
const example = (name) => readFileSync(join(root, 'examples', name), 'utf8');
/** Lattice constants of solid argon as it expands, Å. */
const LATTICE = { 60: '5.37', 80: '5.43' };
/** At 80 K the harmonic phonons, which the start is drawn from, are so soft that it is far from thermal: MD then begins colder. */
const TEMPERATURE = { 60: '60', 80: '[{ from: 30, to: 80, time: 10 ps }]' };
const SEEDS = [1, 2, 3, 4, 5, 6];

const [folder, ...chosen] = process.argv.slice(2);
if (!folder || chosen.some((kelvin) => !(kelvin in LATTICE))) {
  console.error('usage: node test/bench/stability.mjs FOLDER [60|80 …]');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

function anharmony(...args) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status === 2) throw new Error(stderr);
  return stdout;
}

for (const kelvin of chosen.length > 0 ? chosen : Object.keys(LATTICE)) {
  const crystal = `argon-${LATTICE[kelvin]}.POSCAR`;
  writeFileSync(join(folder, crystal), example('argon.POSCAR').replaceAll('5.31', LATTICE[kelvin]));
  console.log(`\nargon at ${kelvin} K, a = ${LATTICE[kelvin]} Å: campaign, then 500 ps of MD`);
  for (const seed of SEEDS) {
    const name = `stability-${kelvin}K-${seed}`;
    const text = example('argon.yaml')
      .replace(/^name: .*$/m, `name: ${name}`)
      .replace(/^crystal: .*$/m, `crystal: ${crystal}`)
      .replace(/^seed: .*$/m, `seed: ${seed}`)
      .replace(/temperature: 40 .*$/m, `temperature: ${TEMPERATURE[kelvin]}`);
    writeFileSync(join(folder, `${name}.yaml`), text);
    const line = anharmony('run', `${name}.yaml`, '--format', 'json').trim().split('\n').at(-1);
    const { verdict, training, fittingError, test, cost } = JSON.parse(line);
    const flags = ['--temperature', kelvin, '--timestep', '5', '--time', '500ps', '--every', '20'];
    const out = join('runs', name, 'md');
    const forceField = join('runs', name, 'force-field.anharmony');
    anharmony('md', forceField, ...flags, '--trajectory', 'none', '--out', out, '--force', '--json');
    const md = JSON.parse(readFileSync(join(folder, out, 'summary.json'), 'utf8'));
    const mev = (x) => (1e3 * x).toFixed(2);
    console.log(
      [
        `seed ${seed}: ${verdict} with ${training.md} structures after ${((cost.mdSteps * 5) / 1e3).toFixed(0)} ps`,
        `β^-½ ${mev(fittingError)}, RMSE ${mev(test.rmse)} meV/Å`,
        `MD ${md.outcome} ${md.wreckSite ? `after ${md.wreckSite.time.toFixed(0)} ps by ${md.wreckSite.cause}` : ''}`.trim(),
        `σ_A ${md.anharmonicity.toFixed(3)}, ε_B ${md.bayesianError?.mean.toFixed(2)} ± ${md.bayesianError?.deviation.toFixed(2)} meV/Å`,
      ].join('; '),
    );
  }
}
