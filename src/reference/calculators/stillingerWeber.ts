import { inputError } from '../../errors.js';
import type { Potential } from '../types.js';
import { createNeighbourKeeper, type NeighbourList } from './neighbours.js';

/** Parameters of the Stillinger–Weber potential of one element; energies in eV, lengths in Å. */
export interface StillingerWeberParameters {
  readonly element: string;
  readonly epsilon: number;
  readonly sigma: number;
  readonly a: number;
  readonly lambda: number;
  readonly gamma: number;
  readonly A: number;
  readonly B: number;
  /** Integers ≥ 0. */
  readonly p: number;
  readonly q: number;
}

/**
 * Silicon: Stillinger and Weber, Phys. Rev. B 31, 5262 (1985), Table I and eqs. 2.3–2.7;
 * ε = 50 kcal/mol (2.1683 eV), σ = 2.0951 Å: −4.3366 eV per atom at a = 5.431 Å.
 */
export const STILLINGER_WEBER_SILICON: StillingerWeberParameters = {
  element: 'Si',
  epsilon: 2.1683,
  sigma: 2.0951,
  a: 1.8,
  lambda: 21,
  gamma: 1.2,
  A: 7.049556277,
  B: 0.6022245584,
  p: 4,
  q: 0,
};

/** Cosine of the tetrahedral angle. */
const COS_TETRAHEDRAL = -1 / 3;
/** Å. Thermal motion in a solid seldom moves an atom by half of it, so a list lasts. */
const SKIN = 1.0;
/** What is stored of one neighbour: d_x, d_y, d_z, r, g = exp(γσ/(r − aσ)), dg/dr. */
const STRIDE = 6;

/** The potential in a periodic cell (`lattice`: [9] rows, Å) of any size; throws `InputError` for another element. */
export function createStillingerWeber(
  lattice: Float64Array,
  species: readonly string[],
  parameters: StillingerWeberParameters = STILLINGER_WEBER_SILICON,
): Potential {
  requireElement(species, parameters.element);
  const atoms = species.length;
  const neighboursAt = createNeighbourKeeper(lattice, atoms, parameters.a * parameters.sigma, SKIN);
  let near = new Float64Array(0);
  let nearAtom = new Int32Array(0);
  return {
    evaluate(positions, forces) {
      const list = neighboursAt(positions);
      if (nearAtom.length < list.atom.length) {
        nearAtom = new Int32Array(list.atom.length);
        near = new Float64Array(STRIDE * list.atom.length);
      }
      forces.fill(0);
      let energy = 0;
      for (let i = 0; i < atoms; i++) {
        const count = collect(i, list, positions, parameters, near, nearAtom);
        energy += twoBody(i, count, near, nearAtom, parameters, forces);
        energy += threeBody(i, count, near, nearAtom, parameters, forces);
      }
      return energy;
    },
  };
}

/** Writes the neighbours of atom i within the exact cutoff to `near`; returns their number. */
function collect(
  i: number,
  list: NeighbourList,
  positions: Float64Array,
  { a, sigma, gamma }: StillingerWeberParameters,
  near: Float64Array,
  nearAtom: Int32Array,
): number {
  const cutoff = a * sigma;
  const cutoff2 = cutoff * cutoff;
  const { start, atom, shift } = list;
  const x0 = positions[3 * i];
  const y0 = positions[3 * i + 1];
  const z0 = positions[3 * i + 2];
  let count = 0;
  for (let e = start[i]; e < start[i + 1]; e++) {
    const j = atom[e];
    const x = positions[3 * j] + shift[3 * e] - x0;
    const y = positions[3 * j + 1] + shift[3 * e + 1] - y0;
    const z = positions[3 * j + 2] + shift[3 * e + 2] - z0;
    const r2 = x * x + y * y + z * z;
    if (r2 >= cutoff2) continue;
    const r = Math.sqrt(r2);
    const gap = r - cutoff;
    if (gap >= 0) continue;
    const g = Math.exp((gamma * sigma) / gap);
    const at = STRIDE * count;
    near[at] = x;
    near[at + 1] = y;
    near[at + 2] = z;
    near[at + 3] = r;
    near[at + 4] = g;
    near[at + 5] = (-g * gamma * sigma) / (gap * gap);
    nearAtom[count] = j;
    count++;
  }
  return count;
}

