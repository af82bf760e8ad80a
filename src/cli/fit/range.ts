import { inputError } from '../../errors.js';

/** Structures `from` (counted from 0) up to but without `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** `0:10`, `:10` or `60:` as a range within `count` structures. Throws `InputError` naming the flag. */
export function parseRange(text: string, count: number, flag: string): Range {
  const match = /^(\d*):(\d*)$/.exec(text.trim());
  const expected = `from:to within 0:${count}, the last one not included`;
  if (match === null) {
    throw inputError({ field: flag, message: 'not a range of structures', got: `"${text}"`, expected });
  }
  const from = match[1] === '' ? 0 : Number(match[1]);
  const to = match[2] === '' ? count : Number(match[2]);
  if (from >= to) throw inputError({ field: flag, message: 'an empty range', got: text, expected });
  if (to > count) {
    throw inputError({ field: flag, message: `the data hold only ${count} structures`, got: text, expected });
  }
  return { from, to };
}
