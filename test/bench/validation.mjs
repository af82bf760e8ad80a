// The measurements of docs/validation.md on the built-in potentials: writes the campaign files, runs `anharmony study`
// on each, and prints its table. Needs `npm run build`. Labels are kept in FOLDER, so a second run costs only MD.
//
//   node test/bench/validation.mjs FOLDER [CASE…]
//
// It does not measure speed: the studies run in one thread.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'dist/src/cli/main.js');
const read = (name) => readFileSync(join(root, 'examples', name), 'utf8');

/** An example with some of its lines replaced; a pattern that matches nothing is a mistake here. */
function changed(text, changes) {
  return changes.reduce((before, [pattern, replacement]) => {
    const after = before.replace(pattern, replacement);
    if (after === before) throw new Error(`nothing to replace: ${pattern}`);
    return after;
  }, text);
}

const name = (value) => [/^name: .*$/m, `name: ${value}`];
const temperature = (kelvin) => [/temperature: 40 # K/, `temperature: ${kelvin} # K`];
const order6 = [/cutoffs: .*$/m, 'cutoffs: { 2: 7.6, 3: 4.0, 4: 4.0, 5: 4.0, 6: 4.0 } # Å'];
// Twice as many structures as the convergence criteria and the stall rule ask for by default.
const thirty = [
  /^test:$/m,
  'acquisition:\n  stall: { structures: 30 }\n\nconvergence:\n  minStructures: 30\n\ntest:',
];
// The lattice sites of 64 atoms leave room for 5.4 Å.
const atoms64 = [
  [/supercell: .*$/m, 'supercell: [2, 2, 2]'],
  [/cutoffs: .*$/m, 'cutoffs: { 2: 5.4, 3: 4.0, 4: 4.0 } # Å'],
];
// Argon as it has expanded at 60 K.
const expanded = [/crystal: .*$/m, 'crystal: argon-5.37.POSCAR'];
const everyStep = [/ {2}every: 4 .*$/m, '  every: 1'];

const argon = read('argon.yaml');
const silicon = read('silicon.yaml');
const campaigns = {
  'argon-40K': changed(argon, [name('argon-40K')]),
  'argon-60K': changed(argon, [name('argon-60K'), temperature(60)]),
  'argon-40K-order6': changed(argon, [name('argon-40K-order6'), order6]),
  'argon-60K-expanded': changed(argon, [name('argon-60K-expanded'), temperature(60), expanded]),
  'argon-60K-order6': changed(argon, [name('argon-60K-order6'), temperature(60), expanded, order6]),
  'argon-40K-order6-30': changed(argon, [name('argon-40K-order6-30'), order6, thirty]),
  'argon-60K-order6-30': changed(argon, [
    name('argon-60K-order6-30'),
    temperature(60),
    expanded,
    order6,
    thirty,
  ]),
  'silicon-64': changed(silicon, [name('silicon-64'), ...atoms64, everyStep]),
  'silicon-216': changed(silicon, [name('silicon-216')]),
};

const cases = {
  'argon-40K': ['seeds', 'argon-40K', '--seeds', '3'],
  'argon-60K': ['seeds', 'argon-60K', '--seeds', '3'],
  'argon-40K-order6': ['seeds', 'argon-40K-order6', '--seeds', '3'],
  'argon-60K-expanded': ['seeds', 'argon-60K-expanded', '--seeds', '3'],
  'argon-60K-order6': ['seeds', 'argon-60K-order6', '--seeds', '3'],
  'argon-40K-order6-30': ['seeds', 'argon-40K-order6-30', '--seeds', '3'],
  'argon-60K-order6-30': ['seeds', 'argon-60K-order6-30', '--seeds', '3'],
  'argon-criteria': ['criteria', 'argon-60K-expanded', '--seeds', '3', '--time', '100 ps'],
  'argon-priors': ['priors', 'argon-60K-expanded', '--seeds', '3'],
  'silicon-64': ['seeds', 'silicon-64', '--seeds', '2'],
  'silicon-216': ['seeds', 'silicon-216', '--seeds', '2'],
  'silicon-criteria': ['criteria', 'silicon-64', '--seeds', '3', '--time', '50 ps'],
  'silicon-priors': ['priors', 'silicon-216', '--seeds', '3'],
};

const [folder, ...chosen] = process.argv.slice(2);
if (!folder || chosen.some((each) => !(each in cases))) {
  console.error(`usage: node test/bench/validation.mjs FOLDER [${Object.keys(cases).join('|')}]…`);
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (const file of ['argon.POSCAR', 'silicon.POSCAR'])
  copyFileSync(join(root, 'examples', file), join(folder, file));
writeFileSync(join(folder, 'argon-5.37.POSCAR'), read('argon.POSCAR').replaceAll('5.31', '5.37'));
for (const [campaign, text] of Object.entries(campaigns))
  writeFileSync(join(folder, `${campaign}.yaml`), text);

for (const each of chosen.length > 0 ? chosen : Object.keys(cases)) {
  const [kind, campaign, ...flags] = cases[each];
  const args = ['study', kind, `${campaign}.yaml`, ...flags, '--home', 'home', '--out', each];
  console.log(`\n== ${each}: anharmony ${args.join(' ')}`);
  const start = performance.now();
  const { status } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) process.exit(1);
  console.log(`${((performance.now() - start) / 1000).toFixed(0)} s`);
}
