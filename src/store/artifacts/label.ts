import { decodeFrame, encodeFrame, float64Of } from '../../numerics/frame.js';
import type { Ref, Store } from '../types.js';

const FORMAT = 'anharmony-label';

/** Reference energy and forces of one structure. Who computed it, where and how fast belongs to the ledger. */
export interface Label {
  /** eV; NaN where the code gives none. */
  readonly energy: number;
  /** [3·atoms] eV/Å */
  readonly forces: Float64Array;
  /** |ΣF| / atoms, eV/Å. */
  readonly netForce: number;
}

export interface LabelOrigin {
  readonly structure: string;
  /** Hash of the reference settings that can change forces. */
  readonly reference: string;
  /** Corrections that changed what was computed; absent where none did. */
  readonly changedPhysics?: readonly string[];
  /** Computed elsewhere, with the same settings as a person stated; absent for what this program has had computed. */
  readonly foreign?: ForeignOrigin;
}

/** The file that a label of somebody else's was read from. */
export interface ForeignOrigin {
  readonly file: string;
  /** SHA-256 of its content. */
  readonly sha256: string;
  /** Number of the structure in it, from 1. */
  readonly number: number;
}

/** The namespace of the labels of reference codes, by `labelKey`. */
export const LABELS = 'label';

/** What names a label, whichever campaign wants it. */
export function labelKey(structure: Pick<Ref, 'hash'>, reference: string): string {
  return `${structure.hash}:${reference}`;
}

export function putLabel(store: Store, label: Label, origin: LabelOrigin): Promise<Ref> {
  const numbers = Float64Array.of(label.energy, label.netForce);
  return store.put('label', encodeFrame(FORMAT, 1, origin, { forces: label.forces, numbers }));
}

export async function originOfLabel(store: Store, ref: Ref): Promise<LabelOrigin> {
  return decodeFrame(await store.get(ref), FORMAT, 1).header as LabelOrigin;
}

export async function getLabel(store: Store, ref: Ref): Promise<Label> {
  const frame = decodeFrame(await store.get(ref), FORMAT, 1);
  const [energy, netForce] = float64Of(frame, 'numbers');
  return { energy, netForce, forces: float64Of(frame, 'forces') };
}
