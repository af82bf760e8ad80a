import { inputError } from '../../errors.js';

/** A number of structures, a seed. Throws `InputError` naming the flag. */
export function wholeNumber(text: string, field: string): number {
  if (/^\d{1,9}$/.test(text.trim())) return Number(text);
  throw inputError({ field, message: 'not a whole number', got: text, expected: '0, 1, 2, …' });
}

/** `--leave-out`: how many structures; undefined where it is not given. */
export function parseLeaveOut(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text.trim() === 'all') return Number.POSITIVE_INFINITY;
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw inputError({
    field: '--leave-out',
    message: 'not a number of structures',
    got: text,
    expected: 'all, or 1, 2, 3, …',
  });
}
