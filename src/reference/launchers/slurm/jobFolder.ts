import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { quote } from './script.js';

/**
 * What is kept of one job beside its program's own files: what a restarted program needs to find it, and what its script
 * writes as it starts and ends, which stays true when Slurm has forgotten the job.
 */
export const JOB_FILES = {
  /** The unique name, from before it is submitted. */
  name: 'name',
  /** Slurm's number, from after that. */
  id: 'id',
  script: 'script.sh',
  /** What the script itself prints, and Slurm's own words. */
  log: 'log',
  /** `ID SECONDS`: by the script. */
  started: 'started',
  /** `CODE SECONDS`: by the script. */
  exit: 'exit',
} as const;

/** When a script started or ended, and its job or its exit code. */
export interface Mark {
  readonly value: string;
  /** s since 1970, on the node's clock. */
  readonly at: number;
}

/** A file's text; undefined where it is not there (yet). */
export async function readNote(folder: string, name: keyof typeof JOB_FILES): Promise<string | undefined> {
  try {
    const text = (await readFile(join(folder, JOB_FILES[name]), 'utf8')).trim();
    return text === '' ? undefined : text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function writeNote(folder: string, name: keyof typeof JOB_FILES, text: string): Promise<void> {
  const path = join(folder, JOB_FILES[name]);
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

export async function readMark(folder: string, name: 'started' | 'exit'): Promise<Mark | undefined> {
  const [value, at] = (await readNote(folder, name))?.split(' ') ?? [];
  return at === undefined ? undefined : { value, at: Number(at) };
}

export async function isThere(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => undefined)) !== undefined;
}

/**
 * The lines that a job script begins with: go to the folder, make sure that no other job has this calculation, and leave the
 * exit code on whatever way the script ends.
 */
export function prologue(
  workFolder: string,
  jobFolder: string,
  environment: Readonly<Record<string, string>>,
): string {
  const at = (name: keyof typeof JOB_FILES) => quote(join(jobFolder, JOB_FILES[name]));
  const trap = `anharmony_code=$?; echo "$anharmony_code $(date +%s)" > ${at('exit')}.new && mv ${at('exit')}.new ${at('exit')}`;
  return [
    '# From here to the empty line: where it runs, that it runs once, and how it ended.',
    `cd ${quote(workFolder)} || exit 1`,
    `( set -C; echo "$SLURM_JOB_ID $(date +%s)" > ${at('started')} ) 2> /dev/null ||`,
    `  [ "$(cut -d ' ' -f 1 ${at('started')})" = "$SLURM_JOB_ID" ] || exit 0`,
    `anharmony_ended() { ${trap}; }`,
    'trap anharmony_ended EXIT',
    // bash runs that after a signal, too, but with the code of the command before: 0.
    ...['HUP', 'INT', 'QUIT', 'USR1', 'USR2', 'ALRM', 'TERM'].map(
      (signal) => `trap 'exit ${128 + constants.signals[`SIG${signal}` as NodeJS.Signals]}' ${signal}`,
    ),
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${quote(value)}`),
    '',
  ].join('\n');
}
