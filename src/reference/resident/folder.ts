import { randomBytes } from 'node:crypto';
import { mkdir, open, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessIdentity } from '../../processes.js';
import type { Listener } from '../sockets/listener.js';
import type { ResidentProgram, ResidentTexts } from './types.js';

/** Files of a resident's folder beside those of the program. */
export const OWNER = 'owner.json';
export const PROCESS = 'process.json';

/** Whose a resident is: where that process is dead, the resident is to be ended. */
export interface Owner {
  readonly process: ProcessIdentity;
  /** File of the socket. */
  readonly socket?: string;
}

/** Bytes of a log, and of any other file, that are kept at most: programs may print gigabytes. */
const MOST_LOG = 1 << 22;
const MOST_FILE = 1 << 26;

/** A folder of its own for a program, with its input and the record of its owner. */
export async function makeResidentFolder(
  root: string,
  program: ResidentProgram,
  { address, path }: Listener,
  process: ProcessIdentity,
): Promise<string> {
  const folder = join(root, randomBytes(8).toString('hex'));
  await mkdir(folder, { recursive: true });
  const owner: Owner = { process, ...(path !== undefined && { socket: path }) };
  await writeFile(join(folder, OWNER), JSON.stringify(owner));
  for (const [name, content] of Object.entries(program.files))
    await writeFile(join(folder, name), typeof content === 'string' ? fill(content, address) : content);
  return folder;
}

/** Puts an address where a text has `{socket}`, `{host}` and `{port}`; `${port}` is left to the program. */
export function fill(text: string, address: Listener['address']): string {
  return text.replace(/(?<!\$)\{(socket|host|port)\}/g, (all, name: string) => address[name] ?? all);
}

export const logsOf = (folder: string) => ({
  stdout: join(folder, 'stdout.txt'),
  stderr: join(folder, 'stderr.txt'),
});

/** What the structure before has left must not be taken for this one's. */
export async function forget(folder: string, reads: readonly string[] = []): Promise<void> {
  for (const name of reads) await rm(join(folder, name), { force: true });
}

/** Bytes printed so far. */
export async function logSize(folder: string): Promise<number> {
  return (await stat(logsOf(folder).stdout).catch(() => ({ size: 0 }))).size;
}

/** stdout from a byte on; its end where it is long. */
export async function logFrom(folder: string, start: number): Promise<string> {
  return textOf(logsOf(folder).stdout, Math.max(start, (await logSize(folder)) - MOST_LOG), MOST_LOG);
}

/**
 * What a program has printed and written.
 * @param first the byte of stdout where its first structure begins
 * @param from where this one does
 */
export async function textsOf(
  folder: string,
  first: number,
  from: number,
  reads: readonly string[] = [],
): Promise<ResidentTexts> {
  const { stdout, stderr } = logsOf(folder);
  const files = reads.map(async (name) => [name, await textOf(join(folder, name), 0, MOST_FILE)] as const);
  return {
    head: await textOf(stdout, 0, Math.min(first, MOST_LOG)),
    stdout: await logFrom(folder, from),
    stderr: await textOf(stderr, 0, MOST_LOG),
    files: Object.fromEntries(await Promise.all(files)),
  };
}

async function textOf(path: string, start: number, most: number): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const length = Math.min(most, Math.max(0, (await file.stat()).size - start));
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return '';
  }
}
