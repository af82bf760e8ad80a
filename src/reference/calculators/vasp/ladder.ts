import type { Correction, Ladder, LadderRule } from '../../ladder.js';
import { PROGRAM_DEFAULTS } from './tags.js';

const algorithm = (to: string, from?: string): Correction => ({
  name: `algo-${to.toLowerCase()}`,
  set: { ALGO: to },
  ...(from !== undefined && { from: { ALGO: from } }),
});
const SCRATCH: Correction = { name: 'from-scratch', start: 'scratch' };

/** VASP's line where the electrons are self-consistent: some warnings before it are only that. */
const CONVERGED = /aborting loop because EDIFF is reached/;
const unconverged: LadderRule['when'] = ({ outcar }) => !CONVERGED.test(outcar);

/** Most that VASP prints of a failure stands in its standard output, some in the OUTCAR alone. */
const printed = (pattern: RegExp): LadderRule['signs'] =>
  ['stdout', 'stderr', 'outcar'].map((name) => ({ in: name, pattern }));

/** Half as many groups of k-points, each with its own copy of the wavefunctions' arrays. */
const FEWER_GROUPS: readonly Correction[] = Array.from({ length: 31 }, (_, i) => i + 2).map((groups) => ({
  name: `kpar-${Math.floor(groups / 2)}`,
  from: { KPAR: groups },
  set: { KPAR: Math.floor(groups / 2) },
  times: 2,
}));

const RULES: readonly LadderRule[] = [
  {
    symptom: 'bad-input',
    meaning: 'VASP refuses the input',
    failureClass: 'input-wrong',
    signs: printed(
      /Error reading item|No initial positions read in|Error reading KPOINTS|POSCAR and POTCAR are incompatible|ERROR: .* POSCAR|Fatal error! Could not find entry/i,
    ),
    corrections: [],
  },
  {
    symptom: 'disk-full',
    meaning: 'the disk of the scratch folder is full',
    failureClass: 'store',
    signs: [{ in: 'stderr', pattern: /No space left on device|Disk quota exceeded|File too large/i }],
    corrections: [],
  },
  {
    symptom: 'memory',
    meaning: 'it needs more memory than there is',
    failureClass: 'program-known',
    signs: printed(
      /insufficient virtual memory|out of memory|oom-kill|Allocation would exceed memory|Cannot allocate memory/i,
    ),
    corrections: FEWER_GROUPS,
  },
  {
    symptom: 'unreadable-wavecar',
    meaning: 'the WAVECAR of the run before cannot be read',
    failureClass: 'program-known',
    signs: printed(/while reading WAVECAR|while reading plane wave|ERROR.*reading.*(WAVECAR|CHGCAR)/i),
    corrections: [SCRATCH],
  },
  {
    symptom: 'core-orbitals',
    meaning: 'VASP cannot make the core orbitals (set_core_wf)',
    failureClass: 'program-known',
    signs: printed(/internal error in\s+(subroutine )?SET_CORE_WF/i),
    corrections: [],
  },
  {
    symptom: 'too-few-bands',
    meaning: 'it has too few bands',
    failureClass: 'program-known',
    signs: printed(/TOO FEW BANDS/),
    corrections: [{ name: 'more-bands', scale: { NBANDS: 1.1 }, times: 3 }],
  },
  {
    symptom: 'diagonalization-rmm',
    meaning: 'the diagonalisation fails (RMM-DIIS)',
    failureClass: 'program-known',
    signs: printed(/EDDRMM: call to ZHEGV failed/i),
    when: unconverged,
    corrections: [{ ...algorithm('Normal'), start: 'scratch' }],
  },
  {
    symptom: 'diagonalization-davidson',
    meaning: 'the diagonalisation fails (Davidson)',
    failureClass: 'program-known',
    signs: printed(/Error EDDDAV: Call to ZHEGV failed/i),
    corrections: [{ ...algorithm('All'), start: 'scratch' }],
  },
  {
    symptom: 'symmetry',
    meaning: 'VASP stumbles over the symmetry',
    failureClass: 'program-known',
    signs: printed(
      /LAPACK: Routine ZPOTRF failed|internal error in subroutine PRICEL|RHOSYG internal error|internal error in (subroutine )?IBZKPT|POSMAP internal error/i,
    ),
    corrections: [
      { name: 'finer-symmetry', set: { SYMPREC: 1e-8 }, changesPhysics: true },
      { name: 'no-symmetry', set: { ISYM: -1 }, changesPhysics: true },
    ],
  },
  {
    symptom: 'mixing',
    meaning: 'the density mixer fails',
    failureClass: 'program-known',
    signs: printed(/BRMIX: very serious problems/),
    when: unconverged,
    corrections: [
      { name: 'from-density', start: 'continue' },
      { name: 'plain-mixing', set: { IMIX: 1 } },
    ],
  },
  {
    symptom: 'subspace',
    meaning: 'the subspace matrix is not hermitian',
    failureClass: 'program-known',
    signs: printed(/Sub-Space-Matrix is not hermitian/i),
    when: unconverged,
    corrections: [algorithm('Normal', 'Fast'), algorithm('Normal', 'VeryFast'), algorithm('All', 'Normal')],
  },
  {
    symptom: 'internal-error',
    meaning: 'VASP found an error of its own',
    failureClass: 'program-known',
    signs: printed(/VERY BAD NEWS! internal error|I REFUSE TO CONTINUE WITH THIS SICK JOB/),
    when: unconverged,
    corrections: [],
  },
  {
    // Found by counting electronic steps, not in a text.
    symptom: 'no-convergence',
    meaning: 'self-consistency does not converge',
    failureClass: 'program-known',
    signs: [],
    corrections: [
      algorithm('Fast', 'VeryFast'),
      algorithm('Normal', 'Fast'),
      algorithm('All', 'Normal'),
      {
        name: 'softer-mixing',
        set: { BMIX: 0.001, AMIX_MAG: 0.8, BMIX_MAG: 0.001, NELMDL: -6 },
      },
    ],
  },
];

/**
 * Failures of VASP and what helps, in the order in which they are looked for; after custodian's VaspErrorHandler and
 * UnconvergedErrorHandler. Its LREAL = .FALSE. and ISYM = 0 are no corrections here: no label is computed without them.
 */
export function vaspLadder(bands: number): Ladder {
  return { rules: RULES, defaults: { ...PROGRAM_DEFAULTS, NBANDS: bands } };
}

/** VASP's own choice of NBANDS (https://www.vasp.at/wiki/index.php/NBANDS), before it is made a multiple of the ranks. */
export function defaultBands(
  electrons: number,
  atoms: number,
  { spin, spinor }: { spin: boolean; spinor: boolean },
): number {
  const bands = Math.max(
    Math.round((electrons + 2) / 2) + Math.max(Math.floor(atoms / 2), 3),
    Math.floor(0.6 * electrons),
  );
  const polarised = spin ? bands + Math.floor((atoms + 1) / 2) : bands;
  return spinor ? 2 * polarised : polarised;
}
