import { createHash } from 'node:crypto';

/** Short, and the same for the same text. */
export function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
