import { describe, expect, it } from 'vitest';
import type { Crystal } from '../../src/crystal/structure.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import type { RotationalRule } from '../../src/expansion/cutoffs.js';
import { expandForceConstants } from '../../src/expansion/forceConstants.js';
import * as crystals from './crystals.js';
import { randomNumbers } from './random.js';

const TILT = [0.83, 0.21, -0.44, 0.27] as const;

/** Largest residuals of both rules, from the force constants of all pairs. */
function residuals(crystal: Crystal, cutoff: number, rotational: readonly RotationalRule[]) {
  const space = buildClusterSpace(crystals.exhaustiveSymmetry(crystal), { 2: cutoff }, { rotational });
  const [order] = expandForceConstants(space, randomNumbers(space.parameters, 3));
  const { lattice: l, positions: f } = crystal;
  const place = (k: number): readonly number[] => {
    const x = [0, 1, 2].map((i) => f[3 * order.sites[k] + i] + order.cells[3 * k + i]);
    return [0, 1, 2].map((i) => x[0] * l[i] + x[1] * l[3 + i] + x[2] * l[6 + i]);
  };
  const bornHuang = new Float64Array(27 * crystal.species.length);
  const huang = new Float64Array(81);
  for (let c = 0; c < order.count; c++) {
    const [p, q] = [place(2 * c), place(2 * c + 1)];
    for (const turn of [0, 1]) {
      const i = order.sites[2 * c + turn];
      const r = [0, 1, 2].map((x) => (q[x] - p[x]) * (turn === 0 ? 1 : -1));
      if (Math.hypot(...r) < 1e-9) continue;
      for (let a = 0; a < 3; a++) {
        for (let b = 0; b < 3; b++) {
          const phi = order.tensors[9 * c + (turn === 0 ? 3 * a + b : 3 * b + a)];
          for (let k = 0; k < 3; k++) {
            bornHuang[27 * i + 9 * a + 3 * b + k] += phi * r[k];
            bornHuang[27 * i + 9 * a + 3 * k + b] -= phi * r[k];
            for (let d = 0; d < 3; d++) {
              huang[27 * a + 9 * b + 3 * k + d] += phi * r[k] * r[d];
              huang[27 * k + 9 * d + 3 * a + b] -= phi * r[k] * r[d];
            }
          }
        }
      }
    }
  }
  const largest = (x: Float64Array): number => Math.max(...x.map(Math.abs));
  return { parameters: space.parameters, bornHuang: largest(bornHuang), huang: largest(huang) };
}

describe('rotational sum rules of order 2', () => {
  it.each([
    ['tin selenide', crystals.tinSelenide, 4.5],
    ['tin selenide, turned in space', crystals.turned(crystals.tinSelenide, TILT), 4.5],
    ['wurtzite', crystals.wurtzite, 4],
    ['triclinic', crystals.triclinic, 6],
  ] as const)('%s: both residuals vanish with the rules and do not without', (_, crystal, cutoff) => {
    const without = residuals(crystal, cutoff, []);
    const born = residuals(crystal, cutoff, ['born-huang']);
    const both = residuals(crystal, cutoff, ['born-huang', 'huang']);
    expect(without.bornHuang).toBeGreaterThan(1e-2);
    expect(without.huang).toBeGreaterThan(1e-2);
    expect(born.bornHuang).toBeLessThan(1e-10);
    expect(both.bornHuang).toBeLessThan(1e-10);
    expect(both.huang).toBeLessThan(1e-9);
    expect(born.parameters).toBeLessThan(without.parameters);
    expect(both.parameters).toBeLessThan(born.parameters);
  });

  it('leave a cubic crystal with inversion at every site as it was: symmetry fulfils them', () => {
    const without = residuals(crystals.nickel, 5, []);
    expect(without.bornHuang).toBeLessThan(1e-10);
    expect(residuals(crystals.nickel, 5, ['born-huang']).parameters).toBe(without.parameters);
    expect(residuals(crystals.nickel, 5, ['born-huang', 'huang']).parameters).toBe(without.parameters);
  });
});
