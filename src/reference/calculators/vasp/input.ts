import { formatPoscar } from '../../../crystal/formats/poscar.js';
import { fractionalPositions } from '../../../crystal/geometry.js';
import type { CodeSettings, SettingValue, Start } from '../../ladder.js';
import type { ReferenceStructure } from '../../types.js';
import type { KPoints } from '../kpoints.js';

/** Atoms as VASP has them, species after species, and where each of them was. */
export interface SortedStructure extends ReferenceStructure {
  /** [atoms] index in the order asked for. */
  readonly origin: readonly number[];
}

/** VASP takes atoms species by species, those in the order of their first atoms, which is that of the POTCARs. */
export function sortBySpecies({ lattice, species, positions }: ReferenceStructure): SortedStructure {
  const kinds = [...new Set(species)];
  const origin = kinds.flatMap((kind) => species.flatMap((symbol, i) => (symbol === kind ? [i] : [])));
  return {
    lattice,
    species: origin.map((i) => species[i]),
    positions: Float64Array.from(origin.flatMap((i) => [...positions.subarray(3 * i, 3 * i + 3)])),
    origin,
  };
}

/** Triples of the sorted atoms, back in the order asked for. */
export function inOriginalOrder(sorted: Float64Array, origin: readonly number[]): Float64Array {
  const out = new Float64Array(sorted.length);
  for (const [k, i] of origin.entries()) out.set(sorted.subarray(3 * k, 3 * k + 3), 3 * i);
  return out;
}

/** The texts of one run but its POTCAR. */
export function vaspInput(
  sorted: SortedStructure,
  settings: CodeSettings,
  kpoints: KPoints,
  start: Start,
): Readonly<Record<'POSCAR' | 'INCAR' | 'KPOINTS', string>> {
  const positions = fractionalPositions(sorted.positions, sorted.lattice);
  return {
    POSCAR: formatPoscar({ ...sorted, positions }, 'atoms by species'),
    INCAR: incarText({ ...settings, ...STARTS[start] }),
    KPOINTS: kpointsText(kpoints),
  };
}

const STARTS: Readonly<Record<Start, CodeSettings>> = {
  scratch: { ISTART: 0, ICHARG: 2 },
  density: { ISTART: 0, ICHARG: 1 },
  continue: { ISTART: 1, ICHARG: 0 },
};

function incarText(settings: CodeSettings): string {
  return Object.entries(settings)
    .map(([tag, value]) => `${tag} = ${incarValue(tag, value)}\n`)
    .join('');
}

function incarValue(tag: string, value: SettingValue): string {
  if (typeof value === 'boolean') return value ? '.TRUE.' : '.FALSE.';
  // Corrections multiply it; it counts bands.
  return String(tag === 'NBANDS' ? Math.ceil(Number(value)) : value);
}

/** Shifts are half grid steps about Γ, as for every other code; VASP's own Monkhorst word shifts even grids by itself. */
function kpointsText(kpoints: KPoints): string {
  const { grid, shift = [0, 0, 0] } = kpoints === 'gamma' ? { grid: [1, 1, 1] } : kpoints;
  return ['k-points', '0', 'Gamma', grid.join(' '), shift.map((s) => s / 2).join(' '), ''].join('\n');
}
