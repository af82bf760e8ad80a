import type { ProcessIdentity } from '../../processes.js';
import { identityOf } from '../../processes.js';
import { type ResidentClient, startClient } from './client.js';
import { endLeftovers } from './leftovers.js';
import type { ResidentAnswer, ResidentFailed, ResidentRequest, Residents } from './types.js';

/** Resident programs, at most `slots` at a time. */
export interface ResidentPool extends Residents {
  /** Ends all programs, those at work too. */
  close(): Promise<void>;
}

export interface ResidentPoolOptions {
  readonly slots: number;
  /** Folders of the programs are made in it; what dead workers have left there is ended. */
  readonly folder: string;
  /** How long a program waits for its next structure before it is ended, s. */
  readonly idle?: number;
  /** Structures after which a program is replaced, so that neither its memory nor its log grows without end. */
  readonly uses?: number;
}

const IDLE = 120;
const USES = 500;

export function createResidentPool(options: ResidentPoolOptions): ResidentPool {
  const { slots, folder, idle = IDLE, uses = USES } = options;
  const live = new Set<ResidentClient>();
  /** Those without work, longest idle first, with the timer that ends them. */
  const free = new Map<ResidentClient, NodeJS.Timeout>();
  const waiting: (() => void)[] = [];
  const closing = new AbortController();
  const ready = Promise.all([endLeftovers(folder), ownIdentity()]);
  ready.catch(() => undefined);
  let starting = 0;
  const changed = (): void => {
    for (const wake of waiting.splice(0)) wake();
  };
  const killAll = (): void => {
    for (const client of live) client.kill();
  };
  process.on('exit', killAll);

  function take(client: ResidentClient): ResidentClient {
    clearTimeout(free.get(client));
    free.delete(client);
    return client;
  }

  async function start({ program }: ResidentRequest): Promise<ResidentClient> {
    starting++;
    try {
      const [, owner] = await ready;
      const client = await startClient(folder, program, owner);
      live.add(client);
      void client.gone.then(() => {
        take(client);
        live.delete(client);
        changed();
      });
      return client;
    } finally {
      starting--;
      changed();
    }
  }

  /** One that runs already, else a new one as soon as there is room for it. */
  async function acquire(request: ResidentRequest, signal: AbortSignal): Promise<ResidentClient> {
    for (;;) {
      signal.throwIfAborted();
      const known = [...free.keys()].find((c) => c.key === request.program.key && c.isUsable());
      if (known !== undefined) return take(known);
      if (live.size + starting < slots) return start(request);
      const [other] = free.keys();
      if (other !== undefined) await take(other).stop();
      else await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }

  function release(client: ResidentClient, { once }: ResidentRequest): void {
    if (once || !client.isUsable() || client.uses() >= uses || closing.signal.aborted) {
      void client.stop();
      return;
    }
    const timer = setTimeout(() => void take(client).stop(), 1e3 * idle);
    free.set(client, timer.unref());
    changed();
  }

  async function evaluate(request: ResidentRequest, own: AbortSignal): Promise<ResidentAnswer> {
    const signal = AbortSignal.any([own, closing.signal]);
    const started = performance.now();
    for (;;) {
      let client: ResidentClient;
      try {
        client = await acquire(request, signal);
      } catch (error) {
        signal.throwIfAborted();
        return notStarted(error as NodeJS.ErrnoException, (performance.now() - started) / 1e3);
      }
      const before = client.uses();
      const answer = await client.evaluate(request, signal).finally(() => release(client, request));
      // One that died between two structures: nothing was computed, another takes this one.
      if (answer.answered || before === 0 || answer.begun) return answer;
    }
  }

  return {
    evaluate,
    async close() {
      closing.abort(new Error('the pool of resident programs is closed'));
      changed();
      await ready.catch(() => undefined);
      await Promise.all([...live].map((client) => take(client).stop()));
      process.off('exit', killAll);
    },
  };
}

async function ownIdentity(): Promise<ProcessIdentity> {
  const identity = await identityOf(process.pid);
  if (identity === undefined) throw new Error('this process is not among those of the system');
  return identity;
}

function notStarted({ message, code = '' }: NodeJS.ErrnoException, seconds: number): ResidentFailed {
  const store = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM'].includes(code);
  return {
    answered: false,
    begun: false,
    failure: store ? 'store' : 'not-started',
    message: `cannot be started (${message})`,
    end: { exitCode: null, killedBy: null, timedOut: false, outOfMemory: false, peakMemory: 0, seconds },
    texts: { head: '', stdout: '', stderr: '', files: {} },
    seconds,
    memory: 0,
  };
}
