import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { FailureError } from '../../src/errors.js';
import { connect } from '../../src/server/connect.js';
import { freePort } from '../../src/server/serverProcess.js';

describe('connect', () => {
  const attempt = (address: string) =>
    connect({ address, namespace: 'default', description: 'TEMPORAL_ADDRESS' }, { patienceMs: 500 }).catch(
      (e: unknown) => e,
    );

  it('fails within seconds with the reason where no server is', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const started = Date.now();
    const error = await attempt(address);
    expect(error).toBeInstanceOf(FailureError);
    expect(String(error)).toContain(`no Temporal server answers at ${address} (connection refused)`);
    expect(error).toMatchObject({ hint: expect.stringContaining('TEMPORAL_ADDRESS') });
    expect(Date.now() - started).toBeLessThan(8000);
  });

  it('says when something else listens there, and when it is no address', async () => {
    const other = createServer((socket) =>
      socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    expect(String(await attempt(`127.0.0.1:${port}`))).toContain('does not answer as a Temporal server');
    other.close();
    expect(String(await attempt('cluster:http'))).toContain('not host:port');
  });
});
