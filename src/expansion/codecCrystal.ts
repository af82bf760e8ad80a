import type { PrimitiveCrystal, SpaceGroupOperation } from '../crystal/types.js';
import { type Frame, type FrameArray, FrameError, float64Of, int32Of } from '../numerics/frame.js';

/** The arrays of a primitive crystal; those of the operations stand one after the other. */
export function encodeCrystal(primitive: PrimitiveCrystal): Record<string, FrameArray> {
  const { crystal, masses, operations } = primitive;
  const joinedInt = (part: (o: SpaceGroupOperation) => Int32Array): Int32Array =>
    Int32Array.from(operations.flatMap((o) => Array.from(part(o))));
  const joinedFloat = (part: (o: SpaceGroupOperation) => Float64Array): Float64Array =>
    Float64Array.from(operations.flatMap((o) => Array.from(part(o))));
  return {
    'crystal.lattice': crystal.lattice,
    'crystal.positions': crystal.positions,
    'crystal.masses': masses,
    'operations.fractionalRotation': joinedInt((o) => o.fractionalRotation),
    'operations.rotation': joinedFloat((o) => o.rotation),
    'operations.translation': joinedFloat((o) => o.translation),
    'operations.siteImage': joinedInt((o) => o.siteImage),
    'operations.cellImage': joinedInt((o) => o.cellImage),
  };
}

export function decodeCrystal(
  frame: Frame,
  species: readonly string[],
  spaceGroup: PrimitiveCrystal['spaceGroup'],
  operations: number,
): PrimitiveCrystal {
  const sites = species.length;
  const float = (name: string, length: number): Float64Array => exact(float64Of(frame, name), name, length);
  const int = (name: string, length: number): Int32Array => exact(int32Of(frame, name), name, length);
  const fractionalRotation = int('operations.fractionalRotation', 9 * operations);
  const rotation = float('operations.rotation', 9 * operations);
  const translation = float('operations.translation', 3 * operations);
  const siteImage = int('operations.siteImage', sites * operations);
  const cellImage = int('operations.cellImage', 3 * sites * operations);
  return {
    crystal: {
      lattice: float('crystal.lattice', 9),
      species,
      positions: float('crystal.positions', 3 * sites),
    },
    masses: float('crystal.masses', sites),
    operations: Array.from({ length: operations }, (_, g) => ({
      fractionalRotation: fractionalRotation.slice(9 * g, 9 * g + 9),
      rotation: rotation.slice(9 * g, 9 * g + 9),
      translation: translation.slice(3 * g, 3 * g + 3),
      siteImage: siteImage.slice(sites * g, sites * (g + 1)),
      cellImage: cellImage.slice(3 * sites * g, 3 * sites * (g + 1)),
    })),
    spaceGroup,
  };
}

/** The array itself where it has the length that the header promises. */
export function exact<T extends Float64Array | Int32Array>(array: T, name: string, length: number): T {
  if (array.length === length) return array;
  throw new FrameError('malformed', `array ${name} has ${array.length} elements where ${length} belong`);
}
