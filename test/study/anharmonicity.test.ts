import { describe, expect, it } from 'vitest';
import type { ForceFunction } from '../../src/md/types.js';
import { anharmonicityOf } from '../../src/study/anharmonicity.js';

/** Each component by itself: f = −k u − c u³, plus a force at rest that is none of the anharmonicity's business. */
const oscillators =
  (k: number, c: number): ForceFunction =>
  (u, forces) => {
    for (let i = 0; i < u.length; i++) forces[i] = -k * u[i] - c * u[i] * u[i] * u[i];
    return 0;
  };
const u = Float64Array.of(0.1, -0.2, 0.05, 0.3, 0, -0.15);

function sigma(k: number, c: number, components = 3): number {
  const forces = new Float64Array(u.length);
  oscillators(k, c)(u, forces);
  return anharmonicityOf(oscillators(k, c), u, forces, components);
}

describe('σ_A of a potential', () => {
  it('vanishes where forces are linear', () => {
    expect(sigma(2, 0)).toBeLessThan(1e-12);
  });

  it('is one where there is nothing harmonic', () => {
    expect(sigma(0, 3)).toBeCloseTo(1, 4);
  });

  it('is the ratio of what the harmonic part leaves to all', () => {
    const rest = u.reduce((sum, x) => sum + 9 * x * x * x * x * x * x, 0);
    const all = u.reduce((sum, x) => sum + (2 * x + 3 * x * x * x) * (2 * x + 3 * x * x * x), 0);
    expect(sigma(2, 3)).toBeCloseTo(Math.sqrt(rest / all), 5);
  });

  it('does not depend on how the components are cut into frames', () => {
    expect(sigma(2, 3, 6)).toBeCloseTo(sigma(2, 3, 3), 5);
  });
});
