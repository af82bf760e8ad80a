import { ELEMENTS } from '../../../crystal/masses.js';
import { BOHR } from '../../../units.js';
import type { CodeSettings } from '../../ladder.js';
import type { ReferenceStructure } from '../../types.js';
import type { KPoints } from '../kpoints.js';
import type { Pseudopotential } from '../pseudopotentials.js';

/** What a run reads of the run before: its wavefunctions, or the density that it kept while it went on. */
export type Restart = 'wavefunctions' | 'density' | undefined;

/** One run of ABINIT. */
export interface AbinitInput {
  readonly structure: ReferenceStructure;
  readonly settings: CodeSettings;
  /** In the order of the types. */
  readonly pseudopotentials: readonly Pseudopotential[];
  readonly kpoints: KPoints;
  readonly restart: Restart;
}

/** Without a word of ABINIT's own: it reads `runi_…` and writes `run.abo`, `runo_…` and `runt_…` in the folder of the run. */
export function abinitInput(input: AbinitInput): string {
  const { structure, settings, pseudopotentials, kpoints, restart } = input;
  const types = pseudopotentials.map((p) => p.species);
  const lines = [
    ...Object.entries(settings).map(([key, value]) => `${key} ${value}`),
    `pseudos "${pseudopotentials.map((p) => p.name).join(', ')}"`,
    'optforces 1',
    'nsym 1',
    'chkprim 0',
    'chksymbreak 0',
    'prtwf 1',
    // The density after every step, so that an interrupted run can go on from it.
    'prtden -1',
    ...(restart === 'wavefunctions' ? ['irdwfk 1'] : []),
    ...(restart === 'density' ? ['irdden 1'] : []),
    ...grid(kpoints),
    `natom ${structure.species.length}`,
    `ntypat ${types.length}`,
    `znucl ${types.map((symbol) => ELEMENTS.indexOf(symbol) + 1).join(' ')}`,
    `typat ${structure.species.map((symbol) => types.indexOf(symbol) + 1).join(' ')}`,
    'acell 3*1.0',
    'rprim',
    ...rows(structure.lattice),
    'xcart',
    ...rows(structure.positions),
  ];
  return `${lines.flatMap(wrapped).join('\n')}\n`;
}

function grid(kpoints: KPoints): string[] {
  const { grid: steps, shift = [0, 0, 0] } = kpoints === 'gamma' ? { grid: [1, 1, 1] } : kpoints;
  return [`ngkpt ${steps.join(' ')}`, 'nshiftk 1', `shiftk ${shift.map((s) => s / 2).join(' ')}`];
}

/** bohr */
function rows(numbers: Float64Array): string[] {
  return Array.from({ length: numbers.length / 3 }, (_, i) =>
    [0, 1, 2].map((c) => (numbers[3 * i + c] / BOHR).toFixed(14)).join(' '),
  );
}

/** ABINIT reads 264 characters of a line. */
const WIDTH = 120;

function wrapped(line: string): string[] {
  const out: string[] = [];
  for (const word of line.split(' ')) {
    const last = out.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) out[out.length - 1] = `${last} ${word}`;
    else out.push(word);
  }
  return out;
}
