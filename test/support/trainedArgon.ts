import { displacedPositions } from '../../src/crystal/displaced.js';
import { buildSupercell } from '../../src/crystal/supercell.js';
import { analyseSymmetry } from '../../src/crystal/symmetry.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import { encodeClusterSpace } from '../../src/expansion/codec.js';
import type { ForceField } from '../../src/forcefield/forceField.js';
import { randomDisplacements } from '../../src/forcefield/initialStructures.js';
import { createNormals } from '../../src/numerics/random/normals.js';
import { STREAM } from '../../src/numerics/random/streams.js';
import { createLennardJones } from '../../src/reference/calculators/lennardJones.js';
import { parameterBlocks } from '../../src/regression/blocks.js';
import { createDesignMatrix } from '../../src/regression/designMatrix.js';
import { fitRidge } from '../../src/regression/ridge.js';
import { gramOfStructures } from '../../src/regression/trainingRows.js';
import { hashBytes } from '../../src/store/canonical.js';

const A = 5.31;
const argon = {
  lattice: Float64Array.of(A, 0, 0, 0, A, 0, 0, 0, A),
  species: ['Ar', 'Ar', 'Ar', 'Ar'],
  positions: Float64Array.of(0, 0, 0, 0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0),
};

/** Solid argon trained on six random structures of 108 atoms, Lennard-Jones labels. */
export function trainedArgon(): ForceField {
  const primitive = analyseSymmetry(argon);
  const supercell = buildSupercell(primitive, argon, [3, 3, 3]);
  const space = buildClusterSpace(primitive, { 2: 5.5, 3: 4, 4: 4 });
  const potential = createLennardJones(supercell.crystal.lattice, supercell.crystal.species);
  const normals = new Float64Array(3 * supercell.siteOf.length);
  const structures = [0, 1, 2, 3, 4, 5].map((structure) => {
    createNormals(1).fill(STREAM.randomDisplacements, structure, 0, normals);
    const displacements = randomDisplacements(0.15, normals);
    const forces = new Float64Array(normals.length);
    potential.evaluate(displacedPositions(supercell, displacements), forces);
    return { displacements, forces };
  });
  const gram = gramOfStructures({ design: createDesignMatrix(space, supercell) }, structures);
  const posterior = fitRidge(gram, parameterBlocks(space), { prior: 'by-order' });
  return {
    ...posterior,
    primitive,
    cutoffs: space.cutoffs,
    basis: hashBytes(encodeClusterSpace(space)),
    supercell: supercell.matrix,
    provenance: null,
  };
}
