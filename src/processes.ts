import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { delimiter, join } from 'node:path';

/** A process that can be told from a later one with the same number. */
export interface ProcessIdentity {
  readonly host: string;
  /** Differs after every boot; empty where the system does not say. */
  readonly boot: string;
  readonly pid: number;
  /** When it began, in the system's own notation. */
  readonly started: string;
}

export interface BriefResult {
  /** Exit code; undefined when it did not run, or not to its end. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Why there is no exit code. */
  readonly failure?: string;
}

/** Runs a program that should answer at once; killed after the time limit, never throws. */
export function runBriefly(
  command: string,
  args: readonly string[],
  timeoutMs: number,
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<BriefResult> {
  return new Promise((resolve) => {
    const settings = { ...options, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 1 << 20 } as const;
    execFile(command, [...args], settings, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, stdout, stderr });
      if (typeof error.code === 'number') return resolve({ code: error.code, stdout, stderr });
      const failure = error.killed ? `no answer within ${timeoutMs / 1000} s` : (error.code ?? error.message);
      resolve({ code: undefined, stdout, stderr, failure });
    });
  });
}

/** The first executable file of this name on PATH. */
export function onPath(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  return allOnPath(name, env)[0];
}

/** The executable files of this name on PATH, in its order. */
export function allOnPath(name: string, env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, file)).filter(isExecutable);
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Who a running process is; undefined when there is none of this number. */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  const started = await startOf(pid);
  return started === undefined ? undefined : { host: hostname(), boot: bootId(), pid, started };
}

/** Whether it still runs; `elsewhere` when it belongs to another machine or container, which this one cannot see. */
export async function stateOf(identity: ProcessIdentity): Promise<'alive' | 'dead' | 'elsewhere'> {
  if (identity.host !== hostname()) return 'elsewhere';
  if (identity.boot !== bootId()) return 'dead';
  return (await startOf(identity.pid)) === identity.started ? 'alive' : 'dead';
}

/** Whether it ran on this machine since its last start, has ended, and no other process has its number. */
export async function hasLeft({ host, boot, pid }: ProcessIdentity): Promise<boolean> {
  return host === hostname() && boot === bootId() && (await startOf(pid)) === undefined;
}

/** Processes of this machine that were started with all of these arguments in this order, one after another. */
export async function processesWith(args: readonly string[]): Promise<readonly number[]> {
  if (process.platform !== 'linux') return processesByPs(args);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found: number[] = [];
  for (const pid of pids) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (`\0${line}`.includes(`\0${args.join('\0')}\0`)) found.push(pid);
  }
  return found;
}

async function processesByPs(args: readonly string[]): Promise<readonly number[]> {
  const { stdout } = await runBriefly('ps', ['-axo', 'pid=,args='], 5000);
  const lines = stdout.split('\n').filter((line) => `${line} `.includes(` ${args.join(' ')} `));
  return lines.map((line) => Number.parseInt(line, 10)).filter(Number.isInteger);
}

async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    // proc(5): the name in parentheses may hold blanks; after it, field 3 is the state and field 22 the start.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields === undefined || fields[0] === 'Z' ? undefined : fields[19];
  }
  const { code, stdout } = await runBriefly('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], 5000);
  const [state, ...start] = stdout.trim().split(/\s+/);
  return code !== 0 || state.startsWith('Z') ? undefined : start.join(' ');
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
