import { FailureError } from '../errors.js';
import { largestDifference, matrixVector3, multiply3, transpose3 } from '../numerics/matrix3.js';
import type { Crystal } from './structure.js';
import type { SpaceGroupOperation } from './types.js';

/** Largest residual of an exact symmetry, fractional or relative: rounding of sums over 48 operations. */
const ROUNDING = 1e-10;

/**
 * Proves that operations are the cosets of a space group that acts on the crystal: metric and sites are invariant, rotations
 * orthogonal, and products of operations are operations, with consistent permutations and lattice translations of the sites.
 * @throws FailureError naming what does not hold
 */
export function verifyGroup(crystal: Crystal, operations: readonly SpaceGroupOperation[]): void {
  const index = new Map(operations.map((o, i) => [o.fractionalRotation.join(), i]));
  if (index.size !== operations.length)
    throw broken('two operations share a rotation although the cell is primitive');
  if (!operations[0]?.fractionalRotation.every((v, i) => v === (i % 4 === 0 ? 1 : 0)))
    throw broken('the identity is not first');
  for (const o of operations) verifyOperation(crystal, o);
  for (const g of operations) {
    for (const h of operations) {
      const product = index.get(
        multiply3(g.fractionalRotation, h.fractionalRotation)
          .map((v) => v + 0)
          .join(),
      );
      if (product === undefined) throw broken('the product of two operations is missing');
      verifyProduct(g, h, operations[product]);
    }
  }
}

function verifyOperation(crystal: Crystal, o: SpaceGroupOperation): void {
  const { lattice: l, positions: x, species } = crystal;
  const metric = multiply3(l, transpose3(l));
  const turned = multiply3(multiply3(transpose3(o.fractionalRotation), metric), o.fractionalRotation);
  const scale = metric[0] + metric[4] + metric[8];
  if (!(largestDifference(turned, metric) < ROUNDING * scale)) throw broken('the metric is not invariant');
  const lt = transpose3(l);
  const byLattice = multiply3(lt, o.fractionalRotation);
  if (!(largestDifference(multiply3(o.rotation, lt), byLattice) < ROUNDING * Math.sqrt(scale))) {
    throw broken('a Cartesian rotation differs from its fractional one');
  }
  if (new Set(o.siteImage).size !== species.length) throw broken('two sites share an image');
  for (let s = 0; s < species.length; s++) {
    const t = o.siteImage[s];
    const image = matrixVector3(o.fractionalRotation, x[3 * s], x[3 * s + 1], x[3 * s + 2]);
    const off = image.map((v, k) => Math.abs(v + o.translation[k] - x[3 * t + k] - o.cellImage[3 * s + k]));
    if (species[t] !== species[s] || !off.every((v) => v < ROUNDING))
      throw broken(`site ${s + 1} is not mapped onto a site`);
  }
}

/** g(h(s)) may differ from (gh)(s) by one lattice translation, the same for all sites. */
function verifyProduct(g: SpaceGroupOperation, h: SpaceGroupOperation, gh: SpaceGroupOperation): void {
  let shift: string | undefined;
  for (let s = 0; s < gh.siteImage.length; s++) {
    const t = h.siteImage[s];
    if (g.siteImage[t] !== gh.siteImage[s])
      throw broken('permutations of the sites do not multiply like the operations');
    const c = h.cellImage.subarray(3 * s, 3 * s + 3);
    const cell = matrixVector3(g.fractionalRotation, c[0], c[1], c[2]);
    const difference = cell.map((v, k) => v + g.cellImage[3 * t + k] - gh.cellImage[3 * s + k] + 0).join();
    if (shift !== undefined && difference !== shift)
      throw broken('lattice translations of the sites do not multiply like the operations');
    shift = difference;
  }
}

function broken(what: string): FailureError {
  return new FailureError(
    `The operations found are not a space group of the crystal: ${what}`,
    'choose another symmetry tolerance, or give a crystal whose positions carry more digits',
  );
}
