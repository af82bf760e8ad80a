// How heavy the tails of the residuals are that an expansion leaves, and for silicon where they come from. Needs
// `npm run build`.
//
//   node test/bench/residuals.mjs CAMPAIGN.yaml [FRAMES]
//
// Fits the campaign's expansion to one half of FRAMES frames of MD driven by the built-in reference and looks at the
// residuals of the other half.
import { fileURLToPath, pathToFileURL } from 'node:url';

const dist = fileURLToPath(new URL('../../dist/src/', import.meta.url));
const load = (name) => import(pathToFileURL(`${dist}${name}.js`).href);
const { loadCampaign } = await load('cli/campaigns/file');
const { parseCrystal } = await load('crystal/read');
const { analyseSymmetry } = await load('crystal/symmetry');
const { buildSupercell } = await load('crystal/supercell');
const { cartesianPositions } = await load('crystal/geometry');
const { buildClusterSpace } = await load('expansion/clusterSpace');
const { createDesignMatrix } = await load('regression/designMatrix');
const { gramOfStructures, predictStructures } = await load('regression/trainingRows');
const { parameterBlocks } = await load('regression/blocks');
const { fitRidge } = await load('regression/ridge');
const { createPotential } = await load('reference/catalogue');
const { referenceTrajectory } = await load('reference/trajectory');

const [path, count = '400'] = process.argv.slice(2);
const { bundle } = loadCampaign(path);
const { settings } = bundle;
const unit = parseCrystal(bundle.crystal.text, bundle.crystal.name);
const primitive = analyseSymmetry(unit, { symprec: settings.symprec });
const supercell = buildSupercell(primitive, unit, settings.supercell.flat());
const { lattice, species } = supercell.crystal;
const ideal = cartesianPositions(supercell.crystal);
const frames = referenceTrajectory({
  potential: createPotential(settings.reference, lattice, species),
  ideal,
  masses: Float64Array.from(supercell.siteOf, (site) => primitive.masses[site]),
  temperature: settings.md.temperature,
  timestep: settings.md.timestep,
  friction: settings.md.friction,
  seed: 5,
  equilibration: 5000,
  spacing: settings.test.spacing,
  count: Number(count),
});
const space = buildClusterSpace(primitive, settings.expansion.cutoffs);
const labelling = { design: createDesignMatrix(space, supercell) };
const half = Math.floor(frames.length / 2);
const { prior, labelNoise } = settings.regression;
const posterior = fitRidge(gramOfStructures(labelling, frames.slice(0, half)), parameterBlocks(space), {
  prior,
  labelNoise,
});
const rest = frames.slice(half);
const { predicted, reference } = predictStructures(labelling, posterior, rest);
const residuals = reference.map((force, k) => 1e3 * (force - predicted[k]));
const squares = residuals.map((r) => r * r);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = mean(squares);
const rows = 3 * species.length;
const perFrame = rest.map((_, k) => Math.sqrt(mean(squares.subarray(k * rows, (k + 1) * rows))));
const sorted = [...squares].sort((a, b) => b - a);
const top = sorted.slice(0, Math.round(0.01 * sorted.length)).reduce((sum, value) => sum + value, 0);
const each = perFrame.map((value) => value.toFixed(2)).sort((a, b) => a - b);
console.log(
  `${rest.length} frames, RMSE ${Math.sqrt(variance).toFixed(3)} meV/Å, σ of the RMSE of one frame ${((100 * Math.sqrt(mean(perFrame.map((v) => v * v)) - mean(perFrame) ** 2)) / mean(perFrame)).toFixed(0)} %`,
);
console.log(`one frame: median ${each[Math.floor(each.length / 2)]}, largest ${each.at(-1)} meV/Å`);
console.log(
  `kurtosis ${(mean(squares.map((s) => s * s)) / variance ** 2).toFixed(1)} (normal: 3); the largest 1 % of the components hold ${((100 * top) / (variance * squares.length)).toFixed(0)} % of the sum of squares`,
);

if (settings.reference.calculator === 'stillinger-weber') {
  // Second neighbours are 3.84 Å apart on the lattice, just outside the potential's cutoff, and enter it as they vibrate.
  const cutoff = 1.8 * 2.0951;
  const pairs = secondNeighbours();
  const atoms = rest.flatMap(({ displacements: u }, frame) => {
    const nearest = new Float64Array(species.length).fill(Number.POSITIVE_INFINITY);
    for (const [i, j, d] of pairs) {
      const r = Math.hypot(...[0, 1, 2].map((k) => d[k] + u[3 * j + k] - u[3 * i + k]));
      if (r < nearest[i]) nearest[i] = r;
    }
    return Array.from(nearest, (r, i) => {
      const at = frame * rows + 3 * i;
      return { r, square: squares[at] + squares[at + 1] + squares[at + 2] };
    });
  });
  atoms.sort((x, y) => x.r - y.r);
  const inside = atoms.filter(({ r }) => r < cutoff).length / atoms.length;
  console.log(
    `${(100 * inside).toFixed(0)} % of the atoms have a second neighbour inside the potential’s cutoff of ${cutoff.toFixed(3)} Å`,
  );
  for (const fraction of [0.01, 0.05, 0.2]) {
    const closest = atoms.slice(0, Math.round(fraction * atoms.length));
    const share = closest.reduce((sum, { square }) => sum + square, 0) / (variance * squares.length);
    console.log(
      `the ${100 * fraction} % with the closest one (below ${closest.at(-1).r.toFixed(2)} Å) hold ${(100 * share).toFixed(0)} % of the sum of squares`,
    );
  }
}

/** [i, j, minimum image of r_j − r_i] of all ordered pairs 3.7 to 4.0 Å apart; the cell is orthorhombic here. */
function secondNeighbours() {
  const found = [];
  const side = [lattice[0], lattice[4], lattice[8]];
  for (let i = 0; i < species.length; i++)
    for (let j = 0; j < species.length; j++) {
      const d = side.map((length, k) => {
        const x = ideal[3 * j + k] - ideal[3 * i + k];
        return x - length * Math.round(x / length);
      });
      const r = Math.hypot(...d);
      if (r > 3.7 && r < 4.0) found.push([i, j, d]);
    }
  return found;
}
