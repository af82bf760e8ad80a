import { ApplicationFailure, Context } from '@temporalio/activity';
import { Client, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { Worker, type WorkflowBundle } from '@temporalio/worker';
import type { CampaignEvent, Command } from '../../src/campaign/messages.js';
import type { CampaignState } from '../../src/campaign/state.js';
import type { TaskQueues } from '../../src/campaign/status.js';
import type { ServerConnection } from '../../src/server/connect.js';
import type { campaign } from '../../workflows/index.js';
import { createWorld, type World } from '../campaign/world.js';

/** What becomes of a command: answered by the world, held until it is cancelled, or failed for good. */
export type Fate = 'answer' | 'hold' | 'fail';

/** Activities that answer from a simulated world, under the queues of the real ones. */
export interface ScriptedWorkers {
  /** Every command that was given since the script began, in the order of its arrival. */
  readonly given: readonly Command[];
  /** Activities that run now. */
  readonly active: number;
  fate: (command: Command) => Fate;
  /** Begins a script: a world of its own, and what becomes of its commands. */
  script(world: World, fate?: (command: Command) => Fate): void;
  start(state: CampaignState): Promise<WorkflowHandleWithFirstExecutionRunId<typeof campaign>>;
  stop(): Promise<void>;
}

interface Input {
  readonly command: Command;
}

export async function scriptedWorkers(
  server: ServerConnection,
  bundle: WorkflowBundle,
): Promise<ScriptedWorkers> {
  const connection = await server.nativeConnection();
  const client = new Client({ connection: server.connection, namespace: server.namespace });
  const queues: TaskQueues = { workflow: 'workflow', md: 'md', reference: 'reference', fit: 'fit' };
  let world = createWorld();
  let given: Command[] = [];
  let fate: (command: Command) => Fate = () => 'answer';
  let campaigns = 0;
  let active = 0;

  const run = async ({ command }: Input): Promise<CampaignEvent> => {
    given.push(command);
    active++;
    try {
      const decided = fate(command);
      if (decided === 'fail') {
        throw ApplicationFailure.nonRetryable(`scripted fault of ${command.type}`, 'InputError');
      }
      if (decided === 'hold') await held();
      return world.answer(command);
    } finally {
      active--;
    }
  };
  const create = (taskQueue: string, activities: readonly string[], workflowBundle?: WorkflowBundle) =>
    Worker.create({
      connection,
      namespace: server.namespace,
      taskQueue,
      activities: Object.fromEntries(activities.map((name) => [name, run])),
      workflowBundle,
      maxHeartbeatThrottleInterval: '100ms',
      defaultHeartbeatThrottleInterval: '100ms',
      shutdownForceTime: '5s',
    });
  const workers = [
    await create(queues.workflow, [], bundle),
    await create(queues.md, ['explore']),
    await create(queues.reference, ['label', 'testSet']),
    await create(queues.fit, [
      'prepare',
      'displace',
      'take',
      'screen',
      'refit',
      'archive',
      'record',
      'publish',
    ]),
  ];
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    get given() {
      return given;
    },
    get active() {
      return active;
    },
    get fate() {
      return fate;
    },
    set fate(decides) {
      fate = decides;
    },
    script(ofItsOwn, decides = () => 'answer') {
      [world, fate, given] = [ofItsOwn, decides, []];
    },
    start: (state: CampaignState) =>
      client.workflow.start<typeof campaign>('campaign', {
        workflowId: `${state.name}-${++campaigns}`,
        taskQueue: queues.workflow,
        args: [{ state, queues }],
      }),
    async stop() {
      for (const worker of workers) worker.shutdown();
      await running;
    },
  };
}

/** Beats until it is cancelled, as a long activity does. */
async function held(): Promise<void> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), 50);
  try {
    await context.cancelled;
  } finally {
    clearInterval(beat);
  }
}
