import { hashBytes } from './canonical.js';
import type { ArtifactKind, Ref } from './types.js';

/**
 * The reference to content: its address is the SHA-256 of the bytes alone. The kind is a label for people and for
 * `gc`, not part of the address, so that `sha256sum` of any file verifies it and equal content is stored once;
 * the framing of arrays and the fields of documents already tell kinds apart.
 */
export function refOf(kind: ArtifactKind, content: Uint8Array): Ref {
  return { kind, hash: hashBytes(content), bytes: content.length };
}

/** Whether a parsed value is a reference: for links, checkpoints and whatever else comes from outside. */
export function isRef(value: unknown): value is Ref {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, hash, bytes } = value as Partial<Record<keyof Ref, unknown>>;
  return typeof kind === 'string' && isHash(hash) && Number.isSafeInteger(bytes) && (bytes as number) >= 0;
}

/** 64 hexadecimal digits, and nothing that could leave the store's folder. */
export function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}
