import { FailureError } from '../errors.js';
import {
  inverse3,
  largestDifference,
  matrixVector3,
  multiply3,
  nearestOrthogonal3,
  rowTimes3,
  squareRoot3,
  transpose3,
} from '../numerics/matrix3.js';
import { verifyGroup } from './group.js';
import { minimumImage, prepareImageSearch } from './minimum-image.js';
import type { Crystal } from './structure.js';
import type { SpaceGroupOperation } from './types.js';

/** x' = W x + w in fractional coordinates, as found to within a tolerance. */
export interface RawOperation {
  /** [9] row-major integers: W. */
  readonly rotation: Int32Array;
  /** [3] w. */
  readonly translation: readonly number[];
}

/** Where an operation takes each site. */
interface Action {
  readonly rotation: Int32Array;
  readonly siteImage: Int32Array;
  readonly cellImage: Int32Array;
}

/**
 * Makes a primitive crystal invariant under its operations to rounding: the metric is averaged over the point group, the lattice
 * rebuilt from it by a pure strain, the sites averaged over the operations. Identity first, the other operations in the
 * order of their rotation matrices.
 */
export function symmetrise(
  crystal: Crystal,
  found: readonly RawOperation[],
  tolerance: number,
): { readonly crystal: Crystal; readonly operations: readonly SpaceGroupOperation[] } {
  const actions = [...found].sort(compareOperations).map((o) => actionOf(crystal, o, tolerance));
  const lattice = symmetrisedLattice(crystal.lattice, actions);
  const positions = symmetrisedPositions(crystal.positions, actions);
  const symmetrised: Crystal = { lattice, species: crystal.species, positions };
  refuseLargeChange(crystal, symmetrised, tolerance);
  const operations = actions.map((a) => operationOf(symmetrised, a));
  verifyGroup(symmetrised, operations);
  return { crystal: symmetrised, operations };
}

function compareOperations(a: RawOperation, b: RawOperation): number {
  const identity = (r: Int32Array) => r.every((v, i) => v === (i % 4 === 0 ? 1 : 0));
  if (identity(a.rotation) !== identity(b.rotation)) return identity(a.rotation) ? -1 : 1;
  const k = a.rotation.findIndex((v, i) => v !== b.rotation[i]);
  return k < 0 ? 0 : b.rotation[k] - a.rotation[k];
}

function actionOf(crystal: Crystal, operation: RawOperation, tolerance: number): Action {
  const { positions: x, species, lattice } = crystal;
  const search = prepareImageSearch(lattice);
  const sites = species.length;
  const siteImage = new Int32Array(sites).fill(-1);
  const cellImage = new Int32Array(3 * sites);
  const taken = new Set<number>();
  for (let s = 0; s < sites; s++) {
    const w = operation.translation;
    const moved = matrixVector3(operation.rotation, x[3 * s], x[3 * s + 1], x[3 * s + 2]).map(
      (v, k) => v + w[k],
    );
    let nearest = Number.POSITIVE_INFINITY;
    for (let t = 0; t < sites; t++) {
      if (species[t] !== species[s]) continue;
      const d = Float64Array.from(
        rowTimes3(moved[0] - x[3 * t], moved[1] - x[3 * t + 1], moved[2] - x[3 * t + 2], lattice),
      );
      const cell = minimumImage(search, d);
      const distance = Math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
      if (distance < nearest) {
        nearest = distance;
        siteImage[s] = t;
        cellImage.set(cell, 3 * s);
      }
    }
    if (!(nearest < 10 * tolerance) || taken.has(siteImage[s]))
      throw inconsistent(`an operation maps site ${s + 1} to no site (${nearest} Å away)`);
    taken.add(siteImage[s]);
  }
  return { rotation: operation.rotation, siteImage, cellImage };
}

/**
 * The lattice nearest to the given one (by a pure strain, its orientation kept) whose metric G = L Lᵀ is the mean of Wᵀ G W:
 * L' = L F with F² = L⁻¹ G' L⁻ᵀ symmetric.
 */
