import { readFileSync } from 'node:fs';

/** Displaced atoms and what an independent program says of them; `source` and `script` say how it was made. */
export interface ForceFixture {
  readonly source: string;
  readonly script: string;
  readonly lattice: Float64Array;
  readonly species: readonly string[];
  readonly positions: Float64Array;
  readonly energy: number;
  readonly forces: Float64Array;
}

export function readFixture(name: string): ForceFixture {
  const text = readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8');
  const raw = JSON.parse(text) as Record<'lattice' | 'positions' | 'forces', number[]> &
    Pick<ForceFixture, 'source' | 'script' | 'species' | 'energy'>;
  return {
    ...raw,
    lattice: Float64Array.from(raw.lattice),
    positions: Float64Array.from(raw.positions),
    forces: Float64Array.from(raw.forces),
  };
}

/** Largest |a − b|. */
export function largestDifference(a: Float64Array, b: Float64Array): number {
  let out = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) out = Math.max(out, Math.abs(a[i] - b[i]));
  return out;
}

/** Diamond (8 atoms a cube) or face-centred cubic (4): Cartesian positions, Å, of n×n×n cubes of edge a. */
export function cubicCrystal(
  kind: 'diamond' | 'fcc',
  a: number,
  n: number,
): { lattice: Float64Array; positions: Float64Array } {
  const face = [0, 0, 0, 0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0];
  const basis = kind === 'fcc' ? face : [...face, ...face.map((x) => x + 0.25)];
  const positions: number[] = [];
  for (let x = 0; x < n; x++)
    for (let y = 0; y < n; y++)
      for (let z = 0; z < n; z++)
        for (let s = 0; s < basis.length; s += 3)
          positions.push((basis[s] + x) * a, (basis[s + 1] + y) * a, (basis[s + 2] + z) * a);
  return {
    lattice: Float64Array.of(n * a, 0, 0, 0, n * a, 0, 0, 0, n * a),
    positions: Float64Array.from(positions),
  };
}

/** Deterministic numbers in [−1, 1] for displacements in tests (Lehmer's generator, minimal standard). */
export function noise(count: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return (2 * state) / 2147483647 - 1;
  });
}
