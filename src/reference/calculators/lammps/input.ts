import { massOf } from '../../../crystal/masses.js';
import type { CodeSettings } from '../../ladder.js';
import type { ReferenceStructure } from '../../types.js';
import type { Command } from './commands.js';
import { intoFrame, lammpsFrame } from './frame.js';
import { BOX_COMMANDS } from './words.js';

/** What runs leave in their folder, beside what LAMMPS prints. */
export const DUMP = 'forces.dump';
/** The end of a run, and what it says of energy and cell. */
export const END =
  'LABEL ENERGY $(pe:%.17g) BOX $(lx:%.17g) $(ly:%.17g) $(lz:%.17g) $(xy:%.17g) $(xz:%.17g) $(yz:%.17g)';

export interface LammpsInput {
  readonly structure: ReferenceStructure;
  /** Of types 1, 2, … */
  readonly species: readonly string[];
  readonly commands: readonly Command[];
  readonly settings: CodeSettings;
}

/** The script and the atoms of one run, in LAMMPS's frame. */
export function lammpsInput(input: LammpsInput): Readonly<Record<'lmp.in' | 'lmp.data', string>> {
  return { 'lmp.in': script(input), 'lmp.data': dataFile(input) };
}

function script({ commands, settings }: LammpsInput): string {
  const before = commands.filter(([name]) => BOX_COMMANDS.includes(name) && !OWN.includes(name));
  const after = commands.filter(([name]) => !BOX_COMMANDS.includes(name));
  const one = Number(settings['neigh_modify.one'] ?? 2000);
  const lines = [
    'units metal',
    ...before.map((words) => words.join(' ')),
    `atom_style ${atomStyle(commands)}`,
    'atom_modify map array sort 0 0.0',
    'boundary p p p',
    'box tilt large',
    'read_data lmp.data',
    ...after.map((words) => words.join(' ')),
    `neigh_modify one ${one} page ${50 * one}`,
    `dump forces all custom 1 ${DUMP} id type xu yu zu fx fy fz`,
    'dump_modify forces sort id format float %.17g',
    'run 0',
    `print "${END}"`,
  ];
  return `${lines.join('\n')}\n`;
}

const OWN = ['units', 'atom_style'];

/** As written, or the one that has charges where some are set. */
function atomStyle(commands: readonly Command[]): string {
  const written = commands.find(([name]) => name === 'atom_style');
  return written?.[1] ?? (commands.some(([name]) => name === 'set') ? 'charge' : 'atomic');
}

function dataFile({ structure, species, commands }: LammpsInput): string {
  const frame = lammpsFrame(structure.lattice);
  const [ax, , , bx, by, , cx, cy, cz] = frame.lattice;
  const positions = intoFrame(frame, structure.positions);
  const charge = atomStyle(commands) === 'charge' ? ' 0' : '';
  const lines = [
    'one structure',
    '',
    `${structure.species.length} atoms`,
    `${species.length} atom types`,
    `0 ${ax} xlo xhi`,
    `0 ${by} ylo yhi`,
    `0 ${cz} zlo zhi`,
    ...([bx, cx, cy].some((tilt) => tilt !== 0) ? [`${bx} ${cx} ${cy} xy xz yz`] : []),
    '',
    'Masses',
    '',
    ...species.map((symbol, i) => `${i + 1} ${massOf(symbol)}`),
    '',
    'Atoms',
    '',
    ...structure.species.map((symbol, i) => {
      const [x, y, z] = positions.subarray(3 * i, 3 * i + 3);
      return `${i + 1} ${species.indexOf(symbol) + 1}${charge} ${x} ${y} ${z}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}
