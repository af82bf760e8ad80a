import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.js';
import { createGuard } from '../../src/md/guard.js';

const masses = Float64Array.of(10, 30);
const guard = createGuard({ masses, nearestNeighbour: 2, temperature: 300 });

describe('the blow-up guard', () => {
  it('lets a healthy state pass', () => {
    expect(guard.check(Float64Array.of(0.5, 0, 0, 0, 0, 0), 899, -1, 0)).toBeUndefined();
  });

  it('trips on a displacement beyond 0.45 of the nearest-neighbour distance, naming the atom', () => {
    const wreck = guard.check(Float64Array.of(-0.1, 0, 0, 1.05, 0, 0), 300, 0, 0);
    expect(wreck).toBeUndefined();
    const beyond = guard.check(Float64Array.of(1.3, 0, 0, 0, 0, 0), 300, 0, 0);
    expect(beyond?.cause).toBe('displacement');
    expect(beyond?.detail).toContain('atom 0 is 0.975 Å');
  });

  it('measures displacements from their centre of mass', () => {
    expect(guard.check(Float64Array.of(5, 5, 5, 5, 5, 5), 300, 0, 0)).toBeUndefined();
  });

  it('trips on three times the target temperature, and not without a target', () => {
    expect(guard.check(new Float64Array(6), 901, 0, 0)?.cause).toBe('temperature');
    expect(
      createGuard({ masses, nearestNeighbour: 2 }).check(new Float64Array(6), 1e6, 0, 0),
    ).toBeUndefined();
  });

  it.each([
    [Float64Array.of(0, 0, 0, 0, Number.NaN, 0), 300, 0],
    [Float64Array.of(Number.NaN, 0, 0, 0, 0, 0), 300, 0],
    [Float64Array.of(Number.POSITIVE_INFINITY, 0, 0, 0, 0, 0), 300, 0],
    [new Float64Array(6), Number.NaN, 0],
    [new Float64Array(6), 300, Number.NEGATIVE_INFINITY],
  ])('trips on numbers that are not finite', (u, temperature, energy) => {
    expect(guard.check(u, temperature, energy, 0)?.cause).toBe('non-finite');
  });

  it('refuses a crystal without neighbours', () => {
    expect(() => createGuard({ masses, nearestNeighbour: 0 })).toThrow(InputError);
  });
});
