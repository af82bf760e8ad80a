import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

export interface Bundle {
  /** A JavaScript file that plain `node` runs. */
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * A TypeScript program of the test folder as one file for a child process: for what cannot be tried in the test's
 * own process, such as being killed. It lies inside the project so that packages resolve from it.
 */
export async function bundleProgram(source: string): Promise<Bundle> {
  const folder = await mkdtemp(join(PROJECT, 'node_modules', '.anharmony-test-'));
  // For programs that run as another user.
  await chmod(folder, 0o755);
  await build({
    root: PROJECT,
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: resolve(PROJECT, source),
      outDir: folder,
      minify: false,
      rollupOptions: { output: { format: 'esm', entryFileNames: 'program.mjs' } },
    },
  });
  return { path: join(folder, 'program.mjs'), remove: () => rm(folder, { recursive: true, force: true }) };
}
