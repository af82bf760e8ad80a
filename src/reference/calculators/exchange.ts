import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseExtxyz } from '../../crystal/formats/extxyz.js';
import { InputError } from '../../errors.js';
import { ReferenceFailure } from '../failures.js';
import type { ReferenceResult, ReferenceStructure } from '../types.js';

/** What a program wrote back. */
export type Answer = Pick<ReferenceResult, 'energy' | 'forces' | 'converged' | 'evidence'> & {
  /** As it called itself. */
  readonly program: string | undefined;
};

/** Positions may come back rounded (ASE writes eight decimals) and in another periodic image, Å. */
const SAME_PLACE = 1e-3;

/** A structure as one extended XYZ frame; Cartesian positions as they are, not wrapped, all digits. */
export function structureText({ lattice, species, positions }: ReferenceStructure): string {
  const rows = species.map((s, i) => `${s} ${positions[3 * i]} ${positions[3 * i + 1]} ${positions[3 * i + 2]}`);
  const header = `Lattice="${lattice.join(' ')}" Properties=species:S:1:pos:R:3 pbc="T T T"`;
  return `${species.length}\n${header}\n${rows.join('\n')}\n`;
}
