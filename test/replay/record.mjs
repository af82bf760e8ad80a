// Records the histories of the replay gate anew: node test/replay/record.mjs (see README.md beside this file).
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
process.chdir(root);
// Inside the project, so that packages resolve.
const folder = await mkdtemp(join(root, 'node_modules', '.anharmony-record-'));
try {
  await build({
    root,
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: join(root, 'test/replay/record.ts'),
      outDir: folder,
      minify: false,
      rollupOptions: { output: { format: 'esm', entryFileNames: 'record.mjs' } },
    },
  });
  const { record } = await import(pathToFileURL(join(folder, 'record.mjs')).href);
  await record(join(root, 'test/replay/histories'));
} finally {
  await rm(folder, { recursive: true, force: true });
}
