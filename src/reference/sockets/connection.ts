import type { Duplex } from 'node:stream';

/** The other side has closed, or died. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** The other side speaks something else. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** A byte stream with a client behind it: messages may come in parts, or several in one. */
export interface Connection {
  send(bytes: Buffer): void;
  /** The next `count` bytes; throws `ConnectionLost` where they do not come any more. Not more than a few kilobytes are kept beyond. */
  read(count: number): Promise<Buffer>;
  /** True once the other side has closed. */
  isLost(): boolean;
  close(): void;
}

/** Reads on demand, so that a client that floods us is held back by its own socket's buffer. */
export function connectionOf(stream: Duplex): Connection {
  let failure: Error | undefined;
  let wake: () => void = () => undefined;
  stream.on('error', (error) => {
    failure ??= error;
  });
  // Listeners that stay: one that is added says at once that there is something to read, however little.
  for (const event of ['readable', 'end', 'close']) stream.on(event, () => wake());
  const lost = (): boolean => stream.destroyed || stream.readableEnded || failure !== undefined;
  const connectionLost = (got: number, count: number): ConnectionLost => {
    const cut = got > 0 ? `, after ${got} of ${count} bytes` : '';
    return new ConnectionLost(`the client closed the connection${cut}`, { cause: failure });
  };
  return {
    send(bytes) {
      if (!lost()) stream.write(bytes);
    },
    async read(count) {
      if (count === 0) return Buffer.alloc(0);
      for (;;) {
        const more = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const bytes = stream.read(count) as Buffer | null;
        // At its end a stream gives what is left, however little.
        if (bytes !== null && bytes.length < count) throw connectionLost(bytes.length, count);
        if (bytes !== null) return bytes;
        if (lost()) throw connectionLost(0, count);
        await more;
      }
    },
    isLost: lost,
    close: () => stream.destroy(),
  };
}
