import { decodeFrame, encodeFrame, float64Of } from '../../numerics/frame.js';
import type { Ref, Store } from '../types.js';

const FORMAT = 'anharmony-structure';

/** Stores displacements u ([3·atoms], Å) of a supercell, which the hash of its identity names. */
export function putStructure(store: Store, supercell: string, displacements: Float64Array): Promise<Ref> {
  return store.put('structure', encodeFrame(FORMAT, 1, { supercell }, { displacements }));
}

/** Hash of the identity of the supercell that it displaces. */
export async function supercellOfStructure(store: Store, ref: Ref): Promise<string> {
  return (decodeFrame(await store.get(ref), FORMAT, 1).header as { readonly supercell: string }).supercell;
}

/** [3·atoms] Å */
export async function getStructure(store: Store, ref: Ref): Promise<Float64Array> {
  return float64Of(decodeFrame(await store.get(ref), FORMAT, 1), 'displacements');
}
