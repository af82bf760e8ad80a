import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { InputError, type Problem } from '../../../errors.js';
import type { Transport } from '../../sockets/listener.js';
import type { InputFiles } from '../../types.js';
import { findFiles, hashFile } from '../commandLine.js';
import type { IPiSettings } from './settings.js';

/** How a client is started. */
export interface ClientCommand {
  /** Program and arguments, files by their absolute paths. */
  readonly argv: readonly string[];
  readonly transport: Transport;
  /** Its input, by name in its folder. */
  readonly files: InputFiles;
  /** SHA-256 of every file that the command names or the settings list, by the name written there. */
  readonly sums: Readonly<Record<string, string>>;
}

/** The atoms that it starts with are put there. */
export const STRUCTURE = 'structure.xyz';

/** Throws `InputError` for files that cannot be read, and where nothing tells the program where to connect. */
export function readClientCommand({ command, files = [] }: IPiSettings, folder: string): ClientCommand {
  const found = findFiles(command, folder);
  const sums: Record<string, string> = {};
  found.forEach((path, i) => {
    if (path !== undefined) sums[command[i]] = hashFile(path, 'reference.command');
  });
  const inputs: Record<string, string | Uint8Array> = {};
  files.forEach((file, i) => {
    sums[file] = hashFile(resolve(folder, file), `reference.files.${i}`);
    inputs[basename(file)] = textOrBytes(readFileSync(resolve(folder, file)));
  });
  const problems = [...nameProblems(files), ...addressProblems([...command, ...Object.values(inputs)])];
  if (problems.length > 0) throw new InputError(problems);
  const argv = command.map((word, i) => found[i] ?? word);
  return {
    argv,
    transport: mentions([...command, ...Object.values(inputs)], 'socket') ? 'unix' : 'inet',
    files: inputs,
    sums,
  };
}

/** Placeholders are filled in in texts alone. */
function textOrBytes(bytes: Buffer): string | Uint8Array {
  const text = bytes.toString('utf8');
  return !bytes.includes(0) && Buffer.from(text, 'utf8').equals(bytes) ? text : bytes;
}

function mentions(texts: readonly (string | Uint8Array)[], name: string): boolean {
  return texts.some((text) => typeof text === 'string' && text.includes(`{${name}}`));
}

function nameProblems(files: readonly string[]): readonly Problem[] {
  const names = files.map((file) => basename(file));
  const twice = names.find((name, i) => name === STRUCTURE || names.indexOf(name) !== i);
  if (twice === undefined) return [];
  const message =
    twice === STRUCTURE ? 'is a name that the atoms are written under' : 'is a name of two files';
  return [{ field: 'reference.files', message, got: twice }];
}

function addressProblems(texts: readonly (string | Uint8Array)[]): readonly Problem[] {
  const [unix, port] = ['socket', 'port'].map((name) => mentions(texts, name));
  if (unix !== port) return [];
  const message = unix
    ? 'names both a UNIX socket and a port, and the program can connect to one'
    : 'tells the program no place to connect to';
  const expected = '{socket}, or {host} and {port}, in an argument or in one of the files';
  return [{ field: 'reference.command', message, expected }];
}
