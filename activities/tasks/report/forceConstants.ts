import type { Orbit } from '../../../src/expansion/types.js';
import type { ForceField } from '../../../src/forcefield/forceField.js';
import { posteriorSamples } from '../../../src/forcefield/posteriorSamples.js';
import type { SparseMatrix } from '../../../src/numerics/sparse.js';
import type { ForceConstantNorm } from '../../../src/report/types.js';
import type { CampaignContext } from '../context.js';

/** Samples of the posterior that give the norms' standard deviations. */
const SAMPLES = 32;

/** Frobenius norm of each cluster orbit's force constants with its posterior standard deviation. */
export function forceConstantNorms(
  { space, settings }: CampaignContext,
  field: ForceField,
): ForceConstantNorm[] {
  const norms = orbitNorms(field.parameters);
  const samples = posteriorSamples(field, SAMPLES, settings.seed).map(orbitNorms);
  return norms.map((norm, k) => ({ ...norm, deviation: deviationOf(samples.map((s) => s[k].norm)) }));

  function orbitNorms(phi: Float64Array): Omit<ForceConstantNorm, 'deviation'>[] {
    let first = 0;
    return space.orders.flatMap(({ order, orbits, nullSpace, parameters: count }) => {
      const raw = multiply(nullSpace, phi.subarray(first, first + count));
      first += count;
      return orbits
        .filter((orbit) => orbit.eigentensors.columns > 0)
        .map((orbit) => ({
          order,
          size: orbit.size,
          norm: normOf(orbit, raw),
          cluster: clusterLabel(orbit, space.primitive.crystal.species),
        }));
    });
  }
}

/** |Φ| of the representative: raw coordinates are orthonormal over all ordered site tuples of the orbit. */
function normOf({ firstCoordinate, eigentensors, multiplicity }: Orbit, raw: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < eigentensors.columns; k++) sum += raw[firstCoordinate + k] * raw[firstCoordinate + k];
  return Math.sqrt(sum / multiplicity);
}

function multiply(
  { rows, columns, columnStart, rowIndex, values }: SparseMatrix,
  x: Float64Array,
): Float64Array {
  const y = new Float64Array(rows);
  for (let c = 0; c < columns; c++) {
    for (let e = columnStart[c]; e < columnStart[c + 1]; e++) y[rowIndex[e]] += values[e] * x[c];
  }
  return y;
}

function deviationOf(samples: readonly number[]): number | null {
  if (samples.length < 2) return null;
  const mean = samples.reduce((a, b) => a + b, 0) / samples.length;
  return Math.sqrt(samples.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / (samples.length - 1));
}

function clusterLabel({ sites }: Orbit, species: readonly string[]): string {
  return [...sites].map((site) => species[site]).join('–');
}
