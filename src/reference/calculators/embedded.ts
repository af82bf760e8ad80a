import { inputError } from '../../errors.js';
import type { Calculator, Potential, ReferenceStructure } from '../types.js';

/** A potential that runs inside this program, as a calculator. `create` throws `InputError` for species it does not know. */
export function embeddedCalculator(
  name: string,
  identity: unknown,
  create: (lattice: Float64Array, species: readonly string[]) => Potential,
): Calculator {
  let last: { readonly structure: ReferenceStructure; readonly potential: Potential } | undefined;
  const potentialFor = (structure: ReferenceStructure): Potential => {
    if (last === undefined || !sameCell(last.structure, structure)) {
      last = { structure, potential: create(structure.lattice, structure.species) };
    }
    return last.potential;
  };
  return {
    name,
    identity,
    async evaluate(structure, { signal }) {
      signal.throwIfAborted();
      requireFinite(structure.positions);
      const started = performance.now();
      const forces = new Float64Array(structure.positions.length);
      const energy = potentialFor(structure).evaluate(structure.positions, forces);
      const seconds = (performance.now() - started) / 1e3;
      return { energy, forces, converged: true, program: `${name} (built in)`, seconds };
    },
  };
}

function sameCell(a: ReferenceStructure, b: ReferenceStructure): boolean {
  return (
    a.species.length === b.species.length &&
    a.species.every((s, i) => s === b.species[i]) &&
    a.lattice.every((x, i) => x === b.lattice[i])
  );
}

function requireFinite(positions: Float64Array): void {
  const bad = positions.findIndex((x) => !Number.isFinite(x));
  if (bad < 0) return;
  throw inputError({
    field: `positions of atom ${Math.floor(bad / 3) + 1}`,
    message: 'not a finite number',
    got: String(positions[bad]),
  });
}
