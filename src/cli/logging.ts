import { DefaultLogger, type LogEntry, type LogLevel, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { destination, type Logger, pino } from 'pino';

/** JSON lines for machines; to a file or to standard output. */
export function createLogger(target: { readonly file: string } | 'stdout'): Logger {
  const options = { base: { program: 'anharmony', pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime };
  return target === 'stdout' ? pino(options) : pino(options, destination({ dest: target.file, mkdir: true, sync: false }));
}

const LEVELS: Readonly<Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/** Must be called before the first native connection. Signals are ours to handle: the SDK would stop workers on its own. */
export function installRuntime(logger: Logger): void {
  const write = ({ level, message, meta }: LogEntry): void => {
    const { error, ...rest } = meta ?? {};
    logger[LEVELS[level]]({ ...rest, ...(error !== undefined && { err: error }) }, message);
  };
  Runtime.install({
    logger: new DefaultLogger('INFO', write),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} } },
  });
}
