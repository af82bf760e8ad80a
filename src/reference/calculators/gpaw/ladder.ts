import type { Ladder } from '../../ladder.js';
import { PYTHON_RULES } from '../ase/ladder.js';
import { fallSlope } from '../fallSlope.js';
import { DEFAULTS } from './keywords.js';

/** Falls by a decade in ten steps or faster: more steps will do. */
const FALLING = -0.1;
const UNCONVERGED = /^calculation: .*\bKohnShamConvergenceError\b/;

/** log10 of the density's change per step, from the lines `iter:  1 12:00:00  -42.9 -0.9 -1.1`; 0 for fewer than three. */
export function densitySlope(log: string): number {
  const lines = log.matchAll(/^iter:\s+\d+\s+[\d:]+\s+[-+\d.]+c?\s+\S+\s+(-?\d+\.\d+)c?/gm);
  return fallSlope(Array.from(lines, (m) => Number(m[1])));
}

/** Failures of GPAW and what helps, in the order in which they are looked for: what version 22.8 was seen to do. */
export const GPAW_LADDER: Ladder = {
  defaults: DEFAULTS,
  rules: [
    {
      symptom: 'too-few-bands',
      meaning: 'there are not enough bands',
      failureClass: 'program-known',
      signs: [{ in: 'exception', pattern: /Not enough bands|Too few bands/i }],
      corrections: [{ name: 'more-bands', set: { nbands: '150%' } }],
    },
    {
      symptom: 'atoms-too-close',
      meaning: 'atoms are on top of each other',
      failureClass: 'program-known',
      signs: [{ in: 'exception', pattern: /\bAtomsTooClose\b/ }],
      corrections: [],
    },
    {
      symptom: 'bad-setup',
      meaning: 'GPAW cannot read a setup',
      failureClass: 'input-wrong',
      signs: [
        {
          in: 'exception',
          pattern: /SAXParseException|FileNotFoundError.*Could not find required PAW dataset/,
        },
      ],
      corrections: [],
    },
    {
      symptom: 'time-limit',
      meaning: 'it was stopped at its time limit',
      failureClass: 'program-known',
      signs: [],
      corrections: [{ name: 'continue', start: 'continue', times: 3 }],
    },
    {
      symptom: 'slow-convergence',
      meaning: 'self-consistency was still falling at the last step',
      failureClass: 'program-known',
      signs: [{ in: 'exception', pattern: UNCONVERGED }],
      when: ({ log }) => densitySlope(log) < FALLING,
      corrections: [{ name: 'more-steps', scale: { maxiter: 3 }, start: 'density', times: 2 }],
    },
    {
      symptom: 'no-convergence',
      meaning: 'self-consistency does not converge',
      failureClass: 'program-known',
      signs: [{ in: 'exception', pattern: UNCONVERGED }],
      corrections: [
        // What it wandered off to is no better a start than atoms.
        { name: 'softer-mixing', set: { 'mixer.beta': 0.02, 'mixer.nmaxold': 5, 'mixer.weight': 100 } },
        {
          name: 'davidson-3',
          set: { 'eigensolver.name': 'dav', 'eigensolver.niter': 3 },
          start: 'density',
        },
        { name: 'more-bands', from: { nbands: 'default' }, set: { nbands: '150%' }, start: 'density' },
        { name: 'more-steps', scale: { maxiter: 3 }, start: 'density', times: 2 },
        {
          name: 'smearing',
          set: { 'occupations.name': 'fermi-dirac', 'occupations.width': 0.2 },
          changesPhysics: true,
        },
      ],
    },
    ...PYTHON_RULES,
  ],
};
