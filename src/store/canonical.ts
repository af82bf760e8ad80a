import { createHash } from 'node:crypto';
import { canonicalJson } from '../numerics/canonical.js';

export { canonicalJson, canonicalText } from '../numerics/canonical.js';

/** SHA-256 of bytes, hexadecimal. */
export function hashBytes(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** SHA-256 of a value's canonical JSON, hexadecimal; throws a TypeError where it is not plain JSON data. */
export function hashOf(value: unknown): string {
  return hashBytes(canonicalJson(value));
}
