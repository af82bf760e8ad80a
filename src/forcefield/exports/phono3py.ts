import { phonopyYaml } from './phonopyYaml.js';
import { secondOrderConstants } from './secondOrder.js';
import { thirdOrderConstants } from './thirdOrder.js';
import type { Dataset, ExportFormat } from './types.js';

/**
 * phono3py (A. Togo, J. Phys. Soc. Jpn. 92, 012001, 2023): phono3py.yaml, fc2.hdf5 and fc3.hdf5 in its compact form, whose
 * first atom runs over one primitive cell (`p2s_map`); the full one would be as many times larger as there are cells.
 */
export const PHONO3PY: ExportFormat = {
  name: 'phono3py',
  highestOrder: 3,
  files: ({ cell, harmonic, third, comment }) => {
    const { supercell, primitiveAtoms: rows } = cell;
    const [first, atoms] = [rows.length, supercell.siteOf.length];
    const map: Dataset = { name: 'p2s_map', shape: [first], data: rows };
    const second: Dataset = {
      name: 'force_constants',
      shape: [first, atoms, 3, 3],
      data: secondOrderConstants(harmonic, supercell, rows),
    };
    const files = [
      { name: 'phono3py.yaml', text: phonopyYaml('phono3py', cell, comment) },
      { name: 'fc2.hdf5', datasets: [second, map] },
    ];
    if (third === undefined) return files;
    const data = thirdOrderConstants(third, supercell, rows);
    const cubic: Dataset = { name: 'fc3', shape: [first, atoms, atoms, 3, 3, 3], data };
    return [...files, { name: 'fc3.hdf5', datasets: [cubic, map] }];
  },
};
