import type { Crystal } from '../../crystal/structure.js';
import { FailureError } from '../../errors.js';
import {
  determinant3,
  inverse3,
  largestDifference,
  matrixVector3,
  multiply3,
} from '../../numerics/matrix3.js';
import { PATH_TABLES, type PathTable } from './pathTables.js';
import { type StandardLattice, standardLattice } from './standardLattice.js';

/** A wave vector with a name. */
export interface NamedPoint {
  readonly label: string;
  /** [3] fractional, in reciprocal vectors of the crystal's own primitive cell. */
  readonly q: readonly number[];
}

/** A path through the Brillouin zone: unbroken pieces, each a list of points joined by straight lines. */
export interface BandPath {
  /** Name of the table (extended Bravais symbol of Hinuma et al.). */
  readonly table: string;
  readonly pieces: readonly (readonly NamedPoint[])[];
}

/** The conventional path of a primitive crystal (pathTables.ts), for whatever cell and orientation it is given in. */
export function bandPath(crystal: Crystal): BandPath {
  const standard = standardLattice(crystal);
  const table: PathTable = PATH_TABLES[standard.table];
  const points = new Map(
    table.points.split(', ').map((text) => {
      const [label, ...coordinates] = text.split(' ');
      const parameters = table.parameters?.(standard.shape) ?? {};
      return [label, coordinates.map((term) => evaluate(term, parameters))];
    }),
  );
  const change = reciprocalChange(crystal, standard);
  const named = (label: string): NamedPoint => ({ label, q: inOwnBasis(points.get(label)!, change) });
  return {
    table: standard.table,
    pieces: table.path.split(' | ').map((piece) => piece.split(' ').map(named)),
  };
}

/** [9] integers T with a_i = Σ_j T_ij A_j, a the crystal's lattice vectors, A the standard ones: q_i = Σ_j T_ij Q_j. */
function reciprocalChange(crystal: Crystal, { primitive }: StandardLattice): Float64Array {
  const exact = multiply3(crystal.lattice, inverse3(primitive));
  const whole = exact.map((v) => Math.round(v));
  if (Math.abs(determinant3(whole)) === 1 && largestDifference(whole, exact) < 1e-3) return whole;
  throw new FailureError(
    'the crystal’s cell does not span the lattice of its conventional cell',
    'give the path yourself: --path "0 0 0, 1/2 0 1/2"',
  );
}

function inOwnBasis(q: readonly number[], change: Float64Array): readonly number[] {
  // + 0 turns −0 into 0.
  return matrixVector3(change, q[0], q[1], q[2]).map((x) => x + 0);
}

/** `1/2-J`, `-1+P`, `3/8`: a sum of fractions and parameters. */
function evaluate(text: string, parameters: Readonly<Record<string, number>>): number {
  let sum = 0;
  for (const [, sign, term] of text.matchAll(/([+-]?)([A-Z]|\d+(?:\/\d+)?)/g)) {
    const [numerator, denominator = '1'] = term.split('/');
    const value = /^\d/.test(term) ? Number(numerator) / Number(denominator) : parameters[term];
    sum += sign === '-' ? -value : value;
  }
  return sum;
}

/**
 * A path that a person wrote: points `x y z` with an optional label in front, numbers or fractions, separated by commas;
 * `|` starts a new piece. Returns undefined where it cannot be read.
 */
export function parsePath(text: string): BandPath | undefined {
  const pieces = text.split('|').map((piece) =>
    piece.split(',').map((point): NamedPoint | undefined => {
      const tokens = point.trim().split(/\s+/);
      const label = tokens.length === 4 ? tokens[0] : tokens.join(' ');
      const numbers = tokens.slice(-3);
      const known = numbers.every((token) => /^[+-]?(\d+\/[1-9]\d*|\d+\.?\d*|\.\d+)$/.test(token));
      if (!known || tokens.length < 3 || tokens.length > 4) return undefined;
      return { label, q: numbers.map(fraction) };
    }),
  );
  const whole = pieces.every((piece) => piece.length >= 2 && piece.every((point) => point !== undefined));
  return whole ? { table: 'given', pieces: pieces as readonly (readonly NamedPoint[])[] } : undefined;
}

function fraction(token: string): number {
  const [numerator, denominator = '1'] = token.split('/');
  return Number(numerator) / Number(denominator);
}
