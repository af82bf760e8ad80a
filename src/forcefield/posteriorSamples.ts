import { solveLowerTransposed } from '../numerics/dense/triangular.js';
import { createNormals } from '../numerics/random/normals.js';
import { STREAM } from '../numerics/random/streams.js';
import type { ForceField } from './forceField.js';

/**
 * Samples φ′ = m̄ + R⁻ᵀz of a force field's posterior, [P] each; none where it has no error bar (least squares). A sample
 * depends on nothing but seed and number.
 */
export function posteriorSamples(
  { parameters, precisionFactor }: Pick<ForceField, 'parameters' | 'precisionFactor'>,
  count: number,
  seed: number | string,
): readonly Float64Array[] {
  if (precisionFactor === undefined) return [];
  const normals = createNormals(seed);
  return Array.from({ length: count }, (_, number) => {
    const sample = new Float64Array(parameters.length);
    normals.fill(STREAM.posteriorSamples, number, 0, sample);
    solveLowerTransposed(precisionFactor, parameters.length, sample);
    for (let i = 0; i < sample.length; i++) sample[i] += parameters[i];
    return sample;
  });
}
