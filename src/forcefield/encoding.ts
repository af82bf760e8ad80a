import { createHash } from 'node:crypto';
import type { PrimitiveCrystal } from '../crystal/types.js';
import { inputError } from '../errors.js';
import { decodeCrystal, encodeCrystal, exact } from '../expansion/codecCrystal.js';
import type { ClusterSpaceOptions } from '../expansion/cutoffs.js';
import type { Cutoffs } from '../expansion/types.js';
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  type FrameArray,
  FrameError,
  float64Of,
  int32Of,
} from '../numerics/frame.js';
import type { Hyperparameters } from '../regression/types.js';
import type { ForceField, Json } from './forceField.js';
import { packTriangle, unpackTriangle } from './triangle.js';

/** Format of the file: docs/force-field-format.md. Raised when a reader of an older one would misread it. */
const FORMAT = 'anharmony-force-field';
const VERSION = 1;
/** Bytes of the SHA-256 at the end, which covers all bytes before it. */
const HASH = 32;

/** What is written as JSON; arrays go into blocks. */
interface Header {
  readonly species: readonly string[];
  readonly spaceGroup: PrimitiveCrystal['spaceGroup'];
  /** Number of symmetry operations. */
  readonly operations: number;
  readonly cutoffs: Cutoffs;
  /** Absent where nothing was chosen. */
  readonly options?: ClusterSpaceOptions;
  readonly basis: string;
  readonly beta: number;
  readonly hyperparameters: Hyperparameters;
  readonly logEvidence?: number;
  readonly provenance: Json;
}

/** The bytes of a force field: equal force fields have equal bytes. */
export function encodeForceField(field: ForceField): Uint8Array {
  const { primitive, cutoffs, basis, parameters, precisionFactor, beta, hyperparameters, logEvidence } =
    field;
  const header: Header = {
    species: primitive.crystal.species,
    operations: primitive.operations.length,
    spaceGroup: primitive.spaceGroup,
    cutoffs,
    ...(field.options !== undefined && { options: field.options }),
    basis,
    beta,
    hyperparameters,
    logEvidence,
    provenance: field.provenance,
  };
  const arrays: Record<string, FrameArray> = {
    ...encodeCrystal(primitive),
    supercell: field.supercell,
    parameters,
  };
  if (precisionFactor !== undefined) {
    arrays['precisionFactor'] = packTriangle(precisionFactor, parameters.length);
  }
  const frame = encodeFrame(FORMAT, VERSION, header, arrays);
  const bytes = new Uint8Array(frame.length + HASH);
  bytes.set(frame);
  bytes.set(createHash('sha256').update(frame).digest(), frame.length);
  return bytes;
}

/** Reads it back. `name` (a path) stands in the `InputError` that other, truncated or changed bytes are answered with. */
export function decodeForceField(bytes: Uint8Array, name = 'force field'): ForceField {
  requireMagic(bytes, name);
  requireWhole(bytes, name);
  const frame = bytes.subarray(0, bytes.length - HASH);
  const stored = bytes.subarray(bytes.length - HASH);
  const found = createHash('sha256').update(frame).digest();
  if (!found.equals(stored)) {
    throw inputError({
      field: name,
      message: 'the force field is damaged: its content does not have the SHA-256 written at its end',
      got: found.toString('hex'),
      expected: Buffer.from(stored).toString('hex'),
      hint: 'take it from its campaign or from a copy again',
    });
  }
  try {
    return fromFrame(decodeFrame(frame, FORMAT, VERSION));
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    throw inputError({
      field: name,
      message: error.message,
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }
}

/** First bytes of every frame (numerics/frame.ts). */
const MAGIC = Uint8Array.of(0x61, 0x6e, 0x68, 0x61, 0x72, 0x6d, 0x0d, 0x0a);

function requireMagic(bytes: Uint8Array, name: string): void {
  if (bytes.length >= MAGIC.length && MAGIC.every((b, i) => b === bytes[i])) return;
  throw inputError({
    field: name,
    message: bytes.length === 0 ? 'the file is empty' : 'not a force field: its first bytes are others',
    expected: 'a force field written by anharmony',
  });
}

function requireWhole(bytes: Uint8Array, name: string): void {
  const expected =
    bytes.length < 16
      ? 0n
      : new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(8, true) + BigInt(HASH);
  if (expected === BigInt(bytes.length)) return;
  const short = expected === 0n || expected > BigInt(bytes.length);
  throw inputError({
    field: name,
    message: short ? 'the force field is truncated' : 'bytes follow the end of the force field',
    got: `${bytes.length} bytes`,
    ...(expected > 0n && { expected: `${expected} bytes` }),
    hint: 'copy it again',
  });
}

function fromFrame(frame: Frame): ForceField {
  const header = frame.header as Header;
  const parameters = float64Of(frame, 'parameters');
  return {
    primitive: decodeCrystal(frame, header.species, header.spaceGroup, header.operations),
    cutoffs: header.cutoffs,
    ...(header.options !== undefined && { options: header.options }),
    basis: header.basis,
    parameters,
    ...('precisionFactor' in frame.arrays && {
      precisionFactor: unpackTriangle(float64Of(frame, 'precisionFactor'), parameters.length),
    }),
    beta: header.beta,
    hyperparameters: header.hyperparameters,
    ...(header.logEvidence !== undefined && { logEvidence: header.logEvidence }),
    supercell: exact(int32Of(frame, 'supercell'), 'supercell', 9),
    provenance: header.provenance,
  };
}
