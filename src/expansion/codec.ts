import type { PrimitiveCrystal } from '../crystal/types.js';
import { decodeFrame, encodeFrame, type Frame, type FrameArray, FrameError } from '../numerics/frame.js';
import { decodeCrystal, encodeCrystal } from './codecCrystal.js';
import { decodeOrder, encodeOrder, type OrderHeader } from './codecOrder.js';
import type { ClusterSpaceOptions } from './cutoffs.js';
import { chosenOptions } from './options.js';
import type { ClusterSpace, Cutoffs } from './types.js';

const FORMAT = 'anharmony/cluster-space';
const VERSION = 1;
/** Raised only when the same crystal and cutoffs would give another basis: stored bases are then built anew. */
const ALGORITHM = 1;

interface Header {
  readonly species: readonly string[];
  readonly spaceGroup: PrimitiveCrystal['spaceGroup'];
  readonly operations: number;
  readonly orders: readonly OrderHeader[];
  /** Absent where nothing was chosen. */
  readonly options?: ClusterSpaceOptions;
}

/** A cluster space as bytes; equal spaces have equal bytes. */
export function encodeClusterSpace(space: ClusterSpace): Uint8Array {
  const arrays: Record<string, FrameArray> = encodeCrystal(space.primitive);
  for (const order of space.orders) Object.assign(arrays, encodeOrder(order).arrays);
  const header: Header = {
    species: space.primitive.crystal.species,
    spaceGroup: space.primitive.spaceGroup,
    operations: space.primitive.operations.length,
    orders: space.orders.map((order) => encodeOrder(order).header),
    ...(space.options !== undefined && { options: space.options }),
  };
  return encodeFrame(FORMAT, VERSION, header, arrays);
}

/** The inverse of `encodeClusterSpace`. Throws `FrameError` where the bytes are truncated, of another format, or inconsistent. */
export function decodeClusterSpace(bytes: Uint8Array): ClusterSpace {
  const frame = decodeFrame(bytes, FORMAT, VERSION);
  const header = headerOf(frame);
  const { species, spaceGroup } = header;
  const orders = header.orders.map((order) => decodeOrder(frame, order));
  return {
    primitive: decodeCrystal(frame, species, spaceGroup, header.operations),
    cutoffs: Object.fromEntries(orders.map(({ order, cutoff }) => [order, cutoff])),
    ...(header.options !== undefined && { options: header.options }),
    orders,
    parameters: orders.reduce((sum, order) => sum + order.parameters, 0),
  };
}

function headerOf(frame: Frame): Header {
  const header = frame.header as Partial<Header> | null;
  const complete =
    Array.isArray(header?.species) &&
    Array.isArray(header?.orders) &&
    Number.isInteger(header?.operations) &&
    typeof header?.spaceGroup?.number === 'number';
  if (!complete) throw new FrameError('malformed', `${FORMAT}: the header lacks its fields`);
  return header as Header;
}

/**
 * All that a basis follows from, as plain JSON: the key under which it is stored is the hash of this. Numbers are
 * written as they are, so that a crystal that differs in one bit has a basis of its own.
 */
export function basisIdentity(
  primitive: PrimitiveCrystal,
  cutoffs: Cutoffs,
  options: ClusterSpaceOptions = {},
): unknown {
  const { crystal, operations } = primitive;
  const { pairCutoffs = {}, maximumSites = {}, rotational = [] } = chosenOptions(options, cutoffs) ?? {};
  return {
    algorithm: ALGORITHM,
    species: [...crystal.species],
    lattice: Array.from(crystal.lattice),
    positions: Array.from(crystal.positions),
    masses: Array.from(primitive.masses),
    operations: operations.map((o) => ({
      rotation: Array.from(o.fractionalRotation),
      translation: Array.from(o.translation),
    })),
    cutoffs: { ...cutoffs },
    pairCutoffs,
    maximumSites,
    rotational,
  };
}
