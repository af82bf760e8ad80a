import type { MessagePort } from 'node:worker_threads';
import type { ResidentAnswer, ResidentRequest, Residents } from '../src/reference/resident/types.js';

/**
 * Resident programs belong to the worker's main thread: it lives as long as the worker does, while threads sleep between tasks
 * and are ended in the middle; there a program outlives the thread that asked first, and serves any. This is the way to them.
 */
type ToMain =
  | { readonly id: number; readonly request: ResidentRequest }
  | { readonly id: number; readonly cancel: true };
type ToThread =
  | { readonly id: number; readonly answer: ResidentAnswer }
  | { readonly id: number; readonly error: unknown };

/** The main thread's side, for one task. A thread that dies in the middle is one that has cancelled. */
export function serveResidents(residents: Residents, port: MessagePort): void {
  const running = new Map<number, AbortController>();
  port.on('message', (message: ToMain) => {
    const { id } = message;
    if ('cancel' in message) return running.get(id)?.abort();
    const controller = new AbortController();
    running.set(id, controller);
    const reply = (answer: ToThread): void => {
      running.delete(id);
      port.postMessage(answer);
    };
    residents.evaluate(message.request, controller.signal).then(
      (answer) => reply({ id, answer }),
      (error: unknown) => reply({ id, error }),
    );
  });
  port.on('close', () => {
    for (const controller of running.values()) controller.abort();
  });
}

/** The thread's side. */
export function residentsOver(port: MessagePort): Residents {
  const waiting = new Map<number, (message: ToThread) => void>();
  let last = 0;
  port.on('message', (message: ToThread) => waiting.get(message.id)?.(message));
  return {
    async evaluate(request, signal) {
      signal.throwIfAborted();
      const id = ++last;
      const post = (message: ToMain): void => port.postMessage(message);
      const cancel = (): void => post({ id, cancel: true });
      const reply = new Promise<ToThread>((resolve) => waiting.set(id, resolve));
      signal.addEventListener('abort', cancel, { once: true });
      post({ id, request });
      try {
        const message = await reply;
        if ('answer' in message) return message.answer;
        throw signal.aborted ? signal.reason : message.error;
      } finally {
        waiting.delete(id);
        signal.removeEventListener('abort', cancel);
      }
    },
  };
}
