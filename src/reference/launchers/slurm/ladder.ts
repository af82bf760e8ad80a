import type { LadderRule } from '../../ladder.js';

/**
 * What helps against the scheduler's limits. Lost nodes and jobs that somebody ended are the machine's failures: the same is
 * submitted again, and Slurm gives it another node as long as it holds the lost one for down.
 */
export const SLURM_RULES: readonly LadderRule[] = [
  {
    symptom: 'job-time-limit',
    meaning: 'its job reached the time limit',
    failureClass: 'program-known',
    signs: [],
    corrections: [{ name: 'more-time', more: { time: 2 }, start: 'density', times: 3 }],
  },
  {
    symptom: 'job-memory',
    meaning: 'its job took more memory than it asked for',
    failureClass: 'program-known',
    signs: [],
    corrections: [{ name: 'more-memory', more: { memory: 2 }, start: 'density', times: 3 }],
  },
];
