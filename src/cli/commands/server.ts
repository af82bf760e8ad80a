import type { Command } from 'commander';
import { inputError } from '../../errors.js';
import { startEmbeddedServer } from '../../server/embedded.js';
import { requireServer } from '../../server/find.js';
import { homeFolder } from '../../store/home.js';

interface ServerOptions {
  readonly home?: string;
  readonly port?: number;
}

/** `anharmony server`: the Temporal server of a home, in the foreground until Ctrl-C. */
export function registerServer(program: Command): void {
  program
    .command('server')
    .description('run the Temporal server of this folder until Ctrl-C, for several campaigns or workers')
    .option('--home <folder>', 'folder of database, locks and store (ANHARMONY_HOME; .anharmony)')
    .option('--port <number>', 'port on loopback (a free one)', parsePort)
    .action(serve);
}

async function serve(options: ServerOptions): Promise<void> {
  const log = (line: string): void => console.error(line);
  const executable = await requireServer({ log, local: true });
  if (executable.kind === 'external') return;
  const home = homeFolder(options.home);
  const server = await startEmbeddedServer({ home, log, executable, port: options.port });
  console.log(`Temporal server: ${server.address}, namespace ${server.namespace}`);
  console.log(`  program   ${executable.path} (${executable.version})`);
  console.log(`  database  ${server.places.database}`);
  console.log(`  log       ${server.places.log}`);
  console.log('Point other commands and workers at it:');
  console.log(`  export TEMPORAL_ADDRESS=${server.address}`);
  console.log('Ctrl-C ends it; campaigns go on where they were when it runs again.');
  await untilSignal();
  log('ending the server');
  await server.stop();
}

/** Waits for a person or a service manager to end this process. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    // The server's own process does not keep this one running.
    const alive = setInterval(() => undefined, 1 << 30);
    const end = (): void => {
      clearInterval(alive);
      for (const signal of SIGNALS) process.off(signal, end);
      resolve();
    };
    for (const signal of SIGNALS) process.once(signal, end);
  });
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw inputError({
    field: '--port',
    message: 'not a port',
    got: text,
    expected: 'an integer from 1 to 65535',
  });
}
