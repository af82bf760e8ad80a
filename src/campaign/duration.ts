import { z } from 'zod';

const FEMTOSECONDS: Readonly<Record<string, number>> = { fs: 1, ps: 1e3, ns: 1e6 };
const PATTERN = /^\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(fs|ps|ns)\s*$/;

/** Parses `200 fs`, `1.5ps`, `0.5 ns` to femtoseconds; undefined where the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const match = PATTERN.exec(text);
  return match ? Number(match[1]) * FEMTOSECONDS[match[2]] : undefined;
}

/** A simulated time with its unit, e.g. `200 fs`, that is not nothing; parsed to femtoseconds. */
export function positiveDuration(example: string) {
  return duration(example).refine((femtoseconds) => femtoseconds > 0, {
    error: `a time above zero, e.g. "${example}"`,
  });
}

/** A simulated time with its unit, e.g. `200 fs`; parsed to femtoseconds. */
export function duration(example: string) {
  return z
    .string({ error: `a time with its unit, e.g. "${example}"` })
    .regex(PATTERN, { error: `a time with its unit (fs, ps or ns), e.g. "${example}"` })
    .transform((text) => parseDuration(text)!)
    .refine(Number.isFinite, { error: `a time that a computer can run, e.g. "${example}"` });
}
