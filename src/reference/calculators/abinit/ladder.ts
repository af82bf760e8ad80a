import type { Correction, Ladder, LadderRule } from '../../ladder.js';
import { convergenceSlope } from './output.js';
import { PROGRAM_DEFAULTS } from './variables.js';

/** Falls by a decade in ten steps or faster: more steps will do. */
const FALLING = -0.1;

const SCRATCH: Correction = { name: 'from-scratch', start: 'scratch' };
const lines = (count: number): Correction => ({
  name: `nline-${count}`,
  set: { nline: count },
  start: 'density',
});

const RULES: readonly LadderRule[] = [
  {
    symptom: 'disk-full',
    meaning: 'the disk of the scratch folder is full',
    failureClass: 'store',
    signs: ['stdout', 'stderr', 'errors'].map((name) => ({
      in: name,
      pattern: /No space left on device|Disk quota exceeded|File too large/i,
    })),
    corrections: [],
  },
  {
    symptom: 'memory',
    meaning: 'it needs more memory than there is',
    failureClass: 'program-known',
    signs: ['errors', 'stderr', 'stdout'].map((name) => ({
      in: name,
      pattern:
        /limit on available memory|Error allocating|Allocation would exceed|Cannot allocate memory|out of memory/i,
    })),
    corrections: [{ name: 'less-memory', set: { npulayit: 3 } }],
  },
  {
    symptom: 'unreadable-restart',
    meaning: 'what the run before left cannot be read',
    failureClass: 'program-known',
    signs: [
      {
        in: 'errors',
        pattern: /runi_(WFK|DEN)|^m_(hdr|wfk|wffile|ioarr|inwffil|rwwf)\.F90|End of file|end of record/im,
      },
      { in: 'stderr', pattern: /file '?runi_|m_(hdr|wfk|ioarr|inwffil)\.F90/ },
    ],
    corrections: [SCRATCH],
  },
  {
    symptom: 'bad-input',
    meaning: 'ABINIT refuses the input',
    failureClass: 'input-wrong',
    signs: [
      {
        in: 'errors',
        pattern:
          /^(chk\w+:|m_(parser|chkvars|chkinp|intagm|ingeo|inkpts|invars1|invars2|dtset|pspheads|pspini|psps|psp\w+|upf2abinit|paw\w*|libpaw\w*|mpi_setup|getng|geometry|symfind|drivexc|libxc\w*|xcdata|kpts|occ)\.F90:)/m,
      },
      { in: 'stderr', pattern: /At line \d+ of file m_(pspheads|psp\w+|upf\w+|paw\w*|parser)\.F90/ },
    ],
    corrections: [],
  },
  {
    symptom: 'time-limit',
    meaning: 'it was stopped at its time limit',
    failureClass: 'program-known',
    signs: [{ in: 'stdout', pattern: /Approaching time limit .*Will exit/ }],
    corrections: [{ name: 'continue', start: 'continue', times: 3 }],
  },
  {
    symptom: 'slow-convergence',
    meaning: 'self-consistency was still falling at the last step',
    failureClass: 'program-known',
    signs: [{ in: 'stdout', pattern: /nstep\s+\d+ was not enough SCF cycles/ }],
    when: ({ output }) => convergenceSlope(output) < FALLING,
    corrections: [{ name: 'more-steps', scale: { nstep: 3 }, start: 'density', times: 2 }],
  },
  {
    symptom: 'no-convergence',
    meaning: 'self-consistency does not converge',
    failureClass: 'program-known',
    signs: [{ in: 'stdout', pattern: /nstep\s+\d+ was not enough SCF cycles/ }],
    corrections: [],
  },
  {
    symptom: 'false-convergence',
    meaning: 'ABINIT calls converged what is not',
    failureClass: 'program-known',
    signs: [],
    corrections: [{ name: 'more-steps', scale: { nstep: 3 }, start: 'density', times: 2 }],
  },
];

/**
 * Failures of ABINIT and what helps, in the order in which they are looked for; what version 9.6.2 was seen to do. PAW data mix
 * the density where others mix the potential.
 */
export function abinitLadder(augmented: boolean): Ladder {
  const mixing: readonly Correction[] = [
    lines(6),
    // Passed over where it is what was tried: ABINIT's own.
    { name: 'pulay-mixing', set: { iscf: augmented ? 17 : 7, diemix: augmented ? 0.7 : 1 } },
    lines(8),
    // The preconditioner of a metal, ABINIT's default, lets the charge of a large insulating cell slosh.
    { name: 'insulator-mixing', set: { diemac: 12, diemix: 0.5, nstep: 200 }, start: 'density' },
    { name: 'smearing', set: { occopt: 7, tsmear: 0.005 }, changesPhysics: true },
  ];
  return {
    rules: RULES.map((rule) => (rule.symptom === 'no-convergence' ? { ...rule, corrections: mixing } : rule)),
    defaults: { ...PROGRAM_DEFAULTS, iscf: augmented ? 17 : 7, diemix: augmented ? 0.7 : 1 },
  };
}
