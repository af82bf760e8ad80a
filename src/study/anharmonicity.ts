import type { ForceFunction } from '../md/types.js';

/** Å, where forces are linear in displacements and not yet lost in rounding. */
const LARGEST_PROBE = 1e-3;

/**
 * σ_A = sqrt(Σ⟨(F − F⁽²⁾)²⟩ / Σ⟨F²⟩) of a potential (Knoop et al., Phys. Rev. Mater. 4, 083809). The harmonic forces are
 * the potential's own, without any cutoff: F⁽²⁾(u) is the derivative of F at the lattice sites along u, by central differences.
 * `displacements` and `forces`: [frames · 3·atoms], Å and eV/Å.
 */
export function anharmonicityOf(
  force: ForceFunction,
  displacements: Float64Array,
  forces: Float64Array,
  components: number,
): number {
  const up = new Float64Array(components);
  const down = new Float64Array(components);
  let anharmonic = 0;
  let total = 0;
  for (let frame = 0; frame < displacements.length; frame += components) {
    const u = displacements.subarray(frame, frame + components);
    const h = LARGEST_PROBE / u.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    force(
      u.map((value) => h * value),
      up,
    );
    force(
      u.map((value) => -h * value),
      down,
    );
    for (let i = 0; i < components; i++) {
      const rest = forces[frame + i] - (up[i] - down[i]) / (2 * h);
      anharmonic += rest * rest;
      total += forces[frame + i] * forces[frame + i];
    }
  }
  return Math.sqrt(anharmonic / total);
}
