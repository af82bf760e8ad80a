/**
 * Atoms repel each other by exp(−r²/4) eV, nearest images and their neighbours counted. `lattice` [9] and `positions` [3·atoms] in Å;
 * the energy in eV, [3·atoms] forces in eV/Å.
 */
export function gaussianForces(lattice, positions) {
  const atoms = positions.length / 3;
  const forces = new Array(positions.length).fill(0);
  let energy = 0;
  for (let a = 0; a < atoms; a++)
    for (let b = 0; b < atoms; b++)
      for (let i = -6; i <= 6; i++)
        for (let j = -6; j <= 6; j++)
          for (let k = -6; k <= 6; k++) {
            if (a === b && i === 0 && j === 0 && k === 0) continue;
            const d = [0, 1, 2].map(
              (c) =>
                positions[3 * b + c] -
                positions[3 * a + c] +
                i * lattice[c] +
                j * lattice[3 + c] +
                k * lattice[6 + c],
            );
            const v = Math.exp(-(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) / 4);
            energy += v / 2;
            for (let c = 0; c < 3; c++) forces[3 * a + c] -= (d[c] * v) / 2;
          }
  return { energy, forces };
}
