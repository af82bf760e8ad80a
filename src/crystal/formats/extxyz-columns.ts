import { inputError } from '../../errors.js';
import type { InfoValue } from './extxyz-comment.js';
import { shorten } from './numbers.js';

/** Names under which programs write reference forces and energies, the more explicit first (compared without case). */
const FORCE_KEYS = [
  'ref_forces',
  'dft_forces',
  'forces',
  'ref_force',
  'dft_force',
  'force',
  'forces_ref',
  'mace_forces',
];
const SPECIES_KEYS = ['species', 'symbols', 'element', 'elements'];
const POSITION_KEYS = ['pos', 'positions', 'position'];

/** Columns of one frame: where each begins, −1 where it is absent. */
export interface Columns {
  readonly total: number;
  readonly species: number;
  /** Species are atomic numbers. */
  readonly numbers: boolean;
  readonly positions: number;
  readonly forces: number;
  /** All columns by name in lower case. */
  readonly named: ReadonlyMap<string, { readonly from: number; readonly width: number }>;
}

/** @throws InputError naming `where` for Properties that cannot be read, or without species or positions */
export function columnsOf(comment: ReadonlyMap<string, InfoValue>, where: string): Columns {
  const text = String(
    [...comment].find(([key]) => key.toLowerCase() === 'properties')?.[1] ?? 'species:S:1:pos:R:3',
  );
  const parts = text.split(':');
  const columns = new Map<string, { readonly from: number; readonly width: number }>();
  let total = 0;
  for (let i = 0; i < parts.length; i += 3) {
    const width = Number(parts[i + 2]);
    if (!/^[SRIL]$/.test(parts[i + 1] ?? '') || !Number.isInteger(width) || width < 1) {
      throw inputError({
        field: where,
        message: 'Properties cannot be read',
        got: shorten(text),
        expected: 'name:type:columns triples',
      });
    }
    columns.set(parts[i].toLowerCase(), { from: total, width });
    total += width;
  }
  const find = (keys: readonly string[], width: number) => {
    const key = findKey(
      keys,
      [...columns.keys()].filter((k) => columns.get(k)?.width === width),
    );
    return key === undefined ? -1 : columns.get(key)!.from;
  };
  const symbols = find(SPECIES_KEYS, 1);
  const numbers = find(['z', 'numbers', 'atomic_numbers'], 1);
  const positions = find(POSITION_KEYS, 3);
  if ((symbols < 0 && numbers < 0) || positions < 0) {
    throw inputError({
      field: where,
      message: 'Properties name no species or no positions',
      got: shorten(text),
      expected: 'species:S:1 and pos:R:3 among them',
    });
  }
  return {
    total,
    species: symbols < 0 ? numbers : symbols,
    numbers: symbols < 0,
    positions,
    forces: find(FORCE_KEYS, 3),
    named: columns,
  };
}

/** The first of `wanted` that is there, compared without case. */
export function findKey(wanted: readonly string[], keys: readonly string[]): string | undefined {
  for (const w of wanted) {
    const key = keys.find((k) => k.toLowerCase() === w);
    if (key !== undefined) return key;
  }
  return undefined;
}
