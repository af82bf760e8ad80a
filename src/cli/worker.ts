import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MessagePort } from 'node:worker_threads';
import { type NativeConnection, Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import {
  createFitActivities,
  createMdActivities,
  createReferenceActivities,
} from '../../activities/index.js';
import { createThreadPool, type ThreadPool } from '../../activities/pool.js';
import { serveResidents } from '../../activities/residents.js';
import type { WorkerSettings } from '../../activities/tasks/environment.js';
import type { TaskQueues } from '../campaign/status.js';
import { FailureError } from '../errors.js';
import { createResidentPool } from '../reference/resident/pool.js';
import type { ServerConnection } from '../server/connect.js';
import type { Home } from './home.js';
import type { Role } from './roles.js';
import { installRuntime } from './runtime.js';

export interface WorkerOptions {
  readonly server: ServerConnection;
  readonly home: Home;
  readonly queues: TaskQueues;
  readonly roles: readonly Role[];
  /** Trajectories side by side; by default one for each core. */
  readonly mdSlots?: number;
  /** Threads that share the error bar of one trajectory; by default the cores are divided evenly. */
  readonly threadsPerWalker?: number;
  /** Reference calculations side by side. */
  readonly referenceSlots?: number;
  /** Takes the SDK's messages. */
  readonly logger: Logger;
}

export interface RunningWorkers {
  /** Rejects when a worker fails; resolves when all have stopped. */
  readonly ended: Promise<void>;
  /** Lets activities save their progress, then ends. */
  stop(): Promise<void>;
}

/** Starts the workers of the given roles in this process. */
export async function startWorkers(options: WorkerOptions): Promise<RunningWorkers> {
  const { server, roles } = options;
  // Only now, and not where no worker is wanted: the SDK's runtime keeps a process alive until its last worker has ended.
  installRuntime(options.logger);
  const connection = await server.nativeConnection();
  const pools: Pick<ThreadPool, 'close'>[] = [];
  const workers: Worker[] = [];
  for (const role of roles) {
    workers.push(
      await Worker.create({
        connection,
        namespace: server.namespace,
        taskQueue: options.queues[role],
        ...roleOptions(role, options, pools, connection),
        // Heartbeats carry what people watch; the default throttle of most of the timeout would make that jerky.
        maxHeartbeatThrottleInterval: '200ms',
        defaultHeartbeatThrottleInterval: '200ms',
        shutdownGraceTime: '3s',
        shutdownForceTime: '8s',
      }),
    );
  }
  const runs = workers.map((worker) => worker.run());
  const ended = Promise.all(runs).then(() => undefined);
  return {
    ended,
    async stop() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.allSettled(runs);
      for (const pool of pools) await pool.close();
    },
  };
}

function roleOptions(
  role: Role,
  options: WorkerOptions,
  pools: Pick<ThreadPool, 'close'>[],
  connection: NativeConnection,
) {
  if (role === 'workflow') return { workflowBundle: { codePath: workflowBundle() } };
  const slots = {
    md: options.mdSlots ?? availableParallelism(),
    reference: options.referenceSlots ?? 1,
    fit: 1,
  }[role];
  const { store, work, runs } = options.home;
  const threadsPerWalker =
    role === 'md' ? (options.threadsPerWalker ?? Math.max(1, Math.floor(availableParallelism() / slots))) : 1;
  const workerData: WorkerSettings = { store, work, runs, threadsPerWalker };
  const residents =
    role === 'reference' ? createResidentPool({ slots, folder: join(work, 'residents') }) : undefined;
  const serve = residents && ((port: MessagePort) => serveResidents(residents, port));
  const serverIsThere = (): Promise<boolean> => answers(connection);
  const pool = createThreadPool({ threads: slots, workerData, serverIsThere, serve });
  pools.push(pool);
  // After its threads: they may still wait for an answer.
  if (residents) pools.push(residents);
  const activities = {
    md: createMdActivities,
    reference: createReferenceActivities,
    fit: createFitActivities,
  }[role](pool);
  return { activities, maxConcurrentActivityTaskExecutions: slots };
}

/** ms within which a server answers that is there. */
const ANSWER_MS = 5000;

function answers(connection: NativeConnection): Promise<boolean> {
  return connection
    .withDeadline(Date.now() + ANSWER_MS, () => connection.healthService.check({}))
    .then(
      () => true,
      () => false,
    );
}

/** The workflows, bundled when the program was built. */
export function workflowBundle(): string {
  const path = fileURLToPath(new URL('../../workflows/bundle.cjs', import.meta.url));
  if (existsSync(path)) return path;
  throw new FailureError(`the bundled workflows are not there: ${path}`, 'build the program: npm run build');
}
