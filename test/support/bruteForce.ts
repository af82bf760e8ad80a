import type { Supercell } from '../../src/crystal/types.js';
import type { ClusterSpace, ExpansionOrder, Orbit } from '../../src/expansion/types.js';

/**
 * Eq. 1 of the paper as it stands, in raw displacements: each cluster of the infinite lattice in turn, dense tensors,
 * nothing shared with the kernels. Returns the energy per order, eV, and the forces, eV/Å.
 */
export function bruteForce(
  space: ClusterSpace,
  supercell: Supercell,
  parameters: Float64Array,
  u: Float64Array,
): { readonly energies: number[]; readonly forces: Float64Array } {
  const forces = new Float64Array(u.length);
  const energies: number[] = [];
  let first = 0;
  for (const order of space.orders) {
    const raw = rawOf(order, parameters.subarray(first, first + order.parameters));
    energies.push(
      order.orbits.reduce((sum, orbit) => sum + addOrbit(space, supercell, orbit, raw, u, forces), 0),
    );
    first += order.parameters;
  }
  return { energies, forces };
}

function rawOf(order: ExpansionOrder, parameters: Float64Array): Float64Array {
  const raw = new Float64Array(order.beforeSumRules);
  const n = order.nullSpace;
  for (let q = 0; q < n.columns; q++) {
    for (let e = n.columnStart[q]; e < n.columnStart[q + 1]; e++)
      raw[n.rowIndex[e]] += n.values[e] * parameters[q];
  }
  return raw;
}

function addOrbit(
  space: ClusterSpace,
  supercell: Supercell,
  orbit: Orbit,
  raw: Float64Array,
  u: Float64Array,
  forces: Float64Array,
): number {
  const n = orbit.order;
  const representative = new Float64Array(3 ** n);
  const { columns, columnStart, rowIndex, values } = orbit.eigentensors;
  for (let k = 0; k < columns; k++) {
    for (let e = columnStart[k]; e < columnStart[k + 1]; e++) {
      representative[rowIndex[e]] +=
        (raw[orbit.firstCoordinate + k] * values[e]) / Math.sqrt(orbit.multiplicity);
    }
  }
  let energy = 0;
  for (let image = 0; image < orbit.images.count; image++) {
    const rotation = space.primitive.operations[orbit.images.operation[image]].rotation;
    const tensor = rotated(representative, n, rotation);
    energy += addImage(supercell, orbit, image, tensor, u, forces);
  }
  return energy;
}

/** One index at a time: Φ'^{a…} = Σ_b R_ab Φ^{b…}. */
function rotated(tensor: Float64Array, n: number, r: Float64Array): Float64Array {
  let current = tensor;
  for (let k = 0; k < n; k++) {
    const next = new Float64Array(tensor.length);
    const low = 3 ** (n - 1 - k);
    for (let i = 0; i < tensor.length; i++) {
      const a = Math.floor(i / low) % 3;
      for (let b = 0; b < 3; b++) next[i] += r[3 * a + b] * current[i + (b - a) * low];
    }
    current = next;
  }
  return current;
}

/** Energy Φ·u…u / Π m! of each translated copy (n!/Π m! orders of the sites, 1/n! from the expansion), and −∂/∂u of it. */
function addImage(
  supercell: Supercell,
  orbit: Orbit,
  image: number,
  tensor: Float64Array,
  u: Float64Array,
  forces: Float64Array,
): number {
  const n = orbit.order;
  const { sites, cells } = orbit.images;
  const counts = new Map<string, number>();
  let repetitions = 1;
  for (let k = image * n; k < (image + 1) * n; k++) {
    const key = [sites[k], ...cells.subarray(3 * k, 3 * k + 3)].join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
    repetitions *= counts.get(key)!;
  }
  let energy = 0;
  for (let home = 0; home < supercell.siteOf.length; home++) {
    if (supercell.siteOf[home] !== 0) continue;
    const at = supercell.cellOf.subarray(3 * home, 3 * home + 3);
    const atoms = Array.from({ length: n }, (_, k) => {
      const s = image * n + k;
      return supercell.atomAt(
        sites[s],
        at[0] + cells[3 * s],
        at[1] + cells[3 * s + 1],
        at[2] + cells[3 * s + 2],
      );
    });
    for (let c = 0; c < tensor.length; c++) {
      if (tensor[c] === 0) continue;
      const digits = Array.from({ length: n }, (_, k) => Math.floor(c / 3 ** (n - 1 - k)) % 3);
      const factors = atoms.map((atom, k) => u[3 * atom + digits[k]]);
      energy += (tensor[c] * factors.reduce((p, x) => p * x, 1)) / repetitions;
      atoms.forEach((atom, k) => {
        const others = factors.reduce((p, x, l) => (l === k ? p : p * x), 1);
        forces[3 * atom + digits[k]] -= (tensor[c] * others) / repetitions;
      });
    }
  }
  return energy;
}
