import { runBriefly } from '../processes.js';

/** A `temporal` program that has shown that it runs. */
export interface ServerExecutable {
  readonly path: string;
  /** Of the command line and the server in it, as it reports itself, such as `1.5.1 (Server 1.29.1, UI 2.42.1)`. */
  readonly version: string;
}

/** Asks a program for its version; the reason as text when it does not answer as `temporal` does. */
export async function verifyExecutable(path: string): Promise<ServerExecutable | string> {
  // A first start from a cold disk reads some 200 MB.
  const result = await runBriefly(path, ['--version'], 10_000, {
    env: { ...process.env, TEMPORAL_VERSION_CHECK_DISABLED: '1' },
  });
  const version = /^temporal version (.+)$/m.exec(result.stdout)?.[1];
  if (result.code === 0 && version !== undefined) return { path, version };
  if (result.failure !== undefined) return `${path} does not run: ${result.failure}`;
  return `${path} --version does not answer as Temporal's program does`;
}
