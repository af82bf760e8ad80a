import { FailureError } from '../errors.js';
import { canonicalJson } from './canonical.js';

/**
 * One binary frame for every artifact that holds arrays:
 *
 *   offset 0   8 bytes   magic `anharm` CR LF (a transfer in text mode breaks it visibly)
 *   offset 8   uint64    total length of the frame in bytes, so that truncation shows
 *   offset 16  uint32    layout of the frame itself, 1
 *   offset 20  uint32    length of the header in bytes
 *   offset 24            header: canonical JSON {format, version, header, arrays: [{name, dtype, length}]}
 *   then, each starting at a multiple of 8 and padded with zeros: the arrays, in the header's order (by name)
 *
 * All numbers little-endian. Equal content gives equal bytes: it may be hashed.
 */
const MAGIC = Uint8Array.of(0x61, 0x6e, 0x68, 0x61, 0x72, 0x6d, 0x0d, 0x0a);
const LAYOUT = 1;
const PREFIX = 24;

export type FrameArray = Float64Array | Float32Array | Int32Array | Uint8Array;
type Dtype = 'float64' | 'float32' | 'int32' | 'uint8';

export interface Frame {
  readonly version: number;
  readonly header: unknown;
  /** Copies of the blocks, each with its own buffer. */
  readonly arrays: Readonly<Record<string, FrameArray>>;
}

export type FrameFault =
  | 'not-a-frame'
  | 'truncated'
  | 'malformed'
  | 'other-format'
  | 'newer-version'
  | 'missing-array';

/** Bytes that are not the frame they should be. */
export class FrameError extends FailureError {
  constructor(
    readonly fault: FrameFault,
    message: string,
    hint?: string,
  ) {
    super(message, hint);
  }
}

interface Block {
  readonly name: string;
  readonly dtype: Dtype;
  /** Number of elements. */
  readonly length: number;
}

interface FrameHeader {
  readonly format: string;
  readonly version: number;
  readonly header: unknown;
  readonly arrays: readonly Block[];
}

/** The frame of a JSON header and named arrays; `header` must be plain JSON data (`canonicalJson` throws otherwise). */
export function encodeFrame(
  format: string,
  version: number,
  header: unknown,
  arrays: Readonly<Record<string, FrameArray>>,
): Uint8Array {
  requireLittleEndian();
  const names = Object.keys(arrays).sort();
  const blocks = names.map(
    (name): Block => ({ name, dtype: dtypeOf(arrays[name]), length: arrays[name].length }),
  );
  const text = canonicalJson({ format, version, header, arrays: blocks });
  let total = aligned(PREFIX + text.length);
  for (const name of names) total += aligned(arrays[name].byteLength);

  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setBigUint64(8, BigInt(total), true);
  view.setUint32(16, LAYOUT, true);
  view.setUint32(20, text.length, true);
  bytes.set(text, PREFIX);
  let offset = aligned(PREFIX + text.length);
  for (const name of names) {
    const array = arrays[name];
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    offset += aligned(array.byteLength);
  }
  return bytes;
}

/**
 * Reads a frame of this `format` with a version of at most `maxVersion`.
 * Throws `FrameError` for anything else; `header` still has to be parsed by the caller.
 */
export function decodeFrame(bytes: Uint8Array, format: string, maxVersion: number): Frame {
  requireLittleEndian();
  const { frame, end } = readHeader(bytes, format);
  if (frame.format !== format) {
    throw new FrameError('other-format', `expected a frame of ${format}, got one of ${frame.format}`);
  }
  if (!(frame.version <= maxVersion)) {
    throw new FrameError(
      'newer-version',
      `${format} has version ${frame.version}; this program reads up to ${maxVersion}`,
      'it was written by a newer version of this program: upgrade',
    );
  }
  const arrays: Record<string, FrameArray> = Object.create(null);
  let offset = aligned(end);
  for (const { name, dtype, length } of frame.arrays) {
    const size = length * BYTES[dtype];
    if (offset + size > bytes.length) {
      throw new FrameError('malformed', `${format}: array ${name} reaches beyond the frame`);
    }
    // Not `slice`: that of a Buffer shares its memory.
    arrays[name] = arrayOf(dtype, new Uint8Array(bytes.subarray(offset, offset + size)).buffer);
    offset += aligned(size);
  }
  if (offset !== bytes.length) {
    throw new FrameError('malformed', `${format}: ${bytes.length - offset} bytes beyond the last array`);
  }
  return { version: frame.version, header: frame.header, arrays };
}

