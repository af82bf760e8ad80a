import { expect } from 'vitest';
import { parseCampaign } from '../../src/campaign/parse.js';
import { InputError, type Problem } from '../../src/errors.js';

/** The smallest campaign file. */
export const MINIMAL = `name: si
crystal: si.POSCAR
supercell: [3, 3, 3]
expansion: {cutoffs: {2: 6.0, 3: 4.0}}
reference: {calculator: stillinger-weber}
md: {temperature: 300}
`;
/** The minimal file with something replaced, or with lines at its end. */
export const swap = (from: string, to: string) => {
  expect(MINIMAL).toContain(from);
  return MINIMAL.replace(from, to);
};
export const md = (entries: string) => swap('{temperature: 300}', `{temperature: 300, ${entries}}`);
export const plus = (line: string) => `${MINIMAL}${line}\n`;

/** What is wrong with a file; fails where nothing is. */
export function problems(text: string): readonly Problem[] {
  try {
    parseCampaign(text, 'c.yaml');
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  throw new Error('the file was accepted');
}
