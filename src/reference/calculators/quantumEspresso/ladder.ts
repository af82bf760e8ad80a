import type { Correction, Ladder } from '../../ladder.js';
import { DEFAULTS } from './keywords.js';
import { convergenceSlope } from './output.js';

/** Falls by a decade in ten steps or faster: more steps will do. */
const FALLING = -0.1;

const MORE_STEPS: Correction = {
  name: 'more-steps',
  scale: { 'electrons.electron_maxstep': 3 },
  start: 'density',
  times: 2,
};
const SCRATCH: Correction = { name: 'from-scratch', start: 'scratch' };
const diagonalization = (name: string): Correction => ({
  name: `diagonalization-${name}`,
  set: { 'electrons.diagonalization': name },
});

/**
 * Failures of pw.x and what helps, in the order in which they are looked for. After AiiDA's PwBaseWorkChain, whose
 * restarts from the density rescued half of 181 failures, and what version 6.7 was seen to do.
 */
export const PW_LADDER: Ladder = {
  defaults: DEFAULTS,
  rules: [
    {
      symptom: 'bad-input',
      meaning: 'pw.x refuses the input',
      failureClass: 'input-wrong',
      signs: [
        // The telling line first: it stands in the message.
        {
          in: 'crash',
          pattern: /bad line in namelist|could not find namelist|Error while parsing|file .* not found/,
        },
        {
          in: 'crash',
          pattern: /from\s+(read_namelists|card_\w+|read_cards|readpp|read_pseudo|upf_to_internal)/,
        },
        { in: 'stderr', pattern: /xmltools\.f90|read_upf|upf_module|upf_io/i },
        { in: 'stdout', pattern: /some nodes have no k-points/ },
        { in: 'crash', pattern: /some nodes have no k-points/ },
      ],
      corrections: [],
    },
    {
      symptom: 'disk-full',
      meaning: 'the disk of the scratch folder is full',
      failureClass: 'store',
      signs: [
        { in: 'stderr', pattern: /No space left on device|Disk quota exceeded|File too large/i },
        { in: 'crash', pattern: /from\s+(write_rhog|write_collected_wfc)|error writing/i },
      ],
      corrections: [],
    },
    {
      symptom: 'memory',
      meaning: 'it needs more memory than there is',
      failureClass: 'program-known',
      signs: [
        {
          in: 'stderr',
          pattern: /Error allocating|Cannot allocate memory|Allocation would exceed|out of memory/i,
        },
        { in: 'stdout', pattern: /Error allocating|memory limit of/ },
      ],
      corrections: [
        { name: 'less-memory', set: { 'electrons.mixing_ndim': 4, 'electrons.diagonalization': 'cg' } },
      ],
    },
    {
      symptom: 'unreadable-restart',
      meaning: 'what the run before left cannot be read',
      failureClass: 'program-known',
      signs: [
        {
          in: 'crash',
          pattern:
            /from\s+(read_rhog|read_scf|read_wfc|read_collected_wfc|pw_restart|read_xml|davcio|diropn)|corrupted|End of file/i,
        },
        { in: 'stderr', pattern: /read_rhog|io_rho_xml/i },
      ],
      corrections: [SCRATCH],
    },
    {
      symptom: 'time-limit',
      meaning: 'it was stopped at its time limit',
      failureClass: 'program-known',
      signs: [{ in: 'stdout', pattern: /Maximum CPU time exceeded|Calculation stopped in scf loop/ }],
      corrections: [{ name: 'continue', start: 'continue', times: 3 }],
    },
    {
      symptom: 'slow-convergence',
      meaning: 'self-consistency was still falling at the last step',
      failureClass: 'program-known',
      signs: [{ in: 'stdout', pattern: /convergence NOT achieved after/ }],
      when: ({ stdout }) => convergenceSlope(stdout) < FALLING,
      corrections: [MORE_STEPS],
    },
    {
      symptom: 'no-convergence',
      meaning: 'self-consistency does not converge',
      failureClass: 'program-known',
      signs: [{ in: 'stdout', pattern: /convergence NOT achieved after/ }],
      corrections: [
        { name: 'softer-mixing', scale: { 'electrons.mixing_beta': 0.5 }, start: 'density' },
        {
          name: 'local-mixing',
          set: { 'electrons.mixing_mode': 'local-TF', 'electrons.mixing_ndim': 8 },
          start: 'density',
        },
        diagonalization('cg'),
        {
          name: 'softest-mixing',
          set: { 'electrons.mixing_beta': 0.1, 'electrons.electron_maxstep': 200 },
          start: 'density',
        },
        {
          name: 'smearing',
          set: { 'system.occupations': 'smearing', 'system.smearing': 'mv', 'system.degauss': 0.01 },
          changesPhysics: true,
        },
      ],
    },
    {
      symptom: 'diagonalization',
      meaning: 'the diagonalisation fails',
      failureClass: 'program-known',
      signs: ['stdout', 'crash'].map((name) => ({
        in: name,
        pattern:
          /problems computing cholesky|too many bands are not converged|S matrix not positive definite|zhegvd|eigenvectors failed to converge|[Ee]rror in routine broyden|from\s+(cdiaghg|rdiaghg|c_bands|broyden|mix_rho)/,
      })),
      corrections: [diagonalization('david'), diagonalization('paro'), diagonalization('cg')],
    },
    {
      symptom: 'rough-forces',
      meaning: 'the forces still lack self-consistency',
      failureClass: 'program-known',
      signs: [],
      corrections: [
        { name: 'tighter-convergence', scale: { 'electrons.conv_thr': 0.01 }, start: 'density', times: 2 },
      ],
    },
    {
      symptom: 'false-convergence',
      meaning: 'pw.x calls converged what is not',
      failureClass: 'program-known',
      signs: [],
      corrections: [MORE_STEPS],
    },
    {
      symptom: 'wrong-physics',
      meaning: 'pw.x finds the input unphysical',
      failureClass: 'program-known',
      signs: ['stdout', 'crash'].map((name) => ({ in: name, pattern: /charge is wrong|dexx is negative/ })),
      corrections: [],
    },
  ],
};