/** Eq. 2.3: f₂ = A [B (σ/r)^p − (σ/r)^q] exp(σ/(r − aσ)), half of it from each end of the pair. */
function twoBody(
  i: number,
  count: number,
  near: Float64Array,
  nearAtom: Int32Array,
  { epsilon, sigma, a, A, B, p, q }: StillingerWeberParameters,
  forces: Float64Array,
): number {
  const cutoff = a * sigma;
  let energy = 0;
  for (let n = 0; n < count; n++) {
    const at = STRIDE * n;
    const r = near[at + 3];
    const gap = r - cutoff;
    const inverse = sigma / r;
    const repulsion = B * integerPower(inverse, p);
    const attraction = integerPower(inverse, q);
    const scale = 0.5 * epsilon * A * Math.exp(sigma / gap);
    const bracket = repulsion - attraction;
    energy += scale * bracket;
    const slope = scale * ((q * attraction - p * repulsion) / r - (bracket * sigma) / (gap * gap));
    addPair(forces, i, nearAtom[n], near, at, slope / r);
  }
  return energy;
}

/** Eqs. 2.5–2.7: h = λ g(r_ij) g(r_ik) (cos θ_jik + 1/3)², summed over the pairs of neighbours of atom i. */
function threeBody(
  i: number,
  count: number,
  near: Float64Array,
  nearAtom: Int32Array,
  { epsilon, lambda }: StillingerWeberParameters,
  forces: Float64Array,
): number {
  const scale = epsilon * lambda;
  let energy = 0;
  for (let n = 0; n < count; n++) {
    const u = STRIDE * n;
    const ru = near[u + 3];
    const gu = near[u + 4];
    for (let m = n + 1; m < count; m++) {
      const v = STRIDE * m;
      const rv = near[v + 3];
      const gv = near[v + 4];
      const inverse = 1 / (ru * rv);
      const cos = (near[u] * near[v] + near[u + 1] * near[v + 1] + near[u + 2] * near[v + 2]) * inverse;
      const delta = cos - COS_TETRAHEDRAL;
      const h = scale * gu * gv * delta * delta;
      energy += h;
      // ∂h/∂d_u = radialU d_u + angular d_v, ∂h/∂d_v = radialV d_v + angular d_u.
      const byCos = 2 * scale * gu * gv * delta;
      const angular = byCos * inverse;
      const radialU = (scale * near[u + 5] * gv * delta * delta - (byCos * cos) / ru) / ru;
      const radialV = (scale * near[v + 5] * gu * delta * delta - (byCos * cos) / rv) / rv;
      const j = 3 * nearAtom[n];
      const k = 3 * nearAtom[m];
      for (let c = 0; c < 3; c++) {
        const onU = radialU * near[u + c] + angular * near[v + c];
        const onV = radialV * near[v + c] + angular * near[u + c];
        forces[j + c] -= onU;
        forces[k + c] -= onV;
        forces[3 * i + c] += onU + onV;
      }
    }
  }
  return energy;
}

/** Adds the force of a pair whose energy has gradient `factor`·d with respect to d = r_j − r_i. */
function addPair(
  forces: Float64Array,
  i: number,
  j: number,
  near: Float64Array,
  at: number,
  factor: number,
): void {
  for (let c = 0; c < 3; c++) {
    const g = factor * near[at + c];
    forces[3 * i + c] += g;
    forces[3 * j + c] -= g;
  }
}

function integerPower(x: number, n: number): number {
  let out = 1;
  for (let k = 0; k < n; k++) out *= x;
  return out;
}

function requireElement(species: readonly string[], element: string): void {
  const other = species.find((s) => s !== element);
  if (other === undefined) return;
  throw inputError({
    field: 'reference.calculator',
    message: 'the Stillinger–Weber potential does not describe this crystal',
    got: other,
    expected: `${element} only`,
    hint: 'choose a reference that knows every species of the crystal',
  });
}
