import type { KPoints } from '../kpoints.js';

/** The card K_POINTS. */
export function kPointsCard(kpoints: KPoints): string {
  if (kpoints === 'gamma') return 'K_POINTS gamma';
  return `K_POINTS automatic\n${kpoints.grid.join(' ')}  ${(kpoints.shift ?? [0, 0, 0]).join(' ')}`;
}
