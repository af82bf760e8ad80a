import type { CodeSettings } from '../../ladder.js';

/** GPAW's keywords, of version 22.8 and 25. */
export const KEYWORDS: readonly string[] = [
  'background_charge',
  'basis',
  'charge',
  'convergence',
  'eigensolver',
  'experimental',
  'filter',
  'gpts',
  'h',
  'hund',
  'maxiter',
  'mixer',
  'mode',
  'nbands',
  'occupations',
  'parallel',
  'poissonsolver',
  'random',
  'spinpol',
  'symmetry',
  'verbose',
  'xc',
];

/** Not to be set by a person. The text says why. */
export const OWNED: Readonly<Record<string, string>> = {
  kpts: 'write reference.kpoints',
  setups: 'write reference.setups',
  txt: 'every run has a folder of its own',
  label: 'every run has a folder of its own',
  restart: 'runs are restarted by the corrections',
  communicator: 'write reference.command',
  fixdensity: 'its forces would be those of another density',
  external: 'write it with `calculator: ase` and `class: gpaw.GPAW`',
  dtype: 'write force_complex_dtype in mode',
  width: 'write occupations: {name: fermi-dirac, width: …}',
};

/** Keywords that may be one word or a group, and what the word is called in the group. */
export const SHORT: Readonly<Record<string, string>> = {
  mode: 'name',
  eigensolver: 'name',
  occupations: 'name',
  poissonsolver: 'name',
  xc: 'name',
};

/** What is taken where nothing is said. */
export const TAKEN: CodeSettings = {
  // Time reversal alone: it holds for every structure, and half of the k-points are enough.
  'symmetry.point_group': false,
  // electrons per valence electron. Forces on 8 silicon atoms then lack 0.08 meV/Å (rms); with GPAW's own 1e-4, 0.7.
  'convergence.density': 1e-5,
};

/** What GPAW takes. */
export const DEFAULTS: CodeSettings = {
  maxiter: 333,
  nbands: 'default',
  'eigensolver.name': 'dav',
  'eigensolver.niter': 2,
  'mixer.beta': 0.05,
  'mixer.nmaxold': 5,
  'mixer.weight': 50,
};

/** Keys that change no force: no part of a label's identity. */
export const WITHOUT_EFFECT: readonly RegExp[] = [/^verbose$/, /^parallel(\.|$)/];

/** What the corrections may change without the density having to be made anew. */
export const CHANGEABLE: readonly string[] = ['mixer', 'eigensolver', 'nbands', 'maxiter'];
