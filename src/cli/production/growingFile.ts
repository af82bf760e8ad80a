import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { FailureError } from '../../errors.js';
import { storeError, systemCode } from '../../store/errors.js';

/** A file that grows by whole pieces: what a disk that is full could only take in part is cut off again. */
export interface GrowingFile {
  /** Bytes so far. */
  length(): number;
  append(piece: string | Uint8Array): void;
  close(): void;
}

/** Opens a new file, an old one of that name is replaced; or goes on with one after its first `from` bytes. */
export function createGrowingFile(path: string, from?: number): GrowingFile {
  const attempt = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      if (systemCode(error) === 'ENOENT' && from !== undefined) {
        throw new FailureError(`${path}: the file to go on with is gone`, 'start the run anew with --force');
      }
      throw storeError(error, 'write', path);
    }
  };
  const file = attempt(() => openSync(path, from === undefined ? 'w' : 'r+'));
  let length = from ?? 0;
  if (from !== undefined) attempt(() => ftruncateSync(file, from));
  return {
    length: () => length,
    append(piece) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      attempt(() => {
        try {
          for (let done = 0; done < bytes.length; ) {
            done += writeSync(file, bytes, done, bytes.length - done, length + done);
          }
        } catch (error) {
          ftruncateSync(file, length);
          throw error;
        }
      });
      length += bytes.length;
    },
    close: () => closeSync(file),
  };
}
