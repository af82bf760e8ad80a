import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { onPath, runBriefly } from '../processes.js';
import { CLI_VERSION } from './cache.js';

const MODULE = 'github.com/temporalio/cli';
/** What the go.mod of this release asks for. */
const MINIMUM = [1, 25] as const;
const LIMIT_MS = 30 * 60_000;

/** Whether `go install` can work here; the reason as text when it cannot. */
export async function probeGo(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const go = onPath('go', env);
  if (go === undefined) return 'no Go here';
  const { stdout, failure } = await runBriefly(go, ['version'], 5000, { env, cwd: tmpdir() });
  const [, major, minor] = /go version go(\d+)\.(\d+)/.exec(stdout)?.map(Number) ?? [];
  if (major === undefined)
    return `${go} does not say its version${failure === undefined ? '' : ` (${failure})`}`;
  if (major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1])) {
    return `Go ${major}.${minor} is too old, ${MINIMUM.join('.')} is needed`;
  }
  const list = await runBriefly(go, ['list', '-m', `${MODULE}@${CLI_VERSION}`], 10_000, {
    env,
    cwd: tmpdir(),
  });
  if (list.code === 0) return undefined;
  return `Go's module proxy does not answer (${list.failure ?? list.stderr.trim().split('\n').at(-1)})`;
}

/** Builds the program into a folder, which takes minutes; the reason as text when it fails. */
export async function goInstall(
  env: NodeJS.ProcessEnv,
  folder: string,
  log: (line: string) => void,
): Promise<string | undefined> {
  const go = onPath('go', env) ?? 'go';
  log(`building the Temporal server by go install (once; 3 to 4 minutes on two cores)`);
  const child = spawn(go, ['install', `${MODULE}/cmd/temporal@${CLI_VERSION}`], {
    cwd: tmpdir(),
    env: { ...env, GOBIN: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  let elapsed = 0;
  const timer = setInterval(() => {
    elapsed += 15;
    log(`building the Temporal server: ${elapsed} s`);
  }, 15_000);
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
    child.once('error', (error) => {
      said = error.message;
      resolve(null);
    });
  });
  clearInterval(timer);
  if (code === 0) return undefined;
  return `go install failed after ${elapsed} s (${said.trim().split('\n').at(-1)?.slice(0, 300) || `exit ${code}`})`;
}
