import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ReferenceFailure } from '../failures.js';
import { endedBy } from './endedBy.js';
import { type ProgramEnd, readRecord, runProgram, watchEarlier } from './process.js';
import type { Job, Launcher } from './types.js';

/** Programs as processes of this machine, ended with this program. */
export const localLauncher: Launcher = { kind: 'process', durable: false, rules: [], run };

/** File in a job's folder that tells what runs there. */
const RECORD = 'process.json';

async function run<Answer>(job: Job<Answer>): Promise<Answer> {
  const record = join(job.folder, RECORD);
  try {
    const earlier = await readRecord(record);
    // Two programs in one folder would spoil each other's files.
    const left = earlier && (await watchEarlier(earlier, job.folder, job));
    const isThis = job.name !== undefined && earlier?.name === job.name;
    const answer = left && isThis ? await byItself(job, left) : undefined;
    return answer ?? (await runAnew(job, record));
  } catch (error) {
    // Where this program has judged it, nobody may find it again; where its answer cannot be kept, it can be read again.
    if (error instanceof ReferenceFailure) await rm(record, { force: true });
    throw error;
  }
}

async function runAnew<Answer>(job: Job<Answer>, record: string): Promise<Answer> {
  await rm(record, { force: true });
  await job.prepare();
  const end = await start(job, record);
  const signal = endedBy(end);
  const outside = (signal === 'SIGKILL' || signal === 'SIGTERM') && !end.timedOut && !end.outOfMemory;
  if (!outside) return job.read(end);
  const unknown = `it was ended by ${signal} after it had written its answer`;
  return (await byItself(job, { ...end, exitCode: 0, killedBy: null, unknown })) ?? job.read(end);
}

/** The answer of a program whose own end is unknown, where it is whole; throws where it tells why it has none, else nothing. */
async function byItself<Answer>(job: Job<Answer>, end: ProgramEnd): Promise<Answer | undefined> {
  try {
    return await job.read(end);
  } catch (error) {
    if (!(error instanceof ReferenceFailure) || end.timedOut || end.outOfMemory) throw error;
    if (error.failureClass === 'program-known' || error.failureClass === 'input-wrong') throw error;
    return undefined;
  }
}

async function start(job: Job<unknown>, record: string): Promise<ProgramEnd> {
  try {
    return await runProgram({ ...job, record });
  } catch (cause) {
    if (job.signal.aborted) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' || code === 'EACCES';
    throw new ReferenceFailure(`the program ${job.argv[0]} cannot be started (${code ?? cause})`, {
      failureClass: missing ? 'input-wrong' : 'machine',
      symptom: 'not-started',
      ...(missing && {
        hint: 'is it installed here, on PATH and executable? Paths are relative to the campaign file',
      }),
      cause,
    });
  }
}
