import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import {
  type Finished,
  isAlive,
  killTree,
  processTree,
  type Running,
  root,
  smallCampaign,
  start,
  temporaryFolder,
  untilSaid,
} from '../e2e/cli.js';

/** A working folder with one campaign, whose reference is a program that tells when it runs. */
export interface Site {
  readonly path: string;
  readonly home: string;
  /** What runs here, in the order of its start. */
  readonly running: Running[];
  /** The dist folder of the program that is used. */
  readonly dist: string;
}

/** An exact moment at which a process suffers something; see inject.mjs. */
export interface Fault {
  readonly at: string;
  readonly nth?: number;
  readonly when: 'before' | 'after';
  readonly what: 'kill' | 'hold' | 'memory';
}

export const CAMPAIGN = 'small';
export const DIST = join(root, 'dist');

/** A campaign of seconds: 64 atoms, 4 structures from MD, some 30,000 MD steps, a dozen runs of the reference program. */
export function newSite(changes: Readonly<Record<string, string>> = {}): Site {
  const { path } = temporaryFolder();
  fillSite(path, changes);
  return { path, home: join(path, '.anharmony'), running: [], dist: DIST };
}

function fillSite(path: string, changes: Readonly<Record<string, string>>): void {
  copyFileSync(join(root, 'examples/silicon.POSCAR'), join(path, 'silicon.POSCAR'));
  for (const program of ['reference.mjs', 'code.mjs', 'notes.mjs'])
    copyFileSync(join(root, 'test/faults', program), join(path, program));
  const command = JSON.stringify(['node', 'reference.mjs', DIST, '{input}', '{output}']);
  const campaign = smallCampaign(CAMPAIGN, {
    reference: `{ calculator: command, command: ${command} }`,
    initial: '{ phonon: { count: 2 } }',
    acquisition: '{ every: 2, stall: { after: 4 ps, structures: 4 } }',
    convergence: '{ minTime: 30 ps, minStructures: 4 }',
    limits: '{ roundSteps: 8000 }',
    ...changes,
  });
  writeFileSync(join(path, 'campaign.yaml'), campaign);
}

/** Another place on this machine that goes on with the same campaign and home. */
export function siteAt(site: Site, path: string): Site {
  return { ...site, path, home: join(path, '.anharmony'), running: [] };
}

export interface Surroundings {
  readonly faults?: readonly Fault[];
  readonly env?: NodeJS.ProcessEnv;
}

/** The file that tells when a fault has struck. */
export function markOf(site: Site, fault: Fault): string {
  return join(site.path, `fault-${fault.at.replace(' ', '-')}-${fault.nth ?? 1}-${fault.when}`);
}

/** Starts a command of the program in a site. */
export function begin(site: Site, args: readonly string[], { faults, env }: Surroundings = {}): Running {
  const injected = faults && {
    NODE_OPTIONS: `--import=${pathToFileURL(join(root, 'test/faults/inject.mjs')).href}`,
    FAULTS: JSON.stringify(faults.map((fault) => ({ ...fault, mark: markOf(site, fault) }))),
  };
  const running = start(args, site.path, { ...injected, ...env }, join(site.dist, 'src/cli/main.js'));
  site.running.push(running);
  return running;
}

/** `anharmony run` of the campaign. */
export function runCampaign(site: Site, surroundings?: Surroundings): Running {
  return begin(site, ['run', 'campaign.yaml', '--format', 'plain'], surroundings);
}

/** Waits for a condition, asking often; fails after `seconds` with what was waited for. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  seconds = 60,
): Promise<number> {
  const began = performance.now();
  while (!(await condition())) {
    if (performance.now() - began > seconds * 1e3) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(10);
  }
  return (performance.now() - began) / 1e3;
}

/** Waits until a fault has struck; what it wrote down. */
export async function untilStruck(site: Site, fault: Fault, seconds = 60) {
  const mark = markOf(site, fault);
  const struck = () => {
    // It is there before its content is.
    if (existsSync(mark) && statSync(mark).size > 0) return true;
    const over = site.running.every(({ child }) => child.exitCode !== null || child.signalCode !== null);
    if (over) throw new Error('all programs ended before');
    return false;
  };
  await until(`${fault.what} at ${fault.at} in ${site.path}`, struck, seconds).catch((error) => {
    throw new Error(`${error}\n${site.running.map((r) => r.output()).join('\n')}`);
  });
  return JSON.parse(readFileSync(mark, 'utf8')) as { readonly pid: number; readonly path: string };
}

/** Lets a thread that a fault holds go on. */
export function release(site: Site, fault: Fault): void {
  rmSync(`${markOf(site, fault)}.hold`, { force: true });
}

/** Makes the reference program wait, or go on. */
export function holdReference(site: Site, held: boolean): void {
  if (held) writeFileSync(join(site.path, 'hold'), '');
  else rmSync(join(site.path, 'hold'), { force: true });
}

/** Kills a command and all that it has started, as the loss of its machine does. */
export async function lose({ child, finished }: Running): Promise<void> {
  const tree = processTree(child.pid!);
  killTree(child.pid!);
  await finished;
  await until('the end of all processes', () => !tree.some(isAlive));
}

/** Ends everything that was started in a site and removes it. */
export async function clear(site: Site): Promise<void> {
  for (const { child, finished } of [...site.running].reverse()) {
    if (child.pid !== undefined && isAlive(child.pid)) {
      process.kill(child.pid, 'SIGCONT');
      killTree(child.pid);
    }
    await finished;
  }
  // A server whose `run` was killed lives on until the next one.
  if (existsSync(join(site.home, 'server/server.json')) && isAlive(serverOf(site).pid))
    process.kill(serverOf(site).pid, 'SIGKILL');
  rmSync(site.path, { recursive: true, force: true });
}

/** Waits for a `run` and requires that it converged. */
export async function converged(running: Running): Promise<Finished> {
  const last = await running.finished;
  if (last.code !== 0) throw new Error(`exit code ${last.code}:\n${last.stdout}\n${last.stderr}`);
  return last;
}

/** Where the server of a site listens, and its process. */
export function serverOf({ home }: Site): { readonly address: string; readonly pid: number } {
  const { address, serverPid } = JSON.parse(readFileSync(join(home, 'server/server.json'), 'utf8')) as {
    readonly address: string;
    readonly serverPid: number;
  };
  return { address, pid: serverPid };
}

/** `anharmony server`, ready. */
export async function serve(site: Site): Promise<Running> {
  const server = begin(site, ['server']);
  await untilSaid(server, /Temporal server: 127/);
  return server;
}

/** `anharmony worker`, ready. */
export async function work(site: Site, args: readonly string[] = [], surroundings?: Surroundings) {
  const worker = begin(site, ['worker', ...args], surroundings);
  await untilSaid(worker, /"msg":"working"/);
  return worker;
}

/** Hands the campaign to the server. */
export async function hand(site: Site, env?: NodeJS.ProcessEnv): Promise<Finished> {
  return converged(begin(site, ['start', 'campaign.yaml'], { env }));
}
