import type { Problem } from '../../../errors.js';
import { nearestHint } from '../../../spelling.js';
import type { CodeSettings } from '../../ladder.js';
import { KEYWORDS, OWNED, TAKEN } from './keywords.js';
import { flatParameters } from './parameters.js';
import type { GpawParameters } from './settings.js';

/** GPAW's own: eV per valence electron, electrons per valence electron, eV² per valence electron. */
const LOOSEST = { energy: 5e-4, density: 1e-4, eigenstates: 4e-8 } as const;

/** Everything in the parameters that GPAW would refuse, or would take and spoil the label with. */
export function checkParameters(parameters: GpawParameters): readonly Problem[] {
  const flat = flatParameters(parameters);
  const found = [
    ...Object.keys(parameters).flatMap(keyProblems),
    ...RULES.flatMap((rule) => rule(flat) ?? []),
  ];
  return found.map((problem) => ({ ...problem, field: `reference.parameters.${problem.field}` }));
}

function keyProblems(key: string): Problem[] {
  if (Object.hasOwn(OWNED, key)) return [{ field: key, message: 'cannot be chosen here', hint: OWNED[key] }];
  if (KEYWORDS.includes(key)) return [];
  return [{ field: key, message: 'is not a keyword of GPAW', hint: nearestHint(key, KEYWORDS) }];
}

type Rule = (settings: CodeSettings) => Problem | readonly Problem[] | undefined;

/** What GPAW takes without a word and what makes its forces something else than a label. */
const RULES: readonly Rule[] = [
  (s) => {
    const name = s['mode.name'];
    if (name === undefined)
      return missing('mode', 'e.g. {name: pw, ecut: 400}', 'without it GPAW takes a grid');
    if (name === 'pw')
      return s['mode.ecut'] === undefined
        ? missing('mode.ecut', 'the plane-wave cutoff, eV', 'without it GPAW takes 340 eV')
        : within(s, 'mode.ecut', 100, 3000, 'in eV; 1 Ry = 13.606 eV');
    if (name !== 'fd' && name !== 'lcao')
      return { field: 'mode.name', message: 'is unknown', got: String(name), expected: 'pw, fd or lcao' };
    if (s.h === undefined && s.gpts === undefined)
      return missing('h', 'the grid spacing, Å', 'without it GPAW takes 0.2 Å');
    return s.h === undefined ? undefined : within(s, 'h', 0.05, 0.4, 'in Å');
  },
  (s) =>
    s['xc.name'] === undefined
      ? missing('xc', 'the functional, e.g. PBEsol', 'without it GPAW takes LDA')
      : undefined,
  (s) =>
    s['mode.name'] === 'lcao' && s.basis === undefined
      ? missing('basis', 'e.g. dzp', 'without it GPAW takes its smallest')
      : undefined,
  (s) =>
    Object.entries(LOOSEST).flatMap(([name, most]) => {
      const field = `convergence.${name}`;
      const value = s[field];
      if (value === undefined || (typeof value === 'number' && value > 0 && value <= most)) return [];
      const hint = `leave it out: ${TAKEN[field] ?? most} is taken`;
      const expected = `above 0, at most ${most}, GPAW’s own`;
      return [{ field, message: 'is too loose for forces', got: String(value), expected, hint }];
    }),
  (s) => within(s, 'convergence.forces', 1e-6, 0.01, 'in eV/Å, from one step to the next'),
  (s) =>
    s['convergence.maximum iterations'] === undefined
      ? undefined
      : {
          field: 'convergence.maximum iterations',
          message: 'GPAW would call converged whatever it has after so many steps',
          got: String(s['convergence.maximum iterations']),
          hint: 'write maxiter: that many steps without convergence are a failure',
        },
  (s) =>
    s['symmetry.point_group'] === false
      ? undefined
      : {
          field: 'symmetry',
          message:
            'GPAW would symmetrise the forces on displaced atoms where it finds a symmetry within its tolerance',
          got: String(s['symmetry.point_group']),
          expected: "{point_group: false} or 'off'",
          hint: 'leave it out: {point_group: false} is taken',
        },
  (s) =>
    /tetrahedron/.test(String(s['occupations.name']))
      ? {
          field: 'occupations.name',
          message: 'forces with tetrahedra are not the slope of the energy',
          got: String(s['occupations.name']),
          expected: 'fermi-dirac, marzari-vanderbilt or methfessel-paxton',
        }
      : undefined,
  (s) => within(s, 'occupations.width', 0, 0.5, 'in eV; 0.01 Ry = 0.136 eV, 300 K = 0.0259 eV'),
  (s) => within(s, 'maxiter', 1, 10_000, 'the largest number of steps'),
  (s) => within(s, 'mixer.beta', 1e-4, 1, '0.05 where it is left out'),
];

function within(
  s: CodeSettings,
  field: string,
  least: number,
  most: number,
  hint: string,
): Problem | undefined {
  const value = s[field];
  if (value === undefined || (typeof value === 'number' && value >= least && value <= most)) return undefined;
  return {
    field,
    message: 'is out of range',
    got: String(value),
    expected: `from ${least} to ${most}`,
    hint,
  };
}

function missing(field: string, expected: string, hint: string): Problem {
  return { field, message: 'is missing', expected, hint };
}
