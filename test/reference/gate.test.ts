import { describe, expect, it } from 'vitest';
import { checkLabel, checkStructure } from '../../src/reference/gate.js';
import type { ReferenceResult, ReferenceStructure } from '../../src/reference/types.js';
import { readFixture } from './fixture.js';

const { lattice, species, positions, energy, forces } = readFixture('silicon8');
const structure: ReferenceStructure = { lattice, species, positions };
const good: ReferenceResult = { energy, forces, converged: true, program: 'LAMMPS', seconds: 0 };
const limits = { netForce: 0.01, minimumDistance: 0.7, largestForce: 100 };

function withForce(index: number, value: number): ReferenceResult {
  const changed = forces.slice();
  changed[index] = value;
  return { ...good, forces: changed };
}

describe('label gate', () => {
  it('accepts a sound label and records its net force', () => {
    const verdict = checkLabel(structure, good, limits);
    expect(verdict.accepted && verdict.netForce).toBeLessThan(1e-12);
    expect(checkLabel(structure, { ...good, energy: Number.NaN }, limits).accepted).toBe(true);
  });

  it.each([
    ['not converged', { ...good, converged: false }, 'converged'],
    ['a force too few', { ...good, forces: forces.subarray(3) }, 'count'],
    ['a NaN', withForce(5, Number.NaN), 'finite'],
    ['an infinite force', withForce(5, Number.POSITIVE_INFINITY), 'finite'],
    ['an infinite energy', { ...good, energy: Number.NEGATIVE_INFINITY }, 'finite'],
    ['forces of 4e6 meV/Å (ABINIT, atoms 0.17 Å apart)', withForce(5, 4000), 'force'],
    ['forces that do not add up', withForce(5, forces[5] + 0.1), 'net-force'],
  ] as const)('rejects %s', (_, result, rule) => {
    expect(checkLabel(structure, result, limits)).toMatchObject({ accepted: false, rule });
  });

  it('measures distances through the faces of the cell', () => {
    const near = positions.slice();
    near.set([0.1, 0.1, 0.1], 0);
    near.set([0.1, 0.1, lattice[8] - 0.2], 3);
    const verdict = checkStructure({ ...structure, positions: near }, limits);
    expect(verdict).toMatchObject({ rule: 'distance', limit: 0.7 });
    expect(verdict?.measured).toBeCloseTo(0.3, 12);
    expect(verdict?.reason).toContain('atoms 1 and 2');
    expect(checkStructure(structure, limits)).toBeUndefined();
  });

  it('says what was measured against which limit', () => {
    const verdict = checkLabel(structure, withForce(5, forces[5] + 0.8), limits);
    expect(verdict).toMatchObject({ rule: 'net-force', limit: 0.01 });
    expect(!verdict.accepted && verdict.measured).toBeCloseTo(0.1, 12);
  });
});
