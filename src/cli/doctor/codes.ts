import { allOnPath, onPath, runBriefly } from '../../processes.js';

/** A program that can serve as a reference, or start one, as looked for on PATH. */
export interface ProgramCheck {
  readonly name: string;
  readonly purpose: string;
  readonly path?: string;
  readonly version?: string;
  /** What to do to have it; only where it was not found. */
  readonly install?: string;
}

interface Wanted {
  readonly name: string;
  readonly purpose: string;
  /** Any of these counts. */
  readonly programs: readonly string[];
  /** How to ask for the version, where that is cheap and safe (some codes start to compute when called). */
  readonly ask?: readonly string[];
  readonly pattern?: RegExp;
  readonly install: string;
}

const WANTED: readonly Wanted[] = [
  {
    name: 'Quantum ESPRESSO',
    purpose: 'reference forces from density-functional theory',
    programs: ['pw.x'],
    install: 'Debian: apt install quantum-espresso; or conda-forge: qe',
  },
  {
    name: 'VASP',
    purpose: 'reference forces from density-functional theory',
    programs: ['vasp_std', 'vasp_gam', 'vasp'],
    install: 'licensed (https://www.vasp.at); put vasp_std on PATH',
  },
  {
    name: 'ABINIT',
    purpose: 'reference forces from density-functional theory',
    programs: ['abinit'],
    ask: ['--version'],
    pattern: /^(\d\S*)/m,
    install: 'Debian: apt install abinit; or conda-forge: abinit',
  },
  {
    name: 'GPAW',
    purpose: 'reference forces from density-functional theory',
    programs: ['gpaw'],
    ask: ['--version'],
    pattern: /gpaw-(\S+)/,
    install: 'Debian: apt install gpaw gpaw-data; or conda-forge: gpaw',
  },
  {
    name: 'LAMMPS',
    purpose: 'reference forces from potentials; production runs of exported force fields',
    programs: ['lmp', 'lmp_serial', 'lmp_mpi', 'lammps'],
    ask: ['-h'],
    pattern: /Simulator - (.+)/,
    install: 'Debian: apt install lammps; or conda-forge: lammps',
  },
  {
    name: 'MPI',
    purpose: 'parallel reference codes on this machine',
    programs: ['mpirun', 'mpiexec'],
    ask: ['--version'],
    pattern: /(\d+\.\d+(?:\.\d+)?)/,
    install: 'Debian: apt install openmpi-bin',
  },
  {
    name: 'Slurm',
    purpose: 'reference codes through a batch system',
    programs: ['sbatch'],
    ask: ['--version'],
    pattern: /slurm\S*\s+(\S+)/i,
    install: 'only on clusters that have it',
  },
];

/** Looks for reference codes and launchers; asks only those for their version that answer at once. */
export async function findPrograms(env: NodeJS.ProcessEnv = process.env): Promise<readonly ProgramCheck[]> {
  const programs = await Promise.all(WANTED.map((wanted) => findProgram(wanted, env)));
  return [...programs, await findAse(env)];
}

async function findProgram(wanted: Wanted, env: NodeJS.ProcessEnv): Promise<ProgramCheck> {
  const { name, purpose, install } = wanted;
  const path = wanted.programs.map((program) => onPath(program, env)).find((found) => found !== undefined);
  if (path === undefined) return { name, purpose, install };
  if (wanted.ask === undefined) return { name, purpose, path };
  const { stdout, stderr } = await runBriefly(path, wanted.ask, 3000, { env });
  return { name, purpose, path, version: wanted.pattern?.exec(`${stdout}${stderr}`)?.[1].trim() };
}

/** ASE belongs to one interpreter, which need not be the first on PATH: asked without importing it. */
async function findAse(env: NodeJS.ProcessEnv): Promise<ProgramCheck> {
  const name = 'ASE';
  const purpose = 'any code that ASE has a calculator for, as a reference';
  const script = 'from importlib.metadata import version\nprint(version("ase"))';
  for (const path of allOnPath('python3', env)) {
    const { code, stdout } = await runBriefly(path, ['-c', script], 5000, { env });
    if (code === 0) return { name, purpose, path, version: stdout.trim() };
  }
  const install =
    'Debian: apt install python3-ase (for /usr/bin/python3); or pip install ase, for the python3 of the command';
  return { name, purpose, install };
}
