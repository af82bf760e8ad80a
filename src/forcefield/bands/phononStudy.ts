import type { ClusterSpace } from '../../expansion/types.js';
import { commensuratePoints } from '../commensurate.js';
import type { ForceField } from '../forceField.js';
import { harmonicCrystal } from '../harmonic.js';
import { posteriorSamples } from '../posteriorSamples.js';
import type { BandPath } from './bandPath.js';
import { type DensityOfStates, densityOfStates } from './density.js';
import { irreducibleMesh } from './mesh.js';
import { type PathPiece, pathPoints } from './pathPoints.js';
import { type FrequencyTable, frequenciesAt, spreadOf } from './spread.js';
import { type Stability, stabilityOf } from './stability.js';

export interface PhononSettings {
  readonly path: BandPath;
  /** About how many points the path is divided into. */
  readonly points: number;
  /** Divisions of the mesh. */
  readonly mesh: readonly [number, number, number];
  /** Samples of the posterior. */
  readonly samples: number;
  readonly seed: number | string;
}

/** The phonons of a force field, with their error. */
export interface PhononStudy {
  /** Pieces of the path, each with its frequencies. */
  readonly bands: readonly { readonly piece: PathPiece; readonly table: FrequencyTable }[];
  readonly density: DensityOfStates;
  readonly mesh: { readonly divisions: readonly number[]; readonly irreducible: number };
  readonly stability: Stability;
}

/**
 * Bands along a path, density of states on a mesh, and the verdict on stability: over the points of the path, those
 * that the training supercell holds (which is what the data determine), and the mesh's lowest.
 */
export function phononStudy(field: ForceField, space: ClusterSpace, settings: PhononSettings): PhononStudy {
  const { primitive } = field;
  const mean = harmonicCrystal(space, field.parameters);
  const samples = posteriorSamples(field, settings.samples, settings.seed).map((phi) =>
    harmonicCrystal(space, phi),
  );
  const pieces = pathPoints(primitive.crystal.lattice, settings.path, settings.points);
  const mesh = irreducibleMesh(primitive, settings.mesh);
  const onMesh = frequenciesAt(mean, mesh.q);
  const path = pieces.flatMap((piece) => [...piece.q]);
  const judged = Float64Array.from([
    ...path,
    ...commensurateOf(field.supercell),
    ...lowestOf(mesh.q, onMesh),
  ]);
  const ofMean = frequenciesAt(mean, judged);
  const ofSamples = samples.map((sample) => frequenciesAt(sample, judged));
  const branches = 3 * primitive.masses.length;
  let first = 0;
  const bands = pieces.map((piece) => {
    const from = first * branches;
    first += piece.distance.length;
    const part = (table: Float64Array): Float64Array => table.slice(from, first * branches);
    const table = { branches, frequencies: part(ofMean), spread: spreadOf(ofSamples.map(part)) };
    return { piece, table };
  });
  return {
    bands,
    density: densityOfStates(onMesh, mesh.weights),
    mesh: { divisions: mesh.divisions, irreducible: mesh.weights.length },
    stability: stabilityOf(judged, ofMean, ofSamples),
  };
}

/** One q of each pair ±q that fits the supercell. */
function commensurateOf(supercell: Int32Array): readonly number[] {
  const { denominator, numerators, opposite } = commensuratePoints(supercell);
  const all = Array.from({ length: denominator }, (_, i) => i).filter((i) => opposite[i] >= i);
  return all.flatMap((i) => [0, 1, 2].map((c) => numerators[3 * i + c] / denominator));
}

/** The mesh point with the lowest frequency, Γ apart. */
function lowestOf(q: Float64Array, frequencies: Float64Array): readonly number[] {
  const points = q.length / 3;
  const branches = frequencies.length / points;
  let lowest = 0;
  for (let p = 1; p < points; p++) {
    if (lowest === 0 || frequencies[p * branches] < frequencies[lowest * branches]) lowest = p;
  }
  return [...q.subarray(3 * lowest, 3 * lowest + 3)];
}
