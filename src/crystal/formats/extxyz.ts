import { inputError } from '../../errors.js';
import { ELEMENTS, isElement, massOf } from '../masses.js';
import { refuseFlatLattice } from '../validate.js';
import { columnsOf, findKey } from './extxyz-columns.js';
import { formatEntry, type InfoValue, parseComment } from './extxyz-comment.js';
import { formatNumber, parseNumber, shorten, tokensOf } from './numbers.js';

/** One frame of an extended XYZ file. */
export interface ExtxyzFrame {
  /** [9] rows are the lattice vectors, Å. */
  readonly lattice: Float64Array;
  /** [atoms] */
  readonly species: readonly string[];
  /** [3·atoms] Cartesian, Å. */
  readonly positions: Float64Array;
  /** [3·atoms] eV/Å. */
  readonly forces?: Float64Array;
  /** eV. */
  readonly energy?: number;
  /** Further columns, written after the forces; the reader fills those that it was asked for. */
  readonly extra?: readonly ExtxyzColumn[];
  /** All other keys of the comment line. */
  readonly info: Readonly<Record<string, InfoValue>>;
}

/** Real numbers of each atom under a name of their own. */
export interface ExtxyzColumn {
  readonly name: string;
  /** Numbers for each atom. */
  readonly width: number;
  /** [atoms·width] */
  readonly values: Float64Array;
}

/** Names under which programs write reference energies, the more explicit first (compared without case). */
const ENERGY_KEYS = [
  'ref_energy',
  'dft_energy',
  'energy',
  'energy_ref',
  'total_energy',
  'free_energy',
  'potential_energy',
];

/**
 * Reads all frames.
 * @param extra names of further columns to read where they are there
 * @throws InputError naming file:line
 */
export function parseExtxyz(text: string, filename: string, extra: readonly string[] = []): ExtxyzFrame[] {
  const frames = [...extxyzFrames(text, filename, extra)];
  if (frames.length > 0) return frames;
  throw inputError({
    field: filename,
    message: 'the file holds no frame',
    got: 'an empty file',
    expected: 'extended XYZ',
  });
}

/** Frames one after the other: a large file is never split into all its lines at once. @throws InputError naming file:line */
export function* extxyzFrames(
  text: string,
  filename: string,
  extra: readonly string[] = [],
): Generator<ExtxyzFrame, void> {
  const lines = lineReader(text, filename);
  for (let first = lines.take(); first !== undefined; first = lines.take()) {
    if (first.trim() === '') continue;
    const atoms = atomCount(first, lines.where());
    const comment = lines.take();
    if (comment === undefined) throw truncated(lines.where(), 'the comment line', atoms, 0);
    yield readFrame(lines, atoms, parseComment(comment, lines.where()), lines.where(), extra);
  }
}

interface Lines {
  take(): string | undefined;
  /** `file:line` of the line taken last. */
  where(): string;
}

function lineReader(text: string, filename: string): Lines {
  let at = 0;
  let line = 0;
  return {
    take() {
      if (at >= text.length) return undefined;
      const newline = text.indexOf('\n', at);
      const end = newline < 0 ? text.length : newline;
      const taken = text.slice(at, end);
      at = end + 1;
      line++;
      return taken.endsWith('\r') ? taken.slice(0, -1) : taken;
    },
    where: () => `${filename}:${line}`,
  };
}

function atomCount(line: string, where: string): number {
  const count = /^\s*\d+\s*$/.test(line) ? Number(line) : 0;
  if (count >= 1 && count <= 10_000_000) return count;
  throw inputError({
    field: where,
    message: 'no number of atoms',
    got: `"${shorten(line.trim())}"`,
    expected: 'a positive integer',
  });
}

function readFrame(
  lines: Lines,
  atoms: number,
  comment: ReadonlyMap<string, InfoValue>,
  where: string,
  wanted: readonly string[],
): ExtxyzFrame {
  const lattice = latticeOf(comment, where);
  const columns = columnsOf(comment, where);
  const energyKey = findKey(ENERGY_KEYS, [...comment.keys()]);
  const species: string[] = [];
  const positions = new Float64Array(3 * atoms);
  const forces = columns.forces < 0 ? undefined : new Float64Array(3 * atoms);
  const extra = wanted.flatMap((name) => {
    const column = columns.named.get(name.toLowerCase());
    return column ? [{ name, ...column, values: new Float64Array(column.width * atoms) }] : [];
  });
  for (let i = 0; i < atoms; i++) {
    const line = lines.take();
    if (line === undefined) throw truncated(lines.where(), `atom ${i + 1}`, atoms, i);
    const tokens = tokensOf(line);
    const at = lines.where();
    if (tokens.length !== columns.total) throw wrongColumns(at, tokens, columns.total, i, atoms);
    species.push(speciesOf(tokens[columns.species], columns.numbers, at));
    for (let k = 0; k < 3; k++) {
      positions[3 * i + k] = parseNumber(tokens[columns.positions + k], at, 'a coordinate');
      if (forces !== undefined) forces[3 * i + k] = parseNumber(tokens[columns.forces + k], at, 'a force');
    }
    for (const { name, from, width, values } of extra)
      for (let k = 0; k < width; k++)
        values[width * i + k] = parseNumber(tokens[from + k], at, `a number of ${name}`);
  }
  return {
    lattice,
    species,
    positions,
    ...(forces === undefined ? {} : { forces }),
    ...(extra.length > 0 && { extra: extra.map(({ name, width, values }) => ({ name, width, values })) }),
    ...(energyKey === undefined ? {} : { energy: energyOf(comment.get(energyKey)!, where, energyKey) }),
    info: Object.fromEntries(
      [...comment].filter(([key]) => key !== energyKey && !/^(lattice|properties|pbc)$/i.test(key)),
    ),
  };
}

