import { formatPoscar } from '../../crystal/formats/poscar.js';
import { phonopyYaml } from './phonopyYaml.js';
import { secondOrderConstants } from './secondOrder.js';
import type { ExportFormat } from './types.js';

/** phonopy (A. Togo and I. Tanaka, Scr. Mater. 108, 1, 2015): phonopy.yaml, the unit cell and FORCE_CONSTANTS, all as text. */
export const PHONOPY: ExportFormat = {
  name: 'phonopy',
  highestOrder: 2,
  files: ({ cell, harmonic, comment }) => {
    const atoms = Int32Array.from(cell.supercell.siteOf.keys());
    return [
      { name: 'phonopy.yaml', text: phonopyYaml('phonopy', cell, comment) },
      { name: 'POSCAR-unitcell', text: formatPoscar(cell.unit, comment) },
      {
        name: 'FORCE_CONSTANTS',
        text: forceConstantsText(secondOrderConstants(harmonic, cell.supercell, atoms), atoms.length),
      },
    ];
  },
};

/** Full square FORCE_CONSTANTS: the two numbers of atoms, then for each pair its numbers from 1 and three rows, eV/Å². */
export function forceConstantsText(constants: Float64Array, atoms: number): string {
  const lines = [`${atoms} ${atoms}`];
  for (let pair = 0; pair < atoms * atoms; pair++) {
    lines.push(`${Math.floor(pair / atoms) + 1} ${(pair % atoms) + 1}`);
    for (let a = 0; a < 3; a++) {
      const at = 9 * pair + 3 * a;
      lines.push([0, 1, 2].map((b) => constants[at + b].toFixed(15).padStart(22)).join(''));
    }
  }
  return `${lines.join('\n')}\n`;
}