function symmetrisedLattice(lattice: Float64Array, actions: readonly Action[]): Float64Array {
  const metric = multiply3(lattice, transpose3(lattice));
  const mean = new Float64Array(9);
  for (const { rotation } of actions) {
    const g = multiply3(multiply3(transpose3(rotation), metric), rotation);
    for (let i = 0; i < 9; i++) mean[i] += g[i] / actions.length;
  }
  // What differs by rounding only keeps the file's round numbers.
  if (largestDifference(mean, metric) < 1e-14 * (metric[0] + metric[4] + metric[8])) return lattice;
  const inverse = inverse3(lattice);
  return multiply3(lattice, squareRoot3(multiply3(multiply3(inverse, mean), transpose3(inverse))));
}

/**
 * Mean over the operations of the images of all sites. Translations w are known to the tolerance only, but integer cell images
 * are exact; the action on positions relative to their centroid needs nothing else and is a group, so that its mean is invariant.
 */
function symmetrisedPositions(x: Float64Array, actions: readonly Action[]): Float64Array {
  const sites = x.length / 3;
  const mean = new Float64Array(x.length);
  for (const action of actions) {
    const image = imagesWithoutTranslation(x, action);
    const centre = centroid(image);
    for (let i = 0; i < x.length; i++) mean[i] += (image[i] - centre[i % 3]) / actions.length;
  }
  const centre = centroid(x);
  const averaged = mean.map((v, i) => v + centre[i % 3]);
  return sites === 1 || largestDifference(averaged, x) < 1e-13 ? x : averaged;
}

/** [3·sites] W x_s − n_s at the place of the image of s. */
function imagesWithoutTranslation(x: Float64Array, action: Action): Float64Array {
  const out = new Float64Array(x.length);
  for (let s = 0; s < x.length / 3; s++) {
    const v = matrixVector3(action.rotation, x[3 * s], x[3 * s + 1], x[3 * s + 2]);
    for (let k = 0; k < 3; k++) out[3 * action.siteImage[s] + k] = v[k] - action.cellImage[3 * s + k];
  }
  return out;
}

function centroid(x: Float64Array): [number, number, number] {
  const c: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) c[i % 3] += x[i];
  const n = x.length / 3;
  return [c[0] / n, c[1] / n, c[2] / n];
}

function refuseLargeChange(before: Crystal, after: Crystal, tolerance: number): void {
  const strain = largestDifference(before.lattice, after.lattice);
  const shift =
    largestDifference(before.positions, after.positions) *
    Math.sqrt(Math.max(...after.lattice.map((v) => v * v)));
  if (!(strain < 10 * tolerance && shift < 10 * tolerance)) {
    throw inconsistent(
      `symmetrisation would move the lattice by ${strain.toExponential(1)} Å and sites by ${shift.toExponential(1)} Å`,
    );
  }
}

function operationOf(crystal: Crystal, action: Action): SpaceGroupOperation {
  const { lattice: l, positions: x } = crystal;
  const images = imagesWithoutTranslation(x, action);
  const w = centroid(x).map((c, k) => c - centroid(images)[k]);
  // The translation's own whole cells belong to the cell images; w lies in [0, 1).
  const whole = w.map((v) => Math.floor(v + 1e-9));
  const translation = Float64Array.from(w, (v, k) => snap(v - whole[k]));
  const lt = transpose3(l);
  const rotation = nearestOrthogonal3(multiply3(multiply3(lt, action.rotation), inverse3(lt))).map(snap);
  return {
    fractionalRotation: action.rotation,
    rotation,
    translation,
    siteImage: action.siteImage,
    cellImage: action.cellImage.map((v, i) => v - whole[i % 3]),
  };
}

/** Exact 0, ±1/2 and ±1 where rounding left them within 1e-12: signed permutations are then exact. */
function snap(v: number): number {
  const half = Math.round(2 * v) / 2;
  return Math.abs(v - half) < 1e-12 ? half + 0 : v;
}

function inconsistent(what: string): FailureError {
  return new FailureError(
    `The space group found is not consistent with the crystal: ${what}`,
    'choose a smaller symmetry tolerance, or give a crystal whose positions carry more digits',
  );
}
