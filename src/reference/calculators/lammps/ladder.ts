import type { Ladder, LadderRule } from '../../ladder.js';

const printed = (pattern: RegExp): LadderRule['signs'] =>
  ['stdout', 'stderr'].map((name) => ({ in: name, pattern }));

/** Failures of LAMMPS and what helps, in the order in which they are looked for; tried with version 29 Sep 2021. */
export const LAMMPS_LADDER: Ladder = {
  // LAMMPS's own.
  defaults: { 'neigh_modify.one': 2000 },
  rules: [
    {
      symptom: 'disk-full',
      meaning: 'the disk of the scratch folder is full',
      failureClass: 'store',
      signs: printed(/No space left on device|Disk quota exceeded|File too large/i),
      corrections: [],
    },
    {
      symptom: 'memory',
      meaning: 'it needs more memory than there is',
      failureClass: 'program-known',
      signs: printed(/Failed to (re)?allocate|std::bad_alloc|out of memory|Cannot allocate memory/i),
      corrections: [],
    },
    {
      symptom: 'many-neighbours',
      meaning: 'an atom has more neighbours than LAMMPS makes room for',
      failureClass: 'program-known',
      signs: printed(/Neighbor list overflow|Too many neighbors in/i),
      corrections: [{ name: 'more-neighbours', scale: { 'neigh_modify.one': 8 }, times: 3 }],
    },
    {
      symptom: 'lost-atoms',
      meaning: 'LAMMPS lost atoms',
      failureClass: 'program-known',
      signs: printed(
        /ERROR.*(Lost atoms|Did not assign all atoms correctly|[Nn]on-numeric|[Oo]ut of range atoms|atoms? too close)/,
      ),
      corrections: [],
    },
    {
      symptom: 'bad-input',
      meaning: 'LAMMPS refuses the input',
      failureClass: 'input-wrong',
      signs: printed(/^ERROR( on proc \d+)?:/m),
      corrections: [],
    },
  ],
};
