import { adjugate3, determinant3 } from '../../numerics/matrix3.js';
import type { ExportSupercell } from './supercell.js';

/**
 * `phonopy.yaml` or `phono3py.yaml`: unit cell with masses, supercell and primitive matrices. Their columns are lattice
 * vectors: (a_p b_p c_p) = (a_u b_u c_u) M.
 */
export function phonopyYaml(
  program: 'phonopy' | 'phono3py',
  { unit, unitMasses, unitMatrix, repeats }: ExportSupercell,
  comment: string,
): string {
  const determinant = determinant3(unitMatrix);
  // Primitive from unit vectors: inverse of the unit matrix, transposed into columns.
  const inverse = adjugate3(unitMatrix).map((x) => x / determinant + 0);
  const primitive = [0, 1, 2].map((r) => [0, 1, 2].map((c) => inverse[3 * c + r]));
  const supercell = repeats.map((n, k) => [0, 1, 2].map((c) => (c === k ? n : 0)));
  const row = (values: ArrayLike<number>, at = 0): string =>
    `[ ${[0, 1, 2].map((c) => values[at + c]).join(', ')} ]`;
  const points = unit.species.map((symbol, i) =>
    [
      `  - symbol: ${symbol}`,
      `    coordinates: ${row(unit.positions, 3 * i)}`,
      `    mass: ${unitMasses[i]}`,
    ].join('\n'),
  );
  return [
    `# ${comment}`,
    `${program}:`,
    // Older readers (2.17) ask for one: that of the program whose format this is, the oldest that has been tried.
    '  version: "2.17.1"',
    '  calculator: vasp',
    'physical_unit:',
    '  atomic_mass: "AMU"',
    '  length: "angstrom"',
    '  force_constants: "eV/angstrom^2"',
    'primitive_matrix:',
    ...primitive.map((r) => `- ${row(r)}`),
    'supercell_matrix:',
    ...supercell.map((r) => `- ${row(r)}`),
    'unit_cell:',
    '  lattice:',
    ...[0, 3, 6].map((at) => `  - ${row(unit.lattice, at)}`),
    '  points:',
    ...points,
    '',
  ].join('\n');
}
