import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptRecord } from './attempts.js';
import type { Correction } from './ladder.js';

/** How far the attempts at one label have come: kept beside its runs where those outlive this program. */
export interface Progress {
  readonly attempts: readonly AttemptRecord[];
  /** Corrections so far. */
  readonly made: readonly Correction[];
  /** The next attempt goes on from what an interrupted one left. */
  readonly resume: boolean;
  /** Attempts ended from outside. */
  readonly interruptions: number;
  /** Attempts that failed for an unknown reason. */
  readonly repeats: number;
}

export const START: Progress = { attempts: [], made: [], resume: false, interruptions: 0, repeats: 0 };

const FILE = 'attempts.json';

/** The progress kept in this folder; the start where there is none. */
export async function readProgress(folder: string): Promise<Progress> {
  try {
    return JSON.parse(await readFile(join(folder, FILE), 'utf8')) as Progress;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return START;
    throw error;
  }
}

export async function writeProgress(folder: string, progress: Progress): Promise<void> {
  const path = join(folder, FILE);
  await mkdir(folder, { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(progress));
  await rename(`${path}.new`, path);
}
