import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Claim, takeClaim } from '../../src/claim.js';
import { decodeProgress, encodeProgress } from '../../src/exploration/codec.js';
import type { ExplorationProgress } from '../../src/exploration/types.js';
import { FrameError } from '../../src/numerics/frame.js';
import { storeError, systemCode } from '../../src/store/errors.js';
import { TaskStopped } from '../protocol.js';

/** Length of the SHA-256 in front of a progress file. */
const HASH_BYTES = 32;

/** Where a walker's task keeps what it would lose if it died. */
export interface ProgressFile {
  /** The last progress that is whole; undefined where there is none: the round's start is always there to begin from again. */
  read(): ExplorationProgress | undefined;
  /**
   * Whole or not at all; the one before is kept. Synchronous, since MD is; not synced: a power cut may cost some seconds more.
   * Throws `TaskStopped` where another attempt has taken over, so that one that was frozen does not write over its successor.
   */
  write(progress: ExplorationProgress): void;
}

/**
 * Opens the progress of one command of a walker for this attempt, and takes it away from any attempt before. What the walker's
 * earlier commands have left is removed only now: until the next command is given, nobody knows that a result has arrived.
 */
export function openProgress(store: string, campaign: string, walker: number, command: string): ProgressFile {
  const folder = folderOf(store, campaign);
  const file = join(folder, `${walker}-${command}.bin`);
  const previous = `${file}.previous`;
  const claimed = `${file}.claim`;
  let claim: Claim;
  try {
    // A store that is gone is not made anew.
    for (const made of [dirname(folder), folder]) if (!existsSync(made)) mkdirSync(made, { mode: 0o700 });
    for (const name of readdirSync(folder)) {
      if (name.startsWith(`${walker}-`) && !name.startsWith(`${walker}-${command}`))
        rmSync(join(folder, name), { force: true });
    }
    claim = takeClaim(claimed);
  } catch (error) {
    throw storeError(error, 'write', claimed);
  }
  return {
    read: () => readWhole(file) ?? readWhole(previous),
    write(progress) {
      try {
        if (!claim.isMine()) throw new TaskStopped();
        const content = encodeProgress(progress);
        const bytes = Buffer.concat([sha256(content), content]);
        replace(file, bytes, claim.holder, () => keepAs(file, previous));
      } catch (error) {
        throw storeError(error, 'write', file);
      }
    },
  };
}

/** Removes the progress of all walkers of a campaign. */
export function removeProgress(store: string, campaign: string): Promise<void> {
  return rm(folderOf(store, campaign), { recursive: true, force: true });
}

/** Beside the store's objects: a worker on another machine, which shares nothing else, goes on from there. */
function folderOf(store: string, campaign: string): string {
  return join(store, 'progress', campaign);
}

function replace(path: string, content: Uint8Array, holder: string, before: () => void): void {
  const temporary = `${path}.${holder}.tmp`;
  try {
    writeFileSync(temporary, content);
    before();
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function keepAs(file: string, previous: string): void {
  try {
    renameSync(file, previous);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

function readWhole(file: string): ExplorationProgress | undefined {
  try {
    const bytes = readFileSync(file);
    const content = new Uint8Array(bytes.subarray(HASH_BYTES));
    return sha256(content).equals(bytes.subarray(0, HASH_BYTES)) ? decodeProgress(content) : undefined;
  } catch (error) {
    if (error instanceof FrameError || systemCode(error) === 'ENOENT') return undefined;
    throw storeError(error, 'read', file);
  }
}

function sha256(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}
