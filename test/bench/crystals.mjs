/** The paper's crystals, with the expansions and supercells of its Table 1. */
import { load } from './load.mjs';

const FCC = [0, 0, 0, 0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0];

function diamond(a, first, second) {
  return {
    lattice: Float64Array.of(a, 0, 0, 0, a, 0, 0, 0, a),
    species: [first, first, first, first, second, second, second, second],
    positions: Float64Array.from([...FCC, ...FCC.map((x) => x + 0.25)]),
  };
}

/** Pnma, sites 4c: (x, 1/4, z), (−x + 1/2, 3/4, z + 1/2), (−x, 3/4, −z), (x + 1/2, 1/4, −z + 1/2). */
function pnma([a, b, c], sites) {
  const positions = sites.flatMap(({ x, z }) => [
    ...[x, 0.25, z],
    ...[0.5 - x, 0.75, z + 0.5],
    ...[1 - x, 0.75, 1 - z],
    ...[x + 0.5, 0.25, 0.5 - z],
  ]);
  return {
    lattice: Float64Array.of(a, 0, 0, 0, b, 0, 0, 0, c),
    species: sites.flatMap(({ species }) => Array(4).fill(species)),
    positions: Float64Array.from(positions, (value) => value - Math.floor(value)),
  };
}

export const CASES = {
  Si: {
    unit: diamond(5.431, 'Si', 'Si'),
    cutoffs: { 2: 8, 3: 5, 4: 5 },
    matrix: [3, 3, 3],
    parameters: 694,
  },
  /** As Si, with shorter cutoffs: what a first campaign takes. */
  'Si-small': {
    unit: diamond(5.431, 'Si', 'Si'),
    cutoffs: { 2: 6, 3: 4, 4: 4 },
    matrix: [3, 3, 3],
    parameters: 133,
  },
  /** Small enough for a long trajectory. */
  'Si-short': {
    unit: diamond(5.431, 'Si', 'Si'),
    cutoffs: { 2: 4, 3: 2.5, 4: 2.5 },
    matrix: [2, 2, 2],
    parameters: 13,
  },
  BAs: {
    unit: diamond(4.78, 'B', 'As'),
    cutoffs: { 2: 7.1, 3: 4, 4: 4 },
    matrix: [3, 3, 3],
    parameters: 1344,
  },
  /** Lattice and sites of Pnma SnSe at room temperature, a longest; its 6×8×2 supercell is 2×8×6 in this setting. */
  SnSe: {
    unit: pnma(
      [11.501, 4.153, 4.445],
      [
        { species: 'Sn', x: 0.118, z: 0.1035 },
        { species: 'Se', x: 0.8551, z: 0.4818 },
      ],
    ),
    cutoffs: { 2: 11.2, 3: 4.5, 4: 4.5, 5: 3.4, 6: 3.4 },
    matrix: [2, 8, 6],
    parameters: 4376,
  },
};

const { analyseSymmetry } = await load('crystal/symmetry.js');
const { buildSupercell } = await load('crystal/supercell.js');
const { buildClusterSpace } = await load('expansion/clusterSpace.js');

/** Primitive crystal and supercell of a case. */
export function crystalOf(name) {
  const { unit, matrix } = CASES[name];
  const primitive = analyseSymmetry(unit);
  return { primitive, supercell: buildSupercell(primitive, unit, matrix) };
}

export function clusterSpaceOf(name) {
  const { primitive, supercell } = crystalOf(name);
  const space = buildClusterSpace(primitive, CASES[name].cutoffs);
  if (space.parameters !== CASES[name].parameters) {
    throw new Error(`${name} has ${space.parameters} parameters instead of ${CASES[name].parameters}`);
  }
  return { primitive, supercell, space };
}
