/**
 * `npm run test:peers`: the tests that compare with programs of others, with those programs there. In `npm test` they are
 * skipped where Python has not got them.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { reasonOf, virtualEnvironment } from './virtualEnvironment.mjs';

const PACKAGES = ['phonopy==2.47.1', 'phono3py==3.24.0', 'scikit-learn==1.9.1', 'ase==3.29.0'];
const MODULES = ['phonopy', 'phono3py', 'sklearn', 'ase', 'numpy'];
const TESTS = [
  'test/cli/export.test.ts',
  'test/crystal/ase.test.ts',
  'test/forcefield/encoding.test.ts',
  'test/md/trajectoryFormat.test.ts',
  'test/regression/scikitLearn.test.ts',
];

let python;
try {
  python = virtualEnvironment('test-peers', PACKAGES, MODULES);
} catch (error) {
  console.error(`
SKIPPED, NOTHING WAS TESTED: Python 3 with venv and ${PACKAGES.join(', ')} are not to be had:
${reasonOf(error)}
`);
  process.exit(0);
}
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...TESTS], {
  stdio: 'inherit',
  env: { ...process.env, ANHARMONY_PYTHON: python },
});
process.exit(status ?? 1);
