import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.js';
import type { CalculatorContext } from '../../src/reference/catalogue.js';
import { ReferenceFailure } from '../../src/reference/failures.js';
import { checkLabel } from '../../src/reference/gate.js';
import type { Calculator, ReferenceResult, ReferenceStructure } from '../../src/reference/types.js';
import { largestDifference } from '../reference/fixture.js';

/** A calculator under test and the atoms that it is tried on. */
export interface CalculatorSubject {
  readonly name: string;
  create(context: CalculatorContext): Calculator;
  /** Displaced atoms, at least 4, with forces of the order of 1 eV/Å. */
  readonly structure: ReferenceStructure;
  /** Species that it does not describe. */
  readonly unknownSpecies: string;
  /** Noise of its forces, eV/Å, and of its energy, eV; from one run to the next there is none where `again` does not say so. */
  readonly noise: { readonly forces: number; readonly energy: number; readonly again?: number };
}

/** What every reference code must do, whichever it is. */
export function calculatorConformance({
  name,
  create,
  structure,
  unknownSpecies,
  noise,
}: CalculatorSubject): void {
  describe(`${name}: laws of a calculator`, () => {
    const { lattice, species, positions } = structure;
    let root: string;
    beforeAll(async () => {
      root = await mkdtemp(join(tmpdir(), 'anharmony-calculator-'));
    });
    afterAll(() => rm(root, { recursive: true }));

    const evaluate = async (
      at: ReferenceStructure,
      signal = new AbortController().signal,
    ): Promise<ReferenceResult> => {
      const scratch = await mkdtemp(join(root, 'scratch-'));
      return calculator().evaluate(at, { signal, scratch });
    };
    let first: Promise<ReferenceResult> | undefined;
    // Programs take their time to start: what is compared with is computed once.
    const here = (): Promise<ReferenceResult> => (first ??= evaluate(structure));
    const calculator = (): Calculator => create({ lattice, species, folder: root });

    it('gives a label that passes the gate, and says which program gave it', async () => {
      const result = await here();
      expect(checkLabel(structure, result)).toMatchObject({ accepted: true });
      expect(result.program).not.toBe('');
      expect(result.seconds).toBeGreaterThanOrEqual(0);
    });

    it('gives the same numbers again', async () => {
      const [a, b] = [await here(), await evaluate(structure)];
      expect(largestDifference(b.forces, a.forces)).toBeLessThanOrEqual(noise.again ?? 0);
      expect(Math.abs(b.energy - a.energy)).toBeLessThanOrEqual(noise.again ?? 0);
    });

    it('gives eV/Å: forces are minus the slope of its energy', async () => {
      const { forces } = await here();
      const step = 1e-3;
      const energyAt = async (shift: number): Promise<number> => {
        const moved = positions.slice();
        moved[4] += shift;
        return (await evaluate({ ...structure, positions: moved })).energy;
      };
      const slope = ((await energyAt(step)) - (await energyAt(-step))) / (2 * step);
      expect(Math.abs(forces[4] + slope)).toBeLessThan(1e-3 * Math.abs(slope) + noise.energy / step);
      expect(Math.abs(forces[4])).toBeGreaterThan(0.01);
    });

    it('keeps the order of the atoms', async () => {
      const order = species.map((_, i) => (i + 3) % species.length).reverse();
      const pick = (v: Float64Array): Float64Array =>
        Float64Array.from(order.flatMap((i) => [v[3 * i], v[3 * i + 1], v[3 * i + 2]]));
      const permuted = { lattice, species: order.map((i) => species[i]), positions: pick(positions) };
      const there = await evaluate(permuted);
      expect(largestDifference(there.forces, pick((await here()).forces))).toBeLessThan(noise.forces);
    });

    it('does not see a translation, nor which periodic image an atom is', async () => {
      const shifted = positions.map(
        (x, i) => x + [0.31, -0.17, 0.05][i % 3] + (i < 3 ? lattice[i] - lattice[6 + i] : 0),
      );
      const there = await evaluate({ ...structure, positions: shifted });
      expect(largestDifference(there.forces, (await here()).forces)).toBeLessThan(noise.forces);
    });

    it('stops when told to, with the reason given', async () => {
      const controller = new AbortController();
      const reason = new Error('the campaign was cancelled');
      controller.abort(reason);
      await expect(evaluate(structure, controller.signal)).rejects.toBe(reason);
    });

    it('refuses species that it does not describe', async () => {
      const strange = { ...structure, species: [unknownSpecies, ...species.slice(1)] };
      const failure = await evaluate(strange).catch((error: unknown) => error);
      expect(failure instanceof InputError || failure instanceof ReferenceFailure).toBe(true);
    });

    it('has an identity that is plain JSON and does not change', () => {
      const { identity } = calculator();
      expect(JSON.parse(JSON.stringify(identity))).toEqual(identity);
      expect(calculator().identity).toEqual(identity);
    });
  });
}
