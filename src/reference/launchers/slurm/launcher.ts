import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ReferenceFailure } from '../../failures.js';
import type { FailureClass } from '../../types.js';
import type { ProgramEnd } from '../process.js';
import type { SlurmLauncherSettings } from '../settings.js';
import { lastLines } from '../tail.js';
import { Detached, type Job, type Launcher } from '../types.js';
import { slurmCommand } from './client.js';
import { JOB_FILES, prologue, readMark } from './jobFolder.js';
import { SLURM_RULES } from './ladder.js';
import { hash } from './names.js';
import { jobScript, quote, readTemplate, timeText } from './script.js';
import { type SlurmTimes, type SubmittedJob, submitOnce } from './submission.js';
import { type JobEnd, watchJob } from './watch.js';

const TIMES: SlurmTimes = { poll: 10, silence: 600, stuck: 300, lost: 120 };
const MEBIBYTE = 1_048_576;
/** Lines of the job's log kept as evidence. */
const EVIDENCE = 15;
/** Looks at a job that was cancelled before it is left to Slurm. */
const FAREWELL = 20;

/**
 * Programs as jobs of Slurm. A job is found again by its name after this program was ended, and never submitted twice. Throws
 * `InputError` for a script that cannot be used.
 */
export function slurmLauncher(
  settings: SlurmLauncherSettings,
  folder: string,
  hasMemory: boolean,
  times: Partial<SlurmTimes> = {},
): Launcher {
  const template = readTemplate(settings.script, folder, hasMemory);
  const { poll = TIMES.poll, tasks = 1 } = settings;
  const mends = { 'job-time-limit': '{time}', 'job-memory': '{memory}' };
  return {
    kind: 'slurm',
    durable: true,
    // What the script does not ask for cannot be asked for again with more.
    rules: SLURM_RULES.filter(({ symptom }) => template.includes(mends[symptom as keyof typeof mends])),
    run: async (job) => {
      const toEnd = () => runJob(job, template, tasks, { ...TIMES, poll, ...times });
      return job.read(await withFiles(job.folder, toEnd));
    },
  };
}

async function runJob(
  job: Job<unknown>,
  template: string,
  tasks: number,
  times: SlurmTimes,
): Promise<ProgramEnd> {
  const { folder, signal, name = randomUUID() } = job;
  signal.throwIfAborted();
  const notes = join(folder, `job-${name}`);
  const label = `anharmony-${hash(`${folder}|${name}`)}`;
  await mkdir(notes, { recursive: true });
  const prepare = async (jobName: string): Promise<void> => {
    await job.prepare();
    await writeFile(join(notes, JOB_FILES.script), scriptOf(job, notes, jobName, template, tasks));
  };
  const submitted = await submitOnce({ folder, notes, label, prepare, signal }, times);
  try {
    const end = await watchJob(submitted, notes, times, signal);
    if (end.how === 'stuck') await cancelJob(submitted);
    return await programEnd(end, submitted, notes);
  } catch (error) {
    if (signal.aborted && !(signal.reason instanceof Detached)) await cancelAndWait(submitted, notes, times);
    throw error;
  }
}

/** File systems of clusters come and go. */
async function withFiles<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (typeof (cause as NodeJS.ErrnoException).syscall !== 'string') throw cause;
    const failureClass = 'store';
    const message = `the files of a job in ${folder} cannot be read or written`;
    throw new ReferenceFailure(message, { failureClass, symptom: 'job-files', cause });
  }
}

function scriptOf(job: Job<unknown>, notes: string, name: string, template: string, tasks: number): string {
  const { argv, folder, stdout, stderr, timeout, memory, more, environment = {} } = job;
  const inFolder = (path: string) => quote(relative(folder, path));
  const values = {
    command: `${argv.map(quote).join(' ')} > ${inFolder(stdout)} 2> ${inFolder(stderr)}`,
    folder: quote(folder),
    name,
    time: timeText(timeout * (more?.time ?? 1)),
    memory: `${Math.ceil(((memory ?? 0) / MEBIBYTE) * (more?.memory ?? 1))}M`,
    tasks: String(tasks),
  };
  return jobScript(template, values, prologue(folder, notes, environment));
}

/** What a job's end means, where it is not the program's own. */
const FAILURES: Readonly<
  Record<Exclude<JobEnd['how'], 'ended'>, { symptom: string; failureClass: FailureClass; says: string }>
> = {
  time: { symptom: 'job-time-limit', failureClass: 'program-known', says: 'reached its time limit' },
  memory: {
    symptom: 'job-memory',
    failureClass: 'program-known',
    says: 'took more memory than it asked for',
  },
  node: { symptom: 'job-node-failure', failureClass: 'machine', says: 'lost its node' },
  cancelled: { symptom: 'job-cancelled', failureClass: 'machine', says: 'was cancelled by somebody' },
  preempted: { symptom: 'job-preempted', failureClass: 'machine', says: 'had to make way for another' },
  lost: {
    symptom: 'job-lost',
    failureClass: 'machine',
    says: 'has ended and left no exit code',
  },
  stuck: {
    symptom: 'job-policy',
    failureClass: 'input-wrong',
    says: 'would wait for ever and was cancelled',
  },
};

const HINTS: Partial<Record<JobEnd['how'], string>> = {
  stuck: 'the job script asks for what its partition, account or QOS never gives',
  lost: 'does the node see the work folder under the same path?',
};

async function programEnd(end: JobEnd, { id }: SubmittedJob, notes: string): Promise<ProgramEnd> {
  if (end.how !== 'ended') {
    const { symptom, failureClass, says } = FAILURES[end.how];
    const why = end.how === 'stuck' ? `: ${end.reason}` : '';
    throw new ReferenceFailure(`job ${id} ${says}${why}`, {
      failureClass,
      symptom,
      evidence: await lastLines(join(notes, JOB_FILES.log), EVIDENCE),
      hint: HINTS[end.how],
    });
  }
  const [started, exit] = await Promise.all([readMark(notes, 'started'), readMark(notes, 'exit')]);
  const killedBy = signalName(end.signal);
  return {
    exitCode: killedBy === null ? end.code : null,
    killedBy,
    timedOut: false,
    outOfMemory: false,
    // Only accounting would tell.
    peakMemory: 0,
    seconds: started && exit ? exit.at - started.at : 0,
  };
}

function signalName(number: number): NodeJS.Signals | null {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return (found?.[0] as NodeJS.Signals | undefined) ?? null;
}

async function cancelJob({ id }: SubmittedJob): Promise<boolean> {
  const { ok, stderr } = await slurmCommand('scancel', [id]);
  return ok || /invalid job id/i.test(stderr);
}

/** Cancels a job nobody wants any more, and waits until it writes to its folder no longer. */
async function cancelAndWait(job: SubmittedJob, notes: string, times: SlurmTimes): Promise<void> {
  const patience = AbortSignal.timeout(1e3 * FAREWELL * times.poll);
  while (!(await cancelJob(job))) {
    if (patience.aborted) return;
    await delay(1e3 * times.poll);
  }
  await watchJob(job, notes, times, patience).catch(() => undefined);
}
