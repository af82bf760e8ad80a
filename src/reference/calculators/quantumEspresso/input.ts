import { massOf } from '../../../crystal/masses.js';
import type { CodeSettings, SettingValue, Start } from '../../ladder.js';
import type { ReferenceStructure } from '../../types.js';
import type { KPoints } from '../kpoints.js';
import type { Pseudopotential } from '../pseudopotentials.js';
import { NAMELISTS } from './keywords.js';
import { kPointsCard } from './kpoints.js';

/** One run of pw.x. */
export interface PwInput {
  readonly structure: ReferenceStructure;
  readonly settings: CodeSettings;
  readonly pseudopotentials: readonly Pseudopotential[];
  readonly kpoints: KPoints;
  readonly start: Start;
  /** pw.x stops by itself after so many seconds, in a state that it can be restarted from; never where absent. */
  readonly maxSeconds?: number;
}

/** Output and density are `pwscf.xml` and `pwscf.save` in the folder of the run, which holds the pseudopotentials too. */
export function pwInput({
  structure,
  settings,
  pseudopotentials,
  kpoints,
  start,
  maxSeconds,
}: PwInput): string {
  const { species, positions, lattice } = structure;
  const all: CodeSettings = {
    ...settings,
    'control.calculation': 'scf',
    'control.restart_mode': start === 'continue' ? 'restart' : 'from_scratch',
    'control.tprnfor': true,
    'control.prefix': 'pwscf',
    'control.outdir': './',
    'control.pseudo_dir': './',
    // `nowf` keeps no XML file in version 6.7.
    'control.disk_io': 'low',
    ...(maxSeconds !== undefined && { 'control.max_seconds': maxSeconds }),
    'system.ibrav': 0,
    'system.nat': species.length,
    'system.ntyp': pseudopotentials.length,
    ...(start === 'density' && { 'electrons.startingpot': 'file' }),
  };
  const lines = [
    ...NAMELISTS.flatMap((name) => namelist(name, all)),
    'ATOMIC_SPECIES',
    ...pseudopotentials.map((p) => `${p.species} ${massOf(p.species)} ${p.name}`),
    'CELL_PARAMETERS angstrom',
    ...rows(lattice),
    'ATOMIC_POSITIONS angstrom',
    ...rows(positions).map((row, i) => `${species[i]} ${row}`),
    kPointsCard(kpoints),
  ];
  return `${lines.join('\n')}\n`;
}

function namelist(name: string, settings: CodeSettings): string[] {
  const prefix = `${name}.`;
  const own = Object.entries(settings).filter(([key]) => key.startsWith(prefix));
  return [`&${name}`, ...own.map(([key, value]) => `  ${key.slice(prefix.length)} = ${fortran(value)}`), '/'];
}

function fortran(value: SettingValue): string {
  if (typeof value === 'boolean') return value ? '.true.' : '.false.';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}

/** Fixed notation: pw.x reads positions as arithmetic expressions. */
function rows(numbers: Float64Array): string[] {
  return Array.from({ length: numbers.length / 3 }, (_, i) =>
    [0, 1, 2].map((c) => numbers[3 * i + c].toFixed(14)).join(' '),
  );
}