/** The format of the frame that begins with these bytes, a few thousand at most; undefined where they begin none. */
export function frameFormat(start: Uint8Array): string | undefined {
  if (!MAGIC.every((byte, i) => byte === start[i])) return undefined;
  // Canonical JSON: only the list of arrays stands before it.
  return /"format":"([^"]+)"/.exec(new TextDecoder().decode(start.subarray(PREFIX)))?.[1];
}

/** The array `name` of a frame as float64; throws `FrameError` where it is missing or of another type. */
export function float64Of(frame: Frame, name: string): Float64Array {
  const array = frame.arrays[name];
  if (array instanceof Float64Array) return array;
  throw new FrameError('missing-array', `the frame has no float64 array ${name}`);
}

/** The array `name` of a frame as int32; throws `FrameError` where it is missing or of another type. */
export function int32Of(frame: Frame, name: string): Int32Array {
  const array = frame.arrays[name];
  if (array instanceof Int32Array) return array;
  throw new FrameError('missing-array', `the frame has no int32 array ${name}`);
}

function readHeader(bytes: Uint8Array, format: string): { frame: FrameHeader; end: number } {
  const start = bytes.subarray(0, MAGIC.length);
  if (bytes.length === 0) throw new FrameError('truncated', `${format}: empty`);
  if (!start.every((byte, i) => byte === MAGIC[i])) {
    throw new FrameError('not-a-frame', `${format}: the first bytes are not those of a frame`);
  }
  if (bytes.length < PREFIX) throw new FrameError('truncated', `${format}: only ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const total = Number(view.getBigUint64(8, true));
  if (total > bytes.length) throw new FrameError('truncated', `${format}: ${bytes.length} of ${total} bytes`);
  if (total < bytes.length)
    throw new FrameError('malformed', `${format}: ${bytes.length} bytes where ${total} were written`);
  const layout = view.getUint32(16, true);
  if (layout !== LAYOUT) throw new FrameError('newer-version', `${format}: unknown frame layout ${layout}`);
  const end = PREFIX + view.getUint32(20, true);
  if (end > total) throw new FrameError('malformed', `${format}: the header reaches beyond the frame`);
  return { frame: parseHeader(bytes.subarray(PREFIX, end), format), end };
}

function parseHeader(text: Uint8Array, format: string): FrameHeader {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch {
    throw new FrameError('malformed', `${format}: the header is not JSON`);
  }
  if (!isFrameHeader(value)) throw new FrameError('malformed', `${format}: the header lacks its fields`);
  return value;
}

function isFrameHeader(value: unknown): value is FrameHeader {
  if (typeof value !== 'object' || value === null) return false;
  const { format, version, arrays } = value as Partial<Record<keyof FrameHeader, unknown>>;
  return (
    typeof format === 'string' && Number.isInteger(version) && Array.isArray(arrays) && arrays.every(isBlock)
  );
}

function isBlock(value: unknown): value is Block {
  if (typeof value !== 'object' || value === null) return false;
  const { name, dtype, length } = value as Partial<Record<keyof Block, unknown>>;
  return (
    typeof name === 'string' &&
    typeof dtype === 'string' &&
    Object.hasOwn(BYTES, dtype) &&
    Number.isSafeInteger(length) &&
    (length as number) >= 0
  );
}

const BYTES: Readonly<Record<Dtype, number>> = { float64: 8, float32: 4, int32: 4, uint8: 1 };

function dtypeOf(array: FrameArray): Dtype {
  if (array instanceof Float64Array) return 'float64';
  if (array instanceof Float32Array) return 'float32';
  if (array instanceof Int32Array) return 'int32';
  return 'uint8';
}

function arrayOf(dtype: Dtype, buffer: ArrayBuffer): FrameArray {
  if (dtype === 'float64') return new Float64Array(buffer);
  if (dtype === 'float32') return new Float32Array(buffer);
  if (dtype === 'int32') return new Int32Array(buffer);
  return new Uint8Array(buffer);
}

function aligned(offset: number): number {
  return offset + ((8 - (offset % 8)) % 8);
}

// Temporal's core and WebAssembly's memory are little-endian as well: a host that is not cannot run this program.
function requireLittleEndian(): void {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) {
    throw new FailureError('this machine is big-endian; artifacts are little-endian');
  }
}
