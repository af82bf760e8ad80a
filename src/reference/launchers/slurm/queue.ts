import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { slurmCommand } from './client.js';
import { hash } from './names.js';

/** A job as the queue shows it. */
export interface QueuedJob {
  readonly id: string;
  /** Slurm's long names: PENDING, RUNNING, TIMEOUT, … */
  readonly state: string;
  /** Why it waits or how it ended, `None` where Slurm says nothing. */
  readonly reason: string;
  readonly name: string;
}

/** Jobs by id as of one moment; undefined where the controller did not answer. */
export type Queue = ReadonlyMap<string, QueuedJob> | undefined;

/** ms after which a query that somebody else began is taken for dead. */
const ABANDONED = 60_000;
/** What is shared where the controller did not answer: no line of a queue. */
const SILENCE = 'silent';

/** All jobs of this user, those of the last minutes that have ended too (MinJobAge), in one query. */
export async function queryQueue(): Promise<Queue> {
  const said = await slurmCommand('squeue', [
    ...whose(),
    '--noheader',
    '--states=all',
    '--format=%A|%T|%r|%j',
  ]);
  return said.ok ? parseQueue(said.stdout) : undefined;
}

/**
 * The queue, at most `age` ms old. All threads and programs of this user on this machine share one query: the controller of a
 * busy cluster must not answer each of a hundred labels every few seconds.
 */
export async function sharedQueue(age: number): Promise<Queue> {
  const folder = join(tmpdir(), `anharmony-slurm-${process.getuid?.() ?? 0}`);
  const path = join(folder, hash(process.env['SLURM_CONF'] ?? ''));
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { uid } = await stat(folder);
    if (uid !== process.getuid?.()) return await queryQueue();
  } catch {
    return queryQueue();
  }
  for (;;) {
    const shared = await fresh(path, age);
    if (shared !== undefined) return shared === SILENCE ? undefined : parseQueue(shared);
    if (await begin(`${path}.asking`)) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  try {
    const queue = await queryQueue();
    await publish(path, queue);
    return queue;
  } finally {
    await rm(`${path}.asking`, { force: true });
  }
}

export function parseQueue(text: string): ReadonlyMap<string, QueuedJob> {
  const jobs = new Map<string, QueuedJob>();
  for (const line of text.split('\n')) {
    const [id, state, reason, ...name] = line.trim().split('|');
    if (name.length > 0) jobs.set(id, { id, state, reason, name: name.join('|') });
  }
  return jobs;
}

function whose(): readonly string[] {
  const uid = process.getuid?.();
  return uid === undefined ? [] : [`--user=${uid}`];
}

async function fresh(path: string, age: number): Promise<string | undefined> {
  try {
    const { mtimeMs } = await stat(path);
    return Date.now() - mtimeMs < age ? await readFile(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** True for the one who asks; the others wait for the answer. */
async function begin(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close();
    return true;
  } catch {
    const begun = await stat(path).catch(() => undefined);
    if (begun !== undefined && Date.now() - begun.mtimeMs > ABANDONED) await rm(path, { force: true });
    return false;
  }
}

async function publish(path: string, queue: Queue): Promise<void> {
  const lines = [...(queue?.values() ?? [])].map(({ id, state, reason, name }) =>
    [id, state, reason, name].join('|'),
  );
  await writeFile(`${path}.new`, queue === undefined ? SILENCE : `${lines.join('\n')}\n`);
  await rename(`${path}.new`, path);
}
