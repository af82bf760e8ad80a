import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError, type Problem } from '../../../errors.js';
import type { PotcarSettings } from './settings.js';

/** One POTCAR of the user's library, read and verified: runs are given these very bytes. */
export interface Potcar {
  readonly species: string;
  readonly bytes: Buffer;
  readonly sha256: string;
  /** As vasprun.xml repeats it: `PAW_PBE Si 05Jan2001`. */
  readonly title: string;
  /** Valence electrons. */
  readonly valence: number;
  /** Largest cutoff that it was made for, eV. */
  readonly cutoff: number;
  /** Exchange and correlation that it was made with, VASP's two letters. */
  readonly functional: string;
}

const FIELD = 'reference.potcar';

/** The library itself is on another machine: what can be said without it. */
export function missingLibrary({ library }: PotcarSettings, folder: string): Problem | undefined {
  const path = resolve(folder, library);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  return {
    field: `${FIELD}.library`,
    message: 'the POTCAR library is not here',
    got: path,
    hint: 'a folder of your own licence; the path is relative to the campaign file',
  };
}

/** What the names and checksums lack for the species of a crystal, the library not looked at. */
export function checkNames({ names, sha256 = {} }: PotcarSettings, species: readonly string[]): Problem[] {
  const present = [...new Set(species)];
  const missing = present.filter((symbol) => !Object.hasOwn(names, symbol));
  const strange = (of: object) => Object.keys(of).filter((symbol) => !present.includes(symbol));
  const unknown = (field: string, symbol: string): Problem => ({
    field: `${FIELD}.${field}.${symbol}`,
    message: 'is not in the crystal',
    expected: `only ${present.join(', ')}`,
  });
  return [
    ...missing.map((symbol) => ({
      field: `${FIELD}.names.${symbol}`,
      message: 'is missing',
      expected: 'a folder of the library, e.g. Sn_d',
    })),
    ...strange(names).map((symbol) => unknown('names', symbol)),
    ...strange(sha256).map((symbol) => unknown('sha256', symbol)),
  ];
}

/**
 * The POTCARs of the species of a crystal, in the order of their first atoms. Throws `InputError` with all that is wrong: a
 * missing or cut file, another element or checksum, different functionals, a cutoff that is too low.
 */
export function readPotcars(
  settings: PotcarSettings,
  species: readonly string[],
  folder: string,
  encut: unknown,
): readonly Potcar[] {
  const read = [...new Set(species)].map((symbol) => readOne(settings, symbol, folder));
  const potcars = read.filter((p): p is Potcar => 'bytes' in p);
  const problems = [
    ...read.filter((p): p is Problem => 'message' in p),
    ...potcars.flatMap((p) => wrongSum(p, settings.sha256?.[p.species]) ?? []),
    ...potcars.flatMap((p) => lowCutoff(p, Number(encut)) ?? []),
  ];
  const functionals = [...new Set(potcars.map((p) => p.functional))];
  if (functionals.length > 1) {
    const got = potcars.map((p) => `${p.species} ${p.functional}`).join(', ');
    problems.push({ field: `${FIELD}.names`, message: 'the POTCARs are of different functionals', got });
  }
  if (problems.length > 0) throw new InputError(problems);
  return potcars;
}

function wrongSum({ species, sha256 }: Potcar, given: string | undefined): Problem | undefined {
  if (given === undefined || given.toLowerCase() === sha256) return undefined;
  return {
    field: `${FIELD}.sha256.${species}`,
    message: 'the POTCAR has another checksum',
    got: given,
    expected: sha256,
    hint: 'is it the file you mean? Then write this checksum',
  };
}

function lowCutoff({ species, cutoff }: Potcar, encut: number): Problem | undefined {
  if (!(encut < cutoff)) return undefined;
  return {
    field: 'reference.incar.ENCUT',
    message: `is below what the POTCAR of ${species} was made for`,
    got: String(encut),
    expected: `at least ENMAX = ${cutoff} eV`,
  };
}

function readOne({ library, names }: PotcarSettings, species: string, folder: string): Potcar | Problem {
  const field = `${FIELD}.names.${species}`;
  const path = join(resolve(folder, library), names[species] ?? species, 'POTCAR');
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const got = `${path} (${(error as NodeJS.ErrnoException).code ?? error})`;
    return { field, message: 'the POTCAR cannot be read', got };
  }
  const text = bytes.toString('latin1');
  const ends = text.match(/^\s*End of Dataset\s*$/gm)?.length ?? 0;
  if (ends !== 1) {
    const message =
      ends === 0 ? 'the POTCAR was cut: there is no "End of Dataset"' : `the POTCAR holds ${ends} species`;
    return { field, message, got: path, expected: 'the POTCAR of one species' };
  }
  const value = (pattern: RegExp): string => pattern.exec(text)?.[1].trim() ?? '';
  const title = value(/^\s*TITEL\s*=\s*(.+)$/m);
  const element = value(/^\s*VRHFIN\s*=\s*([A-Za-z]{1,2})\s*:/m);
  const titled = /^\S+\s+([A-Z][a-z]?)(?![a-z])/.exec(title)?.[1];
  if (element !== species || titled !== species) {
    return {
      field,
      message: 'the POTCAR is of another element',
      got: `VRHFIN ${element || 'missing'}, TITEL ${title || 'missing'}`,
      expected: species,
    };
  }
  return {
    species,
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    title: title.replace(/\s+/g, ' '),
    valence: Number(value(/ZVAL\s*=\s*([\d.]+)/)),
    cutoff: Number(value(/ENMAX\s*=\s*([\d.]+)/)),
    functional: value(/^\s*LEXCH\s*=\s*(\w+)/m),
  };
}
