import { decodeFrame, encodeFrame, float64Of } from '../../numerics/frame.js';
import type { Ref, Store } from '../types.js';

const FORMAT = 'anharmony-test-set';

/** Structures with reference forces on which nothing is decided. */
export interface TestSet {
  readonly frames: number;
  /** [frames · 3·atoms] Å */
  readonly displacements: Float64Array;
  /** [frames · 3·atoms] eV/Å, the ideal supercell's not subtracted. */
  readonly forces: Float64Array;
}

export function putTestSet(store: Store, set: TestSet): Promise<Ref> {
  const { frames, displacements, forces } = set;
  return store.put('test-set', encodeFrame(FORMAT, 1, { frames }, { displacements, forces }));
}

export async function getTestSet(store: Store, ref: Ref): Promise<TestSet> {
  const frame = decodeFrame(await store.get(ref), FORMAT, 1);
  return {
    frames: (frame.header as { frames: number }).frames,
    displacements: float64Of(frame, 'displacements'),
    forces: float64Of(frame, 'forces'),
  };
}
