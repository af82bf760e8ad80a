import type { Crystal } from '../crystal/structure.js';
import type { Equation } from '../numerics/nullspace/elimination.js';
import type { RotationalRule } from './cutoffs.js';
import type { RawCoordinates } from './sumRules.js';
import type { SymmetryFrame } from './symmetryFrame.js';
import { placeValues, rotateTensors } from './tensors.js';

/**
 * Rotational sum rules of order 2 (M. Born and K. Huang, Dynamical Theory of Crystal Lattices, 1954), as equations of
 * the raw coordinates:
 *   Born–Huang, for each site i:  Σ_j (Φ_ij^{ab} r_ij^c − Φ_ij^{ac} r_ij^b) = 0
 *   Huang, of the whole cell:     Σ_ij (Φ_ij^{ab} r_ij^c r_ij^d − Φ_ij^{cd} r_ij^a r_ij^b) = 0
 * with r_ij = r_j − r_i, which the acoustic sum rules permit in place of r_j.
 */
export function rotationalSumRules(
  crystal: Crystal,
  frame: SymmetryFrame,
  raw: RawCoordinates,
  rules: readonly RotationalRule[],
): readonly Equation[] {
  const bonds = bondTerms(crystal, frame, raw);
  return [
    ...(rules.includes('born-huang') ? bornHuang(bonds, crystal.species.length) : []),
    ...(rules.includes('huang') ? huang(bonds) : []),
  ];
}

/** What one raw coordinate contributes to Φ_ij of one ordered pair of sites. */
interface BondTerm {
  readonly coordinate: number;
  readonly site: number;
  /** [9] Φ_ij^{ab} for a unit of the coordinate, in the symmetry frame. */
  readonly tensor: Float64Array;
  /** r_j − r_i in the symmetry frame, Å. */
  readonly vector: readonly number[];
}

function bondTerms(crystal: Crystal, frame: SymmetryFrame, raw: RawCoordinates): readonly BondTerm[] {
  const places = placeValues(2);
  return raw.partition.orbits.flatMap((orbit, o) => {
    const scale = 1 / Math.sqrt(orbit.multiplicity);
    const { images } = orbit;
    return Array.from({ length: images.count }, (_, m) => m).flatMap((m) => {
      const vector = bondVector(crystal, frame, images.sites.subarray(2 * m), images.cells.subarray(6 * m));
      if (vector.every((x) => Math.abs(x) < 1e-6)) return [];
      const back = vector.map((x) => -x);
      const rotated = rotateTensors(2, raw.eigentensors[o], raw.rotations[images.operation[m]], places);
      return Array.from({ length: raw.eigentensors[o].columns }, (_, k) => k).flatMap((k) => {
        const tensor = rotated.slice(9 * k, 9 * k + 9).map((v) => v * scale);
        const transposed = tensor.map((_, e) => tensor[3 * (e % 3) + Math.floor(e / 3)]);
        const coordinate = raw.firstCoordinate[o] + k;
        return [
          { coordinate, site: images.sites[2 * m], tensor, vector },
          { coordinate, site: images.sites[2 * m + 1], tensor: transposed, vector: back },
        ];
      });
    });
  });
}

function bondVector(
  crystal: Crystal,
  frame: SymmetryFrame,
  sites: Int32Array,
  cells: Int32Array,
): readonly number[] {
  const { lattice: l, positions: f } = crystal;
  const fractional = [0, 1, 2].map(
    (x) => f[3 * sites[1] + x] + cells[3 + x] - f[3 * sites[0] + x] - cells[x],
  );
  const cartesian = [0, 1, 2].map(
    (x) => fractional[0] * l[x] + fractional[1] * l[3 + x] + fractional[2] * l[6 + x],
  );
  return [0, 1, 2].map((i) => [0, 1, 2].reduce((sum, x) => sum + frame.axes[3 * i + x] * cartesian[x], 0));
}

function bornHuang(bonds: readonly BondTerm[], siteCount: number): readonly Equation[] {
  const equations: Equation[] = [];
  for (let site = 0; site < siteCount; site++) {
    const own = bonds.filter((bond) => bond.site === site);
    for (let a = 0; a < 3; a++) {
      for (const [b, c] of [
        [0, 1],
        [0, 2],
        [1, 2],
      ]) {
        equations.push(
          equation(
            own,
            ({ tensor, vector }) => tensor[3 * a + b] * vector[c] - tensor[3 * a + c] * vector[b],
          ),
        );
      }
    }
  }
  return equations.filter((e) => e.index.length > 0);
}

function huang(bonds: readonly BondTerm[]): readonly Equation[] {
  const equations: Equation[] = [];
  for (let ab = 0; ab < 9; ab++) {
    for (let cd = ab + 1; cd < 9; cd++) {
      const product = (vector: readonly number[], pair: number): number =>
        vector[Math.floor(pair / 3)] * vector[pair % 3];
      equations.push(
        equation(
          bonds,
          ({ tensor, vector }) => tensor[ab] * product(vector, cd) - tensor[cd] * product(vector, ab),
        ),
      );
    }
  }
  return equations.filter((e) => e.index.length > 0);
}

function equation(bonds: readonly BondTerm[], coefficient: (bond: BondTerm) => number): Equation {
  const sum = new Map<number, number>();
  const size = new Map<number, number>();
  for (const bond of bonds) {
    const value = coefficient(bond);
    sum.set(bond.coordinate, (sum.get(bond.coordinate) ?? 0) + value);
    size.set(bond.coordinate, (size.get(bond.coordinate) ?? 0) + Math.abs(value));
  }
  // What symmetry cancels leaves rounding of the size of its terms.
  const kept = [...sum].filter(([i, v]) => Math.abs(v) > 1e-10 * size.get(i)!).sort((p, q) => p[0] - q[0]);
  return { index: Int32Array.from(kept, ([i]) => i), value: Float64Array.from(kept, ([, v]) => v) };
}
