import { type Command, InvalidArgumentError, Option } from 'commander';
import { FailureError } from '../../errors.js';
import { openFolderStore } from '../../store/folderStore.js';
import { homeOf, taskQueues } from '../home.js';
import { createLogger } from '../logging.js';
import { ROLES, type Role } from '../roles.js';
import { accessServer } from '../serverAccess.js';
import { onInterrupt, untilAborted } from '../signals.js';
import { homeOption } from './options.js';

interface WorkerCommandOptions {
  readonly home?: string;
  readonly roles: readonly Role[];
  readonly mdSlots?: number;
  readonly threadsPerWalker?: number;
  readonly referenceSlots?: number;
}

/** `anharmony worker`: does the work of campaigns on a running server until Ctrl-C; JSON logs on standard output. */
export function registerWorker(program: Command): void {
  program
    .command('worker')
    .description('work for campaigns on a running server until Ctrl-C')
    .addOption(homeOption())
    .addOption(
      new Option('--roles <list>', `what it does: ${ROLES.join(',')}`)
        .argParser(parseRoles)
        .default(ROLES, 'all'),
    )
    .addOption(
      new Option('--md-slots <n>', 'trajectories side by side (default: cores)').argParser(parseCount),
    )
    .addOption(
      new Option(
        '--threads-per-walker <n>',
        'threads that share the error bar of one trajectory (default: cores / md slots)',
      ).argParser(parseCount),
    )
    .addOption(
      new Option('--reference-slots <n>', 'reference calculations side by side (default: 1)').argParser(
        parseCount,
      ),
    )
    .action(work);
}

async function work(options: WorkerCommandOptions): Promise<void> {
  const home = homeOf(options);
  await openFolderStore(home.store);
  const logger = createLogger('stdout');
  const interrupted = onInterrupt();
  const access = await accessServer(home, (line) => logger.info(line));
  try {
    const { roles, mdSlots, threadsPerWalker, referenceSlots } = options;
    const queues = await taskQueues(home);
    const { startWorkers } = await import('../worker.js');
    const workers = await startWorkers({
      server: access.server,
      home,
      queues,
      roles,
      mdSlots,
      threadsPerWalker,
      referenceSlots,
      logger,
    });
    logger.info({ roles: options.roles, server: access.server.address }, 'working');
    const failed = workers.ended.then(() => {
      if (!interrupted.aborted)
        throw new FailureError('the workers ended by themselves', 'see the log above');
    });
    await Promise.race([untilAborted(interrupted), failed]);
    logger.info('stopping: running tasks save their progress');
    await workers.stop();
  } finally {
    await access.close();
  }
}

function parseRoles(text: string): Role[] {
  const roles = text.split(',').map((role) => role.trim());
  const unknown = roles.find((role) => !ROLES.includes(role as Role));
  if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is none of ${ROLES.join(', ')}.`);
  return roles as Role[];
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('a whole number above 0 is expected.');
}
