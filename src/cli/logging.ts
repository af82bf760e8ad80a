import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Logger, pino } from 'pino';

/** JSON lines for machines; to a file or to standard output. */
export function createLogger(target: { readonly file: string } | 'stdout'): Logger {
  const options = {
    base: { program: 'anharmony', pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return pino(options, target === 'stdout' ? process.stdout : lenientFile(target.file));
}

/**
 * Appends lines to a file; what cannot be written is lost. pino's own destination would hang the process on a full disk:
 * it tries again for ever when it flushes at the end.
 */
function lenientFile(file: string): { write(line: string): void } {
  return {
    write(line) {
      try {
        mkdirSync(dirname(file), { recursive: true });
        appendFileSync(file, line);
      } catch {
        // A log is no reason to stop.
      }
    },
  };
}
