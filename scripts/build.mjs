// Builds the program into dist/: compiles, bundles the workflows, copies what is no TypeScript.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], { stdio: 'inherit' });
for (const file of ['numerics/kernels/kernels.wasm', 'reference/calculators/ase/bridge.py'])
  cpSync(`src/${file}`, `dist/src/${file}`);
chmodSync('dist/src/cli/main.js', 0o755);

// Bundling takes seconds: only when what goes into it has changed.
const sources = ['dist/workflows', 'dist/src/campaign'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .map((name) => `${folder}/${name}`),
);
const hash = createHash('sha256');
for (const source of sources.sort()) hash.update(source).update(readFileSync(source));
hash.update(readFileSync('package-lock.json'));
const stamp = `// ${hash.digest('hex')}\n`;
const target = 'dist/workflows/bundle.cjs';
let current = '';
try {
  current = readFileSync(target, 'utf8').slice(0, stamp.length);
} catch {}
if (current !== stamp) {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: `${root}dist/workflows/index.js`,
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(target, stamp + code);
}
