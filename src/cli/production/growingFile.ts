import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { storeError } from '../../store/errors.js';

/** A file that grows by whole pieces: what a disk that is full could only take in part is cut off again. */
export interface GrowingFile {
  append(piece: string): void;
  close(): void;
}

/** Opens a new file; an old one of that name is replaced. */
export function createGrowingFile(path: string): GrowingFile {
  const attempt = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      throw storeError(error, 'write', path);
    }
  };
  const file = attempt(() => openSync(path, 'w'));
  let length = 0;
  return {
    append(piece) {
      const bytes = Buffer.from(piece);
      attempt(() => {
        try {
          for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
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
