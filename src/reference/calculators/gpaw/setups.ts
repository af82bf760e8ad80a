import type { Problem } from '../../../errors.js';
import { type Pseudopotential, tryPseudopotentials } from '../pseudopotentials.js';
import type { GpawSettings } from './settings.js';

/** The PAW setups of the species of a crystal, compressed or not, and all that is wrong with them. */
export function trySetups(
  { setups }: GpawSettings,
  species: readonly string[],
  folder: string,
): { readonly setups: readonly Pseudopotential[]; readonly problems: readonly Problem[] } {
  const field = 'reference.setups';
  const read = tryPseudopotentials({ pseudopotentials: setups }, species, folder, field);
  const others = read.pseudopotentials.filter(
    ({ bytes }) => !/<paw_(setup|dataset)\b/.test(bytes.toString('latin1')),
  );
  const problems = others.map((other) => ({
    field: `${field}.${other.species}.file`,
    message: 'is no PAW setup',
    expected: 'XML of a <paw_setup> as GPAW has them, compressed or not',
  }));
  return { setups: read.pseudopotentials, problems: [...read.problems, ...problems] };
}

/** Its name in the folder of a run: GPAW's own are not called XML. */
export function nameOf({ species }: Pseudopotential): string {
  return `${species}.xml`;
}
