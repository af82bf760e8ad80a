import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Real DFT data that are not part of the project; tests that use them are skipped where the folder is absent. */
export const SHARED = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
export const hasRealData = existsSync(join(SHARED, 'si64-pbesol.xyz'));

const paths = (names: readonly string[]) => names.map((name) => join(SHARED, name));
/** Unit cell, ideal supercell and data. */
export const SI = paths(['si.POSCAR', 'si64-pbesol.POSCAR', 'si64-pbesol.xyz']);
export const NACL = paths(['nacl64.POSCAR', 'nacl64.POSCAR', 'nacl64.xyz']);
