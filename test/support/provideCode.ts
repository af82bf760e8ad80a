import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../scripts/install-codes.sh', import.meta.url));
/** ms: a slow mirror must not keep the tests for ever. */
const LIMIT = 600_000;

/**
 * Labels from a real ab initio code belong to the tests: on a bare machine with apt, pw.x is installed here (as root, as in a
 * container), once and before they start. Where it cannot be had that is said loudly, and the suites that need it skip.
 */
export default function provideCode(): void {
  const log = (text: string) => console.log(text.trim().replace(/^/gm, 'reference code: '));
  const { status, error, stdout, stderr } = spawnSync('bash', [SCRIPT, 'pw'], {
    encoding: 'utf8',
    timeout: LIMIT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  log(stdout || '(no output)');
  if (status === 0) return;
  log(`${stderr}${error?.message ?? ''}` || `exit code ${status}`);
  log('pw.x CANNOT BE HAD HERE: suites that run it are skipped');
}