function energyOf(value: InfoValue, where: string, key: string): number {
  return typeof value === 'number' ? value : parseNumber(String(value), where, key);
}

function latticeOf(comment: ReadonlyMap<string, InfoValue>, where: string): Float64Array {
  const value = [...comment].find(([key]) => key.toLowerCase() === 'lattice')?.[1];
  const pbc = [...comment].find(([key]) => key.toLowerCase() === 'pbc')?.[1];
  if (!Array.isArray(value) || value.length !== 9) {
    throw inputError({
      field: where,
      message: value === undefined ? 'the frame has no Lattice' : 'the Lattice is not nine numbers',
      ...(value === undefined ? {} : { got: shorten(String(value)) }),
      expected: 'Lattice="ax ay az bx by bz cx cy cz" in Å',
      hint: 'plain XYZ files carry no lattice: write extended XYZ',
    });
  }
  if (
    pbc !== undefined &&
    String(pbc)
      .split(/[\s,]+/)
      .some((v) => /^(f|false|0)$/i.test(v))
  ) {
    throw inputError({
      field: where,
      message: 'the frame is not periodic in all directions',
      got: `pbc="${pbc}"`,
      expected: 'pbc="T T T"',
    });
  }
  const lattice = Float64Array.from(value as readonly number[]);
  refuseFlatLattice(lattice, where);
  return lattice;
}

function speciesOf(token: string, isNumber: boolean, where: string): string {
  const symbol = isNumber ? ELEMENTS[Number(token) - 1] : token;
  if (symbol === undefined || !isElement(symbol)) massOf(symbol ?? token, where);
  return symbol;
}

function truncated(where: string, what: string, atoms: number, read: number): Error {
  return inputError({
    field: where,
    message: `the file ends before ${what} of a frame`,
    got: `${read} of ${atoms} atoms`,
    expected: `${atoms} atoms`,
    hint: 'the file is truncated: the program that writes it may still run',
  });
}

function wrongColumns(
  where: string,
  tokens: readonly string[],
  total: number,
  atom: number,
  atoms: number,
): Error {
  const early = tokens.length === 1 && /^\d+$/.test(tokens[0]);
  return inputError({
    field: where,
    message: early
      ? `the frame ends at atom ${atom} of ${atoms}`
      : `atom ${atom + 1} has the wrong number of columns`,
    got: `${tokens.length} columns ("${shorten(tokens.join(' '))}")`,
    expected: `${total}, as Properties says`,
  });
}

/** Extended XYZ whose numbers read back as the same doubles; forces (eV/Å) and energy (eV) under ASE's names. */
export function formatExtxyz(frames: Iterable<ExtxyzFrame>): string {
  const out: string[] = [];
  for (const frame of frames) {
    out.push(String(frame.species.length), commentOf(frame));
    for (const [i, symbol] of frame.species.entries()) {
      const columns = [
        ...frame.positions.subarray(3 * i, 3 * i + 3),
        ...(frame.forces?.subarray(3 * i, 3 * i + 3) ?? []),
        ...(frame.extra ?? []).flatMap(({ width, values }) => [
          ...values.subarray(width * i, width * (i + 1)),
        ]),
      ];
      out.push(`${symbol.padEnd(2)} ${columns.map((v) => formatNumber(v).padStart(22)).join(' ')}`);
    }
  }
  return out.length === 0 ? '' : `${out.join('\n')}\n`;
}

function commentOf(frame: ExtxyzFrame): string {
  const extra = (frame.extra ?? []).map(({ name, width }) => `:${name}:R:${width}`).join('');
  const properties = `species:S:1:pos:R:3${frame.forces === undefined ? '' : ':forces:R:3'}${extra}`;
  return [
    formatEntry('Lattice', [...frame.lattice]),
    `Properties=${properties}`,
    ...(frame.energy === undefined ? [] : [formatEntry('energy', frame.energy)]),
    ...Object.entries(frame.info).map(([key, value]) => formatEntry(key, value)),
    'pbc="T T T"',
  ].join(' ');
}
