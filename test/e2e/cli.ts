import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** The built program. */
export const main = join(root, 'dist/src/cli/main.js');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command line of the built program. */
export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** What it has printed so far. */
  output(): string;
}

export function start(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
  program = main,
): Running {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    // A server that a developer happens to have named must not be used.
    env: { ...process.env, TEMPORAL_ADDRESS: '', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const finished = new Promise<Finished>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { child, finished, output: () => stdout + stderr };
}

/** Waits until it has printed what matches; rejects where it ends before. */
export async function untilSaid(running: Running, pattern: RegExp): Promise<void> {
  let over = false;
  void running.finished.then(() => {
    over = true;
  });
  while (!pattern.test(running.output())) {
    if (over) throw new Error(`it ended without ${pattern}:\n${running.output()}`);
    await sleep(50);
  }
}

export function run(args: readonly string[], cwd: string, env?: NodeJS.ProcessEnv): Promise<Finished> {
  return start(args, cwd, env).finished;
}

/** A process and all its descendants, whatever process groups they are in. */
export function processTree(pid: number): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const tree = [pid];
  for (let k = 0; k < tree.length; k++)
    tree.push(...table.filter(([, parent]) => parent === tree[k]).map(([child]) => child));
  return tree;
}

/** SIGKILL to a whole tree: nothing gets to clean up. */
export function killTree(pid: number): void {
  for (const member of processTree(pid)) {
    try {
      process.kill(member, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'anharmony-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The `force constants sha256:…` line of a finished run. */
export function forceConstants({ stdout }: Finished): string {
  return /force constants (sha256:[0-9a-f]{64})/.exec(stdout)?.[1] ?? `no hash in:\n${stdout}`;
}

/** A campaign of seconds: 64 atoms, 6 structures from MD. */
export function smallCampaign(name: string, changes: Readonly<Record<string, string>> = {}): string {
  const parts: Record<string, string> = {
    name,
    crystal: 'silicon.POSCAR',
    supercell: '[2, 2, 2]',
    expansion: '{ cutoffs: { 2: 5.0, 3: 4.0, 4: 2.5 } }',
    reference: '{ calculator: stillinger-weber }',
    md: '{ temperature: 300 }',
    acquisition: '{ every: 2, stall: { after: 800 fs, structures: 6 } }',
    convergence: '{ minTime: 2 ps, minStructures: 6 }',
    limits: '{ roundSteps: 1200 }',
    ...changes,
  };
  return `${Object.entries(parts)
    .map(([key, value]) => `${key}: ${value}`)
    .join('\n')}\n`;
}
