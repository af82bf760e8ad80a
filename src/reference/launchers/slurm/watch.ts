import { setTimeout as delay } from 'node:timers/promises';
import { type Said, slurmCommand } from './client.js';
import { isThere, readMark, readNote } from './jobFolder.js';
import { type QueuedJob, sharedQueue } from './queue.js';
import { batchEnd, jobNameIn, OVER_MEMORY, type Phase, phaseOf, stateIn, waitsForEver } from './states.js';
import { type SlurmTimes, type SubmittedJob, silent } from './submission.js';

/** How a job ended. */
export type JobEnd =
  | { readonly how: 'ended'; readonly code: number; readonly signal: number }
  | { readonly how: 'time' | 'memory' | 'node' | 'cancelled' | 'preempted' | 'lost' }
  /** It would have waited for ever, for this reason. */
  | { readonly how: 'stuck'; readonly reason: string };

/** What one look showed: the end, or since when what has gone wrong. */
type Look = JobEnd | 'going' | 'silent' | 'lost' | { readonly stuck: string };

/**
 * Waits for the end of a job. What its script wrote is believed first, then the queue, then `scontrol`; accounting is never
 * asked. Throws `ReferenceFailure` where Slurm does not answer for too long, and the signal's reason after an abort.
 */
export async function watchJob(
  job: SubmittedJob,
  notes: string,
  times: SlurmTimes,
  signal: AbortSignal,
): Promise<JobEnd> {
  const since = new Map<string, number>();
  const lasted = (what: string, seconds: number): boolean => {
    for (const other of since.keys()) if (other !== what) since.delete(other);
    if (!since.has(what)) since.set(what, Date.now());
    return Date.now() - since.get(what)! > 1e3 * seconds;
  };
  for (;;) {
    signal.throwIfAborted();
    const seen = await look(job, notes, times);
    if (seen === 'going') since.clear();
    else if (seen === 'silent') {
      if (lasted('silent', times.silence)) throw silent('');
    } else if (seen === 'lost') {
      if (lasted('lost', times.lost)) return { how: 'lost' };
    } else if ('stuck' in seen) {
      if (lasted('stuck', times.stuck)) return { how: 'stuck', reason: seen.stuck };
    } else return seen;
    await delay(1e3 * times.poll, undefined, { signal }).catch(() => undefined);
  }
}

async function look(job: SubmittedJob, notes: string, times: SlurmTimes): Promise<Look> {
  // Another worker that had the same label removed its folder.
  if (!(await isThere(notes))) return { how: 'lost' };
  const written = await writtenEnd(notes);
  if (written !== undefined && isPlain(written)) return written;
  const queue = await sharedQueue(1e3 * times.poll);
  // A script that another job of the same calculation runs already leaves it to that.
  const id = (await readMark(notes, 'started'))?.value ?? job.id;
  const queued = queue?.get(id);
  if (queue === undefined) return 'silent';
  if (queued === undefined || queued.name !== job.name) return forgotten(job, id, notes);
  return fromQueue(queued, notes);
}

/** An end that needs no word from Slurm: what SIGTERM or SIGKILL ended may have been ended by Slurm. */
function isPlain(end: JobEnd): boolean {
  return end.how !== 'ended' || (end.signal !== 9 && end.signal !== 15);
}

/** Slurm's own words in the job's log (slurmstepd), then the code that the script left. */
async function writtenEnd(notes: string): Promise<JobEnd | undefined> {
  const exit = await readMark(notes, 'exit');
  if (exit === undefined) return undefined;
  const code = Number(exit.value);
  if (code === 0) return { how: 'ended', code, signal: 0 };
  const log = (await readNote(notes, 'log')) ?? '';
  if (OVER_MEMORY.test(log)) return { how: 'memory' };
  if (/DUE TO TIME LIMIT/.test(log)) return { how: 'time' };
  if (/DUE TO NODE FAILURE/.test(log)) return { how: 'node' };
  if (/DUE TO PREEMPTION/.test(log)) return { how: 'preempted' };
  // A shell's code for a child that a signal ended.
  return code > 128 && code < 160
    ? { how: 'ended', code: 0, signal: code - 128 }
    : { how: 'ended', code, signal: 0 };
}

async function fromQueue({ id, state, reason }: QueuedJob, notes: string): Promise<Look> {
  const phase = phaseOf(state);
  if (phase === 'waits') return waitsForEver(reason) ? { stuck: reason } : 'going';
  return isOver(phase) ? overAs(phase, id, notes) : 'going';
}

/** Slurm keeps jobs that ended for MinJobAge only, minutes; `scontrol` may know more than the queue just told. */
async function forgotten(job: SubmittedJob, id: string, notes: string): Promise<Look> {
  const said = await showJob(id);
  const isIts = said.ok && jobNameIn(said.stdout) === job.name;
  if (!said.ok && !/invalid job id/i.test(said.stderr)) return 'silent';
  if (isIts) {
    const phase = phaseOf(stateIn(said.stdout) ?? '');
    return isOver(phase) ? overAs(phase, id, notes) : 'going';
  }
  return (await writtenEnd(notes)) ?? 'lost';
}

function isOver(phase: Phase): phase is Exclude<Phase, 'waits' | 'runs' | 'ends'> {
  return phase !== 'waits' && phase !== 'runs' && phase !== 'ends';
}

async function overAs(
  phase: Exclude<Phase, 'waits' | 'runs' | 'ends'>,
  id: string,
  notes: string,
): Promise<Look> {
  if (phase !== 'ended') return { how: phase };
  const written = await writtenEnd(notes);
  if (written !== undefined) return written;
  const end = batchEnd((await showJob(id)).stdout);
  // Only a signal keeps a script from leaving its code: until that is here, the code's own files may not be either.
  if (end === undefined || end.signal === 0 || (await readMark(notes, 'started')) === undefined)
    return 'lost';
  const log = (await readNote(notes, 'log')) ?? '';
  // Slurm kills what takes too much with OverMemoryKill, and calls that FAILED 0:9.
  if (end.signal === 9 && OVER_MEMORY.test(log)) return { how: 'memory' };
  return { how: 'ended', ...end };
}

function showJob(id: string): Promise<Said> {
  return slurmCommand('scontrol', ['--oneliner', 'show', 'job', id]);
}
