import { fractionalPositions, invertLattice } from '../../crystal/geometry.js';

/**
 * Neighbours of every atom within `cutoff + skin`, all periodic images included, whatever the size of the cell.
 * Entry e of atom i (start[i] ≤ e < start[i+1]) is the image at r_j + shift, j = atom[e]; entries are ordered by
 * (j, n₁, n₂, n₃), so that sums over those within the exact cutoff have the same bits however old the list is.
 */
export interface NeighbourList {
  /** [atoms + 1] */
  readonly start: Int32Array;
  /** [entries] */
  readonly atom: Int32Array;
  /** [3·entries] lattice translation, Å. */
  readonly shift: Float64Array;
  /** [entries] 1 for one of the two directions of each pair, 0 for the other. */
  readonly owned: Uint8Array;
}

/** Keeps a neighbour list valid for moving atoms: rebuilt when one has moved by more than half the skin. */
export function createNeighbourKeeper(
  lattice: Float64Array,
  atoms: number,
  cutoff: number,
  skin: number,
): (positions: Float64Array) => NeighbourList {
  const builtAt = new Float64Array(3 * atoms).fill(Number.NaN);
  const limit = 0.25 * skin * skin;
  let list: NeighbourList | undefined;
  return (positions) => {
    if (list === undefined || moved(positions, builtAt, limit)) {
      builtAt.set(positions);
      list = findNeighbours(lattice, positions, cutoff + skin);
    }
    return list;
  };
}

function moved(positions: Float64Array, from: Float64Array, limit: number): boolean {
  for (let i = 0; i < from.length; i += 3) {
    const x = positions[i] - from[i];
    const y = positions[i + 1] - from[i + 1];
    const z = positions[i + 2] - from[i + 2];
    // The negation catches NaN too.
    if (!(x * x + y * y + z * z <= limit)) return true;
  }
  return false;
}

/** All neighbours within `radius` (Å) of each of the Cartesian `positions` ([3·atoms], Å; any periodic image). */
export function findNeighbours(
  lattice: Float64Array,
  positions: Float64Array,
  radius: number,
): NeighbourList {
  const atoms = positions.length / 3;
  const fractional = fractionalPositions(positions, lattice);
  const reach = layersWithin(lattice, radius);
  const start = new Int32Array(atoms + 1);
  const atom: number[] = [];
  const shift: number[] = [];
  const owned: number[] = [];
  const radius2 = radius * radius;

  for (let i = 0; i < atoms; i++) {
    for (let j = 0; j < atoms; j++) {
      const f0 = fractional[3 * j] - fractional[3 * i];
      const f1 = fractional[3 * j + 1] - fractional[3 * i + 1];
      const f2 = fractional[3 * j + 2] - fractional[3 * i + 2];
      for (let a = Math.ceil(-reach[0] - f0); a <= reach[0] - f0; a++) {
        for (let b = Math.ceil(-reach[1] - f1); b <= reach[1] - f1; b++) {
          for (let c = Math.ceil(-reach[2] - f2); c <= reach[2] - f2; c++) {
            if (i === j && a === 0 && b === 0 && c === 0) continue;
            const sx = a * lattice[0] + b * lattice[3] + c * lattice[6];
            const sy = a * lattice[1] + b * lattice[4] + c * lattice[7];
            const sz = a * lattice[2] + b * lattice[5] + c * lattice[8];
            const x = positions[3 * j] + sx - positions[3 * i];
            const y = positions[3 * j + 1] + sy - positions[3 * i + 1];
            const z = positions[3 * j + 2] + sz - positions[3 * i + 2];
            if (x * x + y * y + z * z > radius2) continue;
            atom.push(j);
            shift.push(sx, sy, sz);
            const first = i !== j ? j - i : a !== 0 ? a : b !== 0 ? b : c;
            owned.push(first > 0 ? 1 : 0);
          }
        }
      }
    }
    start[i + 1] = atom.length;
  }
  return {
    start,
    atom: Int32Array.from(atom),
    shift: Float64Array.from(shift),
    owned: Uint8Array.from(owned),
  };
}

/** Smallest distance between two atoms, periodic images included, Å; `radius` where none is nearer than that. */
export function shortestDistance(
  lattice: Float64Array,
  positions: Float64Array,
  radius: number,
): { readonly distance: number; readonly pair: readonly [number, number] | undefined } {
  const { start, atom, shift, owned } = findNeighbours(lattice, positions, radius);
  let distance = radius;
  let pair: readonly [number, number] | undefined;
  for (let i = 0; i + 1 < start.length; i++) {
    for (let e = start[i]; e < start[i + 1]; e++) {
      if (owned[e] === 0) continue;
      const j = atom[e];
      const x = positions[3 * j] + shift[3 * e] - positions[3 * i];
      const y = positions[3 * j + 1] + shift[3 * e + 1] - positions[3 * i + 1];
      const z = positions[3 * j + 2] + shift[3 * e + 2] - positions[3 * i + 2];
      const r = Math.sqrt(x * x + y * y + z * z);
      if (r < distance) {
        distance = r;
        pair = [i, j];
      }
    }
  }
  return { distance, pair };
}

/** Farthest that a vector of length `radius` reaches along each lattice vector, in lattice vectors, with room for rounding. */
function layersWithin(lattice: Float64Array, radius: number): readonly [number, number, number] {
  const inverse = invertLattice(lattice);
  const reach = (k: number): number => {
    const [x, y, z] = [inverse[k], inverse[3 + k], inverse[6 + k]];
    return radius * Math.sqrt(x * x + y * y + z * z) + 1e-9;
  };
  return [reach(0), reach(1), reach(2)];
}
