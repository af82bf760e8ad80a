import { inputError } from '../../errors.js';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$/;

/** A finite number as programs write it, Fortran's exponents included; undefined for anything else (also nan and inf). */
export function numberOf(token: string): number | undefined {
  if (!NUMBER.test(token)) return undefined;
  const value = Number(token.replace(/[dD]/, 'e'));
  return Number.isFinite(value) ? value : undefined;
}

/** @throws InputError naming `where` (`file:line`) for anything but a finite number */
export function parseNumber(token: string | undefined, where: string, what: string): number {
  const value = token === undefined ? undefined : numberOf(token);
  if (value !== undefined) return value;
  const notFinite = token !== undefined && /^[+-]?(nan|inf|infinity)$/i.test(token);
  throw inputError({
    field: where,
    message: notFinite ? `${what} is not finite` : `${what} is not a number`,
    got: token === undefined ? 'nothing' : `"${shorten(token)}"`,
    expected: 'a finite number',
    ...(token !== undefined && /^\*+$/.test(token)
      ? { hint: 'the program that wrote it ran out of columns' }
      : {}),
  });
}

/** The shortest text that reads back as the same double, the sign of zero included. */
export function formatNumber(x: number): string {
  return Object.is(x, -0) ? '-0.0' : String(x);
}

/** Tokens of a line. */
export function tokensOf(line: string): string[] {
  const trimmed = line.trim();
  return trimmed === '' ? [] : trimmed.split(/\s+/);
}

export function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
