import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../src/store/atomicFile.js';
import { storeError, systemCode } from '../../src/store/errors.js';

/**
 * Where the folder of a campaign lies on this machine: a reference program's own files are found there. The store knows where
 * it lay when the campaign began; a home that was moved to another machine is told anew by the command that goes on there.
 */
export function rememberFolder(work: string, fingerprint: string, folder: string): Promise<void> {
  return writeFileAtomic(fileOf(work, fingerprint), folder, { mode: 0o600 });
}

/** Undefined where nothing was said on this machine, or of a folder that another one has. */
export function campaignFolder(work: string, fingerprint: string): string | undefined {
  const file = fileOf(work, fingerprint);
  try {
    const folder = readFileSync(file, 'utf8');
    return existsSync(folder) ? folder : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw storeError(error, 'read', file);
  }
}

function fileOf(work: string, fingerprint: string): string {
  return join(work, 'folders', fingerprint);
}
