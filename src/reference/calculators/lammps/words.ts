/** Commands that a potential may need, after the box is there. */
export const POTENTIAL_COMMANDS: readonly string[] = [
  'comm_modify',
  'kspace_modify',
  'kspace_style',
  'neigh_modify',
  'neighbor',
  'pair_coeff',
  'pair_modify',
  'pair_style',
  'set',
];
/** Those that LAMMPS wants before there is a box. */
export const BOX_COMMANDS: readonly string[] = [
  'atom_style',
  'newton',
  'package',
  'processors',
  'suffix',
  'units',
];
/** Commands that change no force: no part of a label's identity. */
export const WITHOUT_EFFECT: readonly string[] = [
  'neigh_modify',
  'neighbor',
  'newton',
  'processors',
  'units',
];

const MOVES = 'a label is one single point: atoms stay where they are';
const BOX = 'the cell is the supercell, periodic in all directions';
const WRITTEN = 'the calculator writes the atoms, runs LAMMPS and reads the forces';
const FORCES = 'a label is the forces of the potential alone';

/** Commands that are refused, and why. Others that are not in the lists above are refused without a reason. */
export const REFUSED: Readonly<Record<string, string>> = {
  atom_modify: WRITTEN,
  balance: WRITTEN,
  boundary: BOX,
  box: BOX,
  change_box: BOX,
  compute: WRITTEN,
  create_atoms: MOVES,
  create_box: BOX,
  delete_atoms: MOVES,
  displace_atoms: MOVES,
  dump: WRITTEN,
  dump_modify: WRITTEN,
  fix: `${FORCES}; a potential that needs a fix runs through calculator: command`,
  include: 'write its commands here: they belong to the label’s identity',
  jump: 'commands are given one by one',
  kim: 'models of OpenKIM run through calculator: command',
  lattice: BOX,
  log: WRITTEN,
  mass: 'masses change no force, and are written by the calculator',
  minimize: MOVES,
  molecule: BOX,
  neb: MOVES,
  print: WRITTEN,
  python: 'commands are given one by one',
  read_data: WRITTEN,
  read_dump: MOVES,
  read_restart: WRITTEN,
  region: BOX,
  replicate: BOX,
  rerun: WRITTEN,
  run: WRITTEN,
  run_style: MOVES,
  shell: 'nothing but LAMMPS is run',
  thermo: WRITTEN,
  thermo_modify: WRITTEN,
  thermo_style: WRITTEN,
  timestep: MOVES,
  undump: WRITTEN,
  unfix: FORCES,
  variable: 'commands are given with their values',
  velocity: MOVES,
  write_data: WRITTEN,
  write_dump: WRITTEN,
  write_restart: WRITTEN,
};
