import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { ReferenceFailure } from '../../failures.js';
import { isPassing, isPolicy, type Said, slurmCommand } from './client.js';
import { JOB_FILES, readMark, readNote, writeNote } from './jobFolder.js';
import { queryQueue } from './queue.js';

/** A calculation that is to be one job, whoever asks for it and however often. */
export interface Submission {
  /** Its working folder. */
  readonly folder: string;
  /** The folder of its notes. */
  readonly notes: string;
  /** For people; the job's name begins with it. */
  readonly label: string;
  /** Writes inputs and script for a job of this name. */
  prepare(name: string): Promise<void>;
  readonly signal: AbortSignal;
}

export interface SubmittedJob {
  readonly id: string;
  readonly name: string;
}

/** How long is waited for what; s. */
export interface SlurmTimes {
  /** Between two looks at the queue. */
  readonly poll: number;
  /** A controller that does not answer for so long is told to whoever retries. */
  readonly silence: number;
  /** So long a job may wait for a reason that waiting does not mend: administrators restart and reconfigure. */
  readonly stuck: number;
  /** So long a job may be neither in the queue nor ended on disk: file systems of clusters are slow. */
  readonly lost: number;
}

/** ms without a sign of life after which a turn to submit is taken over. */
const STALE = 15_000;

/** Submits the job, or finds the one that was submitted before. One at a time, whichever process or host asks. */
export async function submitOnce(submission: Submission, times: SlurmTimes): Promise<SubmittedJob> {
  const unlock = await waitForTurn(submission);
  try {
    const since = Date.now();
    for (;;) {
      submission.signal.throwIfAborted();
      const job = await trySubmission(submission);
      if ('id' in job) return job;
      if (Date.now() - since > 1e3 * times.silence) throw silent(job.stderr);
      await delay(1e3 * times.poll, undefined, { signal: submission.signal }).catch(() => undefined);
    }
  } finally {
    await unlock().catch(() => undefined);
  }
}

/** The failure that tells of a controller that does not answer. Nothing counts against the structure. */
export function silent(said: string): ReferenceFailure {
  return new ReferenceFailure(`Slurm does not answer${said === '' ? '' : `: ${said.split('\n')[0]}`}`, {
    failureClass: 'machine',
    symptom: 'slurm-silent',
    hint: 'is slurmctld running? Jobs that it has taken are found again',
  });
}

/** The job, or what Slurm said where it may say something else in a while. */
async function trySubmission(submission: Submission): Promise<SubmittedJob | Said> {
  const { notes } = submission;
  const known = await readNote(notes, 'name');
  const name = known ?? `${submission.label}-${randomBytes(4).toString('hex')}`;
  const found = known === undefined ? undefined : await find(notes, known);
  if (found !== undefined) return found;
  await submission.prepare(name);
  // From here on a job of this name may exist.
  await writeNote(notes, 'name', name);
  const said = await sbatch(submission, name);
  if (!said.ok) {
    if (isPassing(said)) return said;
    throw refused(said);
  }
  // `--parsable`: the number, with `;CLUSTER` after it where there are several.
  const id = said.stdout.trim().split(';')[0];
  await writeNote(notes, 'id', id);
  return { id, name };
}

/** A job of this name: from its notes, from what its script wrote, else from the queue. */
async function find(notes: string, name: string): Promise<SubmittedJob | Said | undefined> {
  const noted = (await readMark(notes, 'started'))?.value ?? (await readNote(notes, 'id'));
  if (noted !== undefined) return { id: noted, name };
  const queue = await queryQueue();
  // Without an answer nobody knows whether it was submitted.
  if (queue === undefined) return { ok: false, stdout: '', stderr: '' };
  const queued = [...queue.values()].find((job) => job.name === name);
  if (queued === undefined) return undefined;
  await writeNote(notes, 'id', queued.id);
  return { id: queued.id, name };
}

function sbatch({ folder, notes }: Submission, name: string): Promise<Said> {
  const log = join(notes, JOB_FILES.log);
  return slurmCommand('sbatch', [
    '--parsable',
    `--job-name=${name}`,
    `--chdir=${folder}`,
    `--output=${log}`,
    `--error=${log}`,
    // A lost node is an attempt of its own, on record.
    '--no-requeue',
    join(notes, JOB_FILES.script),
  ]);
}

function refused(said: Said): ReferenceFailure {
  const lines = said.stderr.split('\n').map((line) => line.replace(/^sbatch: (error: )?/, ''));
  const policy = isPolicy(said);
  return new ReferenceFailure(`sbatch refuses the job: ${lines[0]}`, {
    failureClass: 'input-wrong',
    symptom: policy ? 'job-policy' : 'job-refused',
    evidence: lines,
    hint: policy
      ? 'account, partition or QOS in the job script do not allow it'
      : 'no node is as large as the job script asks for, or the script is wrong',
  });
}

async function waitForTurn({ notes, signal }: Submission): Promise<() => Promise<void>> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await lockfile.lock(notes, {
        lockfilePath: join(notes, 'submitting'),
        stale: STALE,
        // The script itself makes sure that a second job of the same calculation does nothing.
        onCompromised: () => undefined,
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
      await delay(500, undefined, { signal }).catch(() => undefined);
    }
  }
}
