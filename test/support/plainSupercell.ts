import type { PrimitiveCrystal, Supercell } from '../../src/crystal/types.js';

/** A supercell written for tests alone: L_super = M · L_prim, atoms by cell, then by site. */
export function plainSupercell(primitive: PrimitiveCrystal, matrix: readonly number[]): Supercell {
  const m = Int32Array.from(matrix);
  const [a, b, c, d, e, f, g, h, i] = m;
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  // The adjugate keeps the folding exact: cell = x · M with x = cell · adjugate / determinant.
  const adjugate = [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ];
  const fold = (cell: readonly number[]): number[] => {
    const whole = [0, 1, 2].map((k) =>
      Math.floor(
        (cell[0] * adjugate[0][k] + cell[1] * adjugate[1][k] + cell[2] * adjugate[2][k]) / determinant,
      ),
    );
    return [0, 1, 2].map((k) => cell[k] - whole[0] * m[k] - whole[1] * m[3 + k] - whole[2] * m[6 + k]);
  };
  const cells = new Map<string, number>();
  const list: number[][] = [];
  const reach = Math.max(...matrix.map(Math.abs)) * 3;
  for (let x = -reach; x <= reach; x++) {
    for (let y = -reach; y <= reach; y++) {
      for (let z = -reach; z <= reach; z++) {
        const cell = fold([x, y, z]);
        if (cells.has(cell.join())) continue;
        cells.set(cell.join(), list.length);
        list.push(cell);
      }
    }
  }
  const { lattice, species, positions } = primitive.crystal;
  const sites = species.length;
  const inverse = adjugate.map((row) => row.map((v) => v / determinant));
  const all = list.flatMap((cell) => species.map((symbol, site) => ({ cell, site, symbol })));
  return {
    primitive,
    matrix: m,
    crystal: {
      lattice: product(m, lattice),
      species: all.map((atom) => atom.symbol),
      positions: Float64Array.from(
        all.flatMap(({ cell, site }) =>
          [0, 1, 2].map((k) =>
            [0, 1, 2].reduce((sum, x) => sum + (cell[x] + positions[3 * site + x]) * inverse[x][k], 0),
          ),
        ),
      ),
    },
    siteOf: Int32Array.from(all, (atom) => atom.site),
    cellOf: Int32Array.from(all.flatMap((atom) => atom.cell)),
    atomAt: (site, x, y, z) => (cells.get(fold([x, y, z]).join()) ?? Number.NaN) * sites + site,
    shortestTranslation: shortest(product(m, lattice)),
  };
}

function product(m: Int32Array, lattice: Float64Array): Float64Array {
  return Float64Array.from({ length: 9 }, (_, e) => {
    const row = Math.floor(e / 3);
    return [0, 1, 2].reduce((sum, k) => sum + m[3 * row + k] * lattice[3 * k + (e % 3)], 0);
  });
}

function shortest(lattice: Float64Array): number {
  let best = Number.POSITIVE_INFINITY;
  for (let code = 0; code < 125; code++) {
    const n = [(code % 5) - 2, (Math.floor(code / 5) % 5) - 2, Math.floor(code / 25) - 2];
    if (n.every((v) => v === 0)) continue;
    const r = [0, 1, 2].map((x) => n[0] * lattice[x] + n[1] * lattice[3 + x] + n[2] * lattice[6 + x]);
    best = Math.min(best, Math.hypot(...r));
  }
  return best;
}
