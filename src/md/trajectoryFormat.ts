import {
  decodeFrame,
  encodeFrame,
  type FrameArray,
  FrameError,
  float64Of,
  int32Of,
} from '../numerics/frame.js';

/**
 * The compact binary trajectory (docs/trajectory-format.md): one frame (numerics/frame.ts) that says what moves, then frames
 * of a few dozen MD frames each. Every one carries its own length: a file can be read as it grows, and a last one that is cut
 * off costs only itself.
 */
const HEADER = 'anharmony-trajectory';
const CHUNK = 'anharmony-trajectory-chunk';
const VERSION = 1;
/** Bytes in front of a frame that say how long it is (numerics/frame.ts). */
const LENGTH_OFFSET = 8;
const PREFIX = 24;

export interface TrajectoryHeader {
  /** Chemical symbols by atom. */
  readonly species: readonly string[];
  /** [9] rows are the lattice vectors, Å. */
  readonly lattice: Float64Array;
  /** [3·atoms] Cartesian positions of the ideal sites, Å. */
  readonly sites: Float64Array;
  /** [atoms] amu */
  readonly masses: Float64Array;
  /** fs */
  readonly timestep: number;
}

/** Consecutive frames; displacements, velocities and forces as float32, [frames · 3·atoms]. */
export interface TrajectoryChunk {
  /** [frames] MD steps. */
  readonly steps: Int32Array;
  /** [frames] eV, relative to the ideal supercell. */
  readonly potentialEnergies: Float64Array;
  /** [frames] K */
  readonly temperatures: Float64Array;
  /** [frames] ε_B, eV/Å; NaN without a posterior. */
  readonly errors: Float64Array;
  /** Å, from the ideal sites, never wrapped. */
  readonly displacements: Float32Array;
  /** Å/fs */
  readonly velocities: Float32Array;
  /** eV/Å */
  readonly forces: Float32Array;
}

export function encodeTrajectoryHeader(header: TrajectoryHeader): Uint8Array {
  const { species, timestep, lattice, sites, masses } = header;
  return encodeFrame(HEADER, VERSION, { species, timestep }, { lattice, sites, masses });
}

export function encodeTrajectoryChunk(chunk: TrajectoryChunk): Uint8Array {
  return encodeFrame(CHUNK, VERSION, {}, { ...chunk });
}

/** Reads a trajectory. A last chunk that is cut off is left out; anything else that is wrong throws `FrameError`. */
export function decodeTrajectory(bytes: Uint8Array): {
  readonly header: TrajectoryHeader;
  readonly chunks: readonly TrajectoryChunk[];
} {
  const [first, ...rest] = pieces(bytes);
  if (first === undefined) throw new FrameError('truncated', 'the trajectory has not even a whole header');
  return { header: headerFrom(first), chunks: rest.map(chunkFrom) };
}

/** The frames in a row of them, the last only where it is whole. */
function pieces(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Uint8Array[] = [];
  for (let offset = 0; offset + PREFIX <= bytes.length; ) {
    const length = Number(view.getBigUint64(offset + LENGTH_OFFSET, true));
    if (length < PREFIX) throw new FrameError('malformed', `trajectory: no frame at byte ${offset}`);
    if (offset + length > bytes.length) break;
    found.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  return found;
}

function headerFrom(bytes: Uint8Array): TrajectoryHeader {
  const frame = decodeFrame(bytes, HEADER, VERSION);
  const { species, timestep } = frame.header as Pick<TrajectoryHeader, 'species' | 'timestep'>;
  const lattice = float64Of(frame, 'lattice');
  return { species, timestep, lattice, sites: float64Of(frame, 'sites'), masses: float64Of(frame, 'masses') };
}

function chunkFrom(bytes: Uint8Array): TrajectoryChunk {
  const frame = decodeFrame(bytes, CHUNK, VERSION);
  const float32 = (name: string): Float32Array => {
    const array: FrameArray | undefined = frame.arrays[name];
    if (array instanceof Float32Array) return array;
    throw new FrameError('missing-array', `the trajectory has no float32 array ${name}`);
  };
  return {
    steps: int32Of(frame, 'steps'),
    potentialEnergies: float64Of(frame, 'potentialEnergies'),
    temperatures: float64Of(frame, 'temperatures'),
    errors: float64Of(frame, 'errors'),
    displacements: float32('displacements'),
    velocities: float32('velocities'),
    forces: float32('forces'),
  };
}
