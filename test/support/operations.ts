import type { SpaceGroupOperation, Supercell } from '../../src/crystal/types.js';

/** Site s of cell c goes to siteImage[s] of cell W c + cellImage[s]. */
export function imageOf(
  supercell: Supercell,
  { fractionalRotation: w, siteImage, cellImage }: SpaceGroupOperation,
  atom: number,
): number {
  const c = supercell.cellOf.subarray(3 * atom, 3 * atom + 3);
  const s = supercell.siteOf[atom];
  const [x, y, z] = [0, 1, 2].map(
    (k) => w[3 * k] * c[0] + w[3 * k + 1] * c[1] + w[3 * k + 2] * c[2] + cellImage[3 * s + k],
  );
  return supercell.atomAt(siteImage[s], x, y, z);
}

/** An operation acts on the supercell when it maps its translations onto themselves. */
export function keepsSupercell(supercell: Supercell, w: Int32Array): boolean {
  const origin = supercell.atomAt(0, 0, 0, 0);
  return [0, 1, 2].every((row) => {
    const t = supercell.matrix.subarray(3 * row, 3 * row + 3);
    const [x, y, z] = [0, 1, 2].map((k) => w[3 * k] * t[0] + w[3 * k + 1] * t[1] + w[3 * k + 2] * t[2]);
    return supercell.atomAt(0, x, y, z) === origin;
  });
}
