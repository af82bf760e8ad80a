import { join } from 'node:path';
import type { ReferenceContext } from '../types.js';
import { createResidentPool } from './pool.js';
import type { ResidentAnswer, ResidentRequest } from './types.js';

/** The answer of the worker's residents, or where there are none, of a program for this structure alone. */
export async function askResident(
  request: ResidentRequest,
  { residents, scratch, signal }: Pick<ReferenceContext, 'residents' | 'scratch' | 'signal'>,
): Promise<ResidentAnswer> {
  signal.throwIfAborted();
  if (residents !== undefined) return residents.evaluate(request, signal);
  const pool = createResidentPool({ slots: 1, folder: join(scratch, 'residents') });
  try {
    return await pool.evaluate(request, signal);
  } finally {
    await pool.close();
  }
}
