import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReferenceContext } from '../../src/reference/types.js';

/** Runs `work` with an empty scratch folder that is removed afterwards. */
export async function inScratch<T>(
  work: (context: ReferenceContext) => Promise<T>,
  signal: AbortSignal = new AbortController().signal,
): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'anharmony-scratch-'));
  try {
    return await work({ scratch, signal });
  } finally {
    await rm(scratch, { recursive: true });
  }
}
