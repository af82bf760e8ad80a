import { inputError } from '../../errors.js';
import { inverse3, rowsTimes3 } from '../../numerics/matrix3.js';
import { volume } from '../geometry.js';
import { isElement, massOf } from '../masses.js';
import type { Crystal } from '../structure.js';
import { refuseFlatLattice, validateCrystal } from '../validate.js';
import { formatNumber, numberOf, parseNumber, shorten, tokensOf } from './numbers.js';

/** The lines of a file with a cursor that knows where it is. */
interface Reader {
  readonly filename: string;
  readonly lines: readonly string[];
  next: number;
}

/**
 * Reads a POSCAR or CONTCAR of VASP 5 and later (https://www.vasp.at/wiki/index.php/POSCAR): one or three scale factors, a negative
 * one being the cell's volume; selective dynamics (flags ignored); Direct or Cartesian; whatever follows the positions
 * (velocities, predictor-corrector) is ignored.
 * @throws InputError naming file:line
 */
export function parsePoscar(text: string, filename: string): Crystal {
  if (text.trim() === '')
    throw inputError({ field: filename, message: 'the file is empty', expected: 'a POSCAR' });
  const reader: Reader = { filename, lines: text.split(/\r?\n/), next: 1 };
  const scale = readScale(reader);
  const unscaled = readLattice(reader);
  const factors = scaleFactors(scale, unscaled, filename);
  const lattice = unscaled.map((v, i) => v * factors[i % 3]);
  const species = readSpecies(reader);
  const cartesian = readCoordinateKind(reader);
  const coordinates = readPositions(reader, species.length);
  const positions = cartesian
    ? rowsTimes3(
        coordinates.map((v, i) => v * factors[i % 3]),
        inverse3(lattice),
      )
    : coordinates;
  return validateCrystal({ lattice, species, positions }, filename);
}

/** `file:line` of the line just taken. */
function here(reader: Reader): string {
  return `${reader.filename}:${reader.next}`;
}

function take(reader: Reader, what: string): string {
  if (reader.next >= reader.lines.length) {
    throw inputError({
      field: here(reader),
      message: `the file ends before ${what}`,
      expected: what,
      hint: 'is it truncated?',
    });
  }
  return reader.lines[reader.next++];
}

/** The first `count` numbers of the next line. */
function takeNumbers(reader: Reader, count: number, what: string): number[] {
  const tokens = tokensOf(take(reader, what));
  return Array.from({ length: count }, (_, k) =>
    parseNumber(tokens[k], here(reader), `number ${k + 1} of ${what}`),
  );
}

function readScale(reader: Reader): number[] {
  const values = tokensOf(take(reader, 'the scale factor'));
  const numbers = values.map((t) => numberOf(t)).slice(0, 3);
  const count = numbers.length === 3 && numbers.every((v) => v !== undefined) ? 3 : 1;
  const scale = values.slice(0, count).map((t) => parseNumber(t, here(reader), 'the scale factor'));
  if (scale.length === 0) parseNumber(undefined, here(reader), 'the scale factor');
  const wrong = count === 3 ? scale.some((v) => v <= 0) : scale[0] === 0;
  if (wrong) {
    throw inputError({
      field: here(reader),
      message: 'the scale factor does not make a cell',
      got: scale.join(' '),
      expected: 'a positive factor, minus the volume in Å³, or three positive factors',
    });
  }
  return scale;
}

function readLattice(reader: Reader): Float64Array {
  const rows = [1, 2, 3].flatMap((n) => takeNumbers(reader, 3, `lattice vector ${n}`));
  return Float64Array.from(rows);
}

/** Factor of each Cartesian component. */
function scaleFactors(
  scale: readonly number[],
  lattice: Float64Array,
  filename: string,
): [number, number, number] {
  if (scale.length === 3) return [scale[0], scale[1], scale[2]];
  if (scale[0] > 0) return [scale[0], scale[0], scale[0]];
  refuseFlatLattice(lattice, `${filename}:3`);
  const factor = Math.cbrt(-scale[0] / volume(lattice));
  return [factor, factor, factor];
}

