import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { fractionalPositions } from '../../crystal/geometry.js';
import { inputError } from '../../errors.js';
import type { ReferenceStructure } from '../types.js';

/** An input in a program's own language, with places for the structure. */
export interface Template {
  /** Name of the file that it becomes: `input` with the ending of the template. */
  readonly name: string;
  fill(structure: ReferenceStructure): string;
}

const FIELD = 'reference.template';

/** What stands in a template for what; all numbers with all their digits. */
const PLACES: Readonly<Record<string, (structure: ReferenceStructure) => string>> = {
  atoms: ({ species }) => String(species.length),
  species: ({ species }) => [...new Set(species)].join(' '),
  types: ({ species }) => String(new Set(species).size),
  lattice: ({ lattice }) => rows(lattice).join('\n'),
  positions: ({ species, positions }) => named(species, positions),
  fractional: ({ species, positions, lattice }) => named(species, fractionalPositions(positions, lattice)),
};
const PLACE = new RegExp(`\\{(${Object.keys(PLACES).join('|')})\\}`, 'g');

/**
 * Reads a template beside the campaign file. Other braces are the program's own. Throws `InputError` where it cannot be read, or has
 * no place for lattice or positions: the program would compute something else.
 */
export function readTemplate(file: string, folder: string): Template {
  const text = readText(resolve(folder, file));
  const used = new Set([...text.matchAll(PLACE)].map(([, name]) => name));
  if (!used.has('lattice')) throw lacks(file, '{lattice}', 'three lines, the rows of the supercell in Å');
  if (!used.has('positions') && !used.has('fractional')) {
    throw lacks(file, '{positions}', 'a line `Si x y z` for each atom, in Å; or {fractional}');
  }
  return {
    name: `input${extname(file)}`,
    fill: (structure) => text.replace(PLACE, (_, name: string) => PLACES[name](structure)),
  };
}

function lacks(file: string, place: string, meaning: string) {
  return inputError({
    field: FIELD,
    message: `the template has no ${place}, so the program would not see the structure`,
    got: file,
    expected: `${place} (${meaning})`,
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw inputError({
      field: FIELD,
      message: 'the file cannot be read',
      got: `${path} (${(error as NodeJS.ErrnoException).code ?? error})`,
      hint: 'paths are relative to the campaign file',
    });
  }
}

function named(species: readonly string[], numbers: Float64Array): string {
  return rows(numbers)
    .map((row, i) => `${species[i]} ${row}`)
    .join('\n');
}

function rows(numbers: Float64Array): readonly string[] {
  return Array.from({ length: numbers.length / 3 }, (_, i) => numbers.subarray(3 * i, 3 * i + 3).join(' '));
}
