import { inputError } from '../errors.js';

/** Which structures of a file, by their numbers in it. */
export interface DataSelection {
  /** Each so many-th; 1 where nothing is said. */
  readonly every?: number;
  /** The first that may be taken, counted from 1. */
  readonly from?: number;
  /** The last that may be taken. */
  readonly to?: number;
}

/** Whether the structure of this number is taken. */
export function isSelected(number: number, { every = 1, from = 1, to = Infinity }: DataSelection): boolean {
  return number >= from && number <= to && (number - from) % every === 0;
}

/** @throws InputError where none of a file's structures is taken */
export function refuseEmptySelection(
  field: string,
  largest: number,
  { every = 1, from = 1, to }: DataSelection,
): never {
  throw inputError({
    field,
    message: 'none of its structures is selected',
    got: `every ${every} from ${from}${to === undefined ? '' : ` to ${to}`}`,
    expected: `numbers from 1 to ${largest}`,
  });
}