function readSpecies(reader: Reader): string[] {
  const names = tokensOf(take(reader, 'the species line'));
  const where = here(reader);
  if (names.length > 0 && names.every((t) => /^\d+$/.test(t))) {
    throw inputError({
      field: where,
      message: 'the species line is missing (a POSCAR of VASP 4)',
      got: `"${names.join(' ')}"`,
      expected: 'chemical symbols, e.g. "Si", above the line of counts',
      hint: 'insert a line with the symbols in the order of the POTCAR',
    });
  }
  if (names.length === 0)
    throw inputError({ field: where, message: 'the species line is empty', expected: 'chemical symbols' });
  const symbols = names.map((name) => symbolOf(name, where));
  const tokens = tokensOf(take(reader, 'the line of counts'));
  const counts = tokens.map((t) => Number(/^\d+$/.test(t) ? t : Number.NaN));
  if (counts.length !== symbols.length || !counts.every((n) => n >= 1)) {
    throw inputError({
      field: here(reader),
      message: 'the counts do not fit the species',
      got: `"${shorten(tokens.join(' '))}"`,
      expected: `${symbols.length} positive integers, one for each of ${symbols.join(' ')}`,
    });
  }
  return symbols.flatMap((s, i) => Array<string>(counts[i]).fill(s));
}

/** VASP 6 may write `Si_sv` or `Si/d8a2c5…`: the element's name and its potential. */
function symbolOf(name: string, where: string): string {
  const symbol = name.split(/[_/]/)[0];
  if (!isElement(symbol)) massOf(symbol, where);
  return symbol;
}

/** Skips `Selective dynamics`; true for Cartesian coordinates. VASP looks at the first letter only. */
function readCoordinateKind(reader: Reader): boolean {
  let line = take(reader, '"Direct" or "Cartesian"').trim();
  if (/^s/i.test(line)) line = take(reader, '"Direct" or "Cartesian"').trim();
  if (/^[ck]/i.test(line)) return true;
  if (/^d/i.test(line)) return false;
  throw inputError({
    field: here(reader),
    message: 'neither direct nor Cartesian coordinates',
    got: `"${shorten(line)}"`,
    expected: '"Direct" or "Cartesian" (after "Selective dynamics", where that is used)',
  });
}

function readPositions(reader: Reader, atoms: number): Float64Array {
  const positions = new Float64Array(3 * atoms);
  for (let i = 0; i < atoms; i++)
    positions.set(takeNumbers(reader, 3, `the position of atom ${i + 1} of ${atoms}`), 3 * i);
  return positions;
}

/**
 * Writes a POSCAR whose numbers read back as the same doubles. Atoms keep their order: a species that appears in several runs
 * is named several times, as VASP allows.
 */
export function formatPoscar(crystal: Crystal, comment: string): string {
  const runs: { readonly symbol: string; count: number }[] = [];
  for (const symbol of crystal.species) {
    const last = runs.at(-1);
    if (last?.symbol === symbol) last.count++;
    else runs.push({ symbol, count: 1 });
  }
  return [
    comment.replace(/\s+/g, ' ').trim(),
    '1.0',
    ...rowsOf(crystal.lattice),
    runs.map((r) => r.symbol).join(' '),
    runs.map((r) => r.count).join(' '),
    'Direct',
    ...rowsOf(crystal.positions),
    '',
  ].join('\n');
}

function rowsOf(values: Float64Array): string[] {
  const rows: string[] = [];
  for (let i = 0; i < values.length; i += 3) {
    rows.push([values[i], values[i + 1], values[i + 2]].map((v) => formatNumber(v).padStart(23)).join(' '));
  }
  return rows;
}
