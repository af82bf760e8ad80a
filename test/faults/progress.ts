import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeProgress } from '../../src/exploration/codec.js';
import { CAMPAIGN, type Site } from './site.js';

/** Files of the walkers' progress that end as given. */
export function progressFiles(site: Site, ending: string): string[] {
  const folder = join(site.home, 'store/progress', CAMPAIGN);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

/** The MD step that a file of a walker's progress is at. */
export function stepOf(file: string): number {
  return decodeProgress(new Uint8Array(readFileSync(file).subarray(32))).checkpoint.state.step;
}

/**
 * MD steps between the last checkpoint that is there and the one that was being written when its process was killed:
 * what is computed again.
 */
export function stepsToRedo(site: Site): number {
  const [unfinished] = progressFiles(site, '.tmp');
  const [last] = [...progressFiles(site, '.bin'), ...progressFiles(site, '.previous')];
  return stepOf(unfinished) - (last === undefined ? 0 : stepOf(last));
}
