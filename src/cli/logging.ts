import { destination, type Logger, pino } from 'pino';

/** JSON lines for machines; to a file or to standard output. */
export function createLogger(target: { readonly file: string } | 'stdout'): Logger {
  const options = {
    base: { program: 'anharmony', pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return target === 'stdout'
    ? pino(options)
    : pino(options, destination({ dest: target.file, mkdir: true, sync: false }));
}
