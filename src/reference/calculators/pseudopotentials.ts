import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { ELEMENTS } from '../../crystal/masses.js';
import { InputError, type Problem } from '../../errors.js';

const FIELD = 'reference.pseudopotentials';

/** What a campaign says of its pseudopotentials; paths relative to its folder. */
export interface PseudopotentialSettings {
  readonly pseudopotentials: Readonly<Record<string, { readonly file: string; readonly sha256?: string }>>;
}

/** One pseudopotential, read and verified: runs are given these very bytes. */
export interface Pseudopotential {
  readonly species: string;
  /** Its name in the folder of a run. */
  readonly name: string;
  /** Not compressed. */
  readonly bytes: Buffer;
  /** Of the file as it is. */
  readonly sha256: string;
  /** Of the bytes: codes say this one of what they have read. */
  readonly md5: string;
  /** Ultrasoft or PAW: its augmentation charges need a density cutoff of their own. */
  readonly augmented: boolean;
}

/**
 * Reads the pseudopotentials of the species of a crystal. Throws `InputError` with all that is wrong: missing, unknown species,
 * another checksum, another element, a file that was cut.
 * @param field of the campaign file that names them
 */
export function readPseudopotentials(
  settings: PseudopotentialSettings,
  species: readonly string[],
  folder: string,
  field = FIELD,
): readonly Pseudopotential[] {
  const problems: Problem[] = [];
  const present = [...new Set(species)];
  for (const symbol of present) {
    if (Object.hasOwn(settings.pseudopotentials, symbol)) continue;
    problems.push({ field: `${field}.${symbol}`, message: 'is missing', expected: 'a file and its sha256' });
  }
  const found = Object.entries(settings.pseudopotentials).flatMap(([symbol, { file, sha256 }]) => {
    if (!present.includes(symbol)) {
      const expected = `only ${present.join(', ')}`;
      problems.push({ field: `${field}.${symbol}`, message: 'is not in the crystal', expected });
      return [];
    }
    const path = resolve(folder, file);
    const read = readOne(symbol, path, `${field}.${symbol}`);
    if ('message' in read) {
      problems.push(read);
      return [];
    }
    if (sha256?.toLowerCase() !== read.sha256)
      problems.push(wrongSum(`${field}.${symbol}.sha256`, sha256, read.sha256));
    return [read];
  });
  if (problems.length > 0) throw new InputError(problems);
  return found;
}

/** The pseudopotentials, or what is wrong with them, to be told with everything else. */
export function tryPseudopotentials(
  settings: PseudopotentialSettings,
  species: readonly string[],
  folder: string,
  field = FIELD,
): { readonly pseudopotentials: readonly Pseudopotential[]; readonly problems: readonly Problem[] } {
  try {
    return { pseudopotentials: readPseudopotentials(settings, species, folder, field), problems: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { pseudopotentials: [], problems: error.problems };
  }
}

function wrongSum(field: string, given: string | undefined, found: string): Problem {
  const hint = 'is it the file you mean? Then write this checksum';
  return given === undefined
    ? { field, message: 'is missing', expected: found, hint }
    : { field, message: 'the file has another checksum', got: given, expected: found, hint };
}

function readOne(species: string, path: string, field: string): Pseudopotential | Problem {
  let file: Buffer;
  let bytes: Buffer;
  try {
    file = readFileSync(path);
    bytes = unpacked(file);
  } catch (error) {
    const got = `${path} (${(error as NodeJS.ErrnoException).code ?? error})`;
    const hint = 'paths are relative to the campaign file';
    return { field: `${field}.file`, message: 'the file cannot be read', got, hint };
  }
  const text = bytes.toString('latin1');
  const element = elementOf(text);
  if (element !== undefined && element !== species) {
    return {
      field: `${field}.file`,
      message: 'is of another element',
      got: `${element} in ${path}`,
      expected: species,
    };
  }
  const root = /<(UPF|paw_setup|paw_dataset)[\s>]/.exec(text)?.[1];
  if (root !== undefined && !text.includes(`</${root}>`)) {
    return { field: `${field}.file`, message: `the file was cut: it does not end in </${root}>`, got: path };
  }
  const sum = (algorithm: string, of: Buffer): string => createHash(algorithm).update(of).digest('hex');
  const augmented = AUGMENTED.some((pattern) => pattern.test(text));
  return {
    species,
    name: species + extname(path.replace(/\.gz$/, '')),
    bytes,
    sha256: sum('sha256', file),
    md5: sum('md5', bytes),
    augmented,
  };
}

/** What gzip has packed, or what it is; of a file that was cut as much as there is. */
function unpacked(file: Buffer): Buffer {
  const packed = file[0] === 0x1f && file[1] === 0x8b;
  return packed ? gunzipSync(file, { finishFlush: constants.Z_SYNC_FLUSH }) : file;
}

/** UPF of pw.x; PAW in XML and in ABINIT's own format (pspcod 7). */
const AUGMENTED = [
  /pseudo_type\s*=\s*"\s*(US|USPP|PAW)\s*"|^\s*US\s+Ultrasoft/im,
  /<paw_(setup|dataset)\b/,
  /^[^\n]*\n[^\n]*\n\s*7\s/,
];

/**
 * The element as the file says it: UPF version 2 or 1, XML (PAW, PSML), ABINIT's own formats (atomic number first in the second
 * line); undefined in others.
 */
function elementOf(text: string): string | undefined {
  const found =
    /\belement\s*=\s*"\s*([A-Za-z]+)\s*"/.exec(text) ??
    /^\s*([A-Z][a-z]?)\s+Element\s*$/m.exec(text) ??
    /<atom\s[^>]*symbol\s*=\s*"\s*([A-Za-z]+)\s*"/.exec(text) ??
    /atomic-label\s*=\s*"\s*([A-Za-z]+)\s*"/.exec(text);
  if (found !== null) return found[1][0].toUpperCase() + found[1].slice(1).toLowerCase();
  const number = /^[^\n]*\n\s*(\d+(?:\.\d*)?)\s+\d[^\n]*\n\s*\d+\s+-?\d/.exec(text);
  return number === null ? undefined : ELEMENTS[Number(number[1]) - 1];
}
