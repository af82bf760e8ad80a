import { z } from 'zod';
import { referenceSettings } from '../reference/settings.js';
import { duration, positiveDuration } from './duration.js';

/**
 * The campaign file. This schema is the only description of it: validation, defaults, the JSON Schema for editors and
 * the reference page in the docs all come from here. Lengths in Å, energies in eV, temperatures in K; times carry
 * their unit in the file and are femtoseconds after parsing. Never imported by workflows (zod is large).
 */

const positive = z.number().positive();
const count = z.int().positive();
const relativePath = z.string().min(1);
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
  error: 'letters, digits, ".", "_" and "-", at most 64 characters, starting with a letter or digit',
});
const integerRow = z.tuple([z.int(), z.int(), z.int()]);

/** Structures of one round, of all walkers: the state carries them until they are labelled. */
const MOST_AT_ONCE = 32;
const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

const orderKey = z.string().regex(/^\d+$/, { error: 'an order, e.g. 2' });

const expansion = z
  .strictObject({
    cutoffs: z
      .record(orderKey, positive)
      .describe('Cutoff of each order in Å, e.g. {2: 6.0, 3: 4.0, 4: 4.0}; orders from 2 without gaps'),
    pairCutoffs: z
      .record(orderKey, z.record(z.string(), positive))
      .optional()
      .describe(
        'Shorter cutoffs of pairs of species, Å, by order, e.g. {3: {Na-Na: 3.0}}; other pairs keep the order’s',
      ),
    maximumSites: z
      .record(orderKey, count)
      .optional()
      .describe(
        'Largest number of distinct sites in a cluster, by order, e.g. {4: 2} for two-body terms only',
      ),
    rotational: z
      .array(z.enum(['born-huang', 'huang']))
      .optional()
      .describe('Rotational sum rules imposed on order 2'),
  })
  .describe('The Taylor expansion of the energy in displacements');

const regression = z
  .strictObject({
    prior: z
      .enum(['isotropic', 'by-order', 'decay'])
      .default('decay')
      .describe('Prior on the force constants; `isotropic` is the paper’s'),
    labelNoise: positive.default(1e-4).describe('Smallest fitting error that is believed, eV/Å'),
    subtractIdealForces: z
      .boolean()
      .default(true)
      .describe('Subtract the reference forces on the ideal supercell from all training forces'),
    allowIdealForces: z
      .boolean()
      .default(false)
      .describe('Go on although the ideal supercell has forces above 0.05 eV/Å (the crystal is not relaxed)'),
  })
  .prefault({})
  .describe('Bayesian ridge regression');

const selection = {
  every: count.optional().describe('Each so many-th structure of the file; 1 where nothing is said'),
  from: count.optional().describe('The first that may be taken, by its number in the file'),
  to: count.optional().describe('The last that may be taken'),
};

const dataFile = z.union([
  relativePath,
  z
    .strictObject({ file: relativePath.describe('Relative to the campaign file'), ...selection })
    .describe('A part of a trajectory, e.g. { file: vasprun.xml, every: 50, from: 1001 }'),
]);

const initial = z
  .strictObject({
    data: z
      .array(dataFile)
      .min(1)
      .optional()
      .describe(
        'Files of an existing ab initio MD trajectory or data set (extended XYZ, vasprun.xml, pw.x’s XML, OUTCAR), or parts of them, e.g. { file: vasprun.xml, every: 50, from: 1001 }: structures that stay in the training set',
      ),
    random: z
      .strictObject({
        count: z.int().min(0).default(2),
        displacement: positive.default(0.03).describe('Standard deviation per Cartesian component, Å'),
      })
      .prefault({})
      .describe('Random displacements: enough for a first harmonic force field'),
    phonon: z
      .strictObject({
        count: z.int().min(0).default(5),
        quantum: z.boolean().default(false).describe('Quantum instead of classical amplitudes'),
      })
      .prefault({})
      .describe('Phonon displacements at the campaign’s temperature'),
    dropAfter: count
      .default(5)
      .describe('All synthetic structures leave the training set once this many from MD are in it'),
    start: z
      .enum(['phonon', 'lattice'])
      .default('phonon')
      .describe(
        'Start of MD: a phonon displacement and velocities at T, or lattice sites and velocities at 2T',
      ),
  })
  .prefault({})
  .describe('Initial training data');

const temperatureLeg = z.union([
  z
    .strictObject({
      from: positive.describe('K'),
      to: positive.describe('K'),
      time: positiveDuration('50 ps').describe('How long the ramp takes'),
    })
    .describe('A ramp, e.g. { from: 100, to: 900, time: 50 ps }'),
  z
    .strictObject({ hold: positive.describe('K'), time: positiveDuration('20 ps') })
    .describe('A temperature that is held, e.g. { hold: 900, time: 20 ps }'),
]);

const temperature = z.union([positive, z.array(temperatureLeg).min(1).max(100)]);

const md = z
  .strictObject({
    temperature: temperature.describe(
      'K, or a list of legs one after another, e.g. [{ from: 100, to: 900, time: 50 ps }, { hold: 900, time: 20 ps }]; the last temperature then holds',
    ),
    timestep: positiveDuration('1 fs').prefault('1 fs'),
    thermostat: z
      .enum(['langevin', 'bussi'])
      .default('langevin')
      .describe('Langevin dynamics, or stochastic velocity rescaling (Bussi, Donadio, Parrinello)'),
    friction: positive
      .default(0.01)
      .describe('Friction γ, 1/fs; velocity rescaling relaxes as fast, with the time 1/(2γ)'),
    walkers: z
      .union([count.max(MOST_AT_ONCE), z.array(z.strictObject({ temperature })).min(1).max(MOST_AT_ONCE)])
      .default(1)
      .describe('Number of trajectories, at most 32, or a list with their temperatures'),
  })
  .describe('Molecular dynamics that explores');

const criterion = z
  .discriminatedUnion('name', [
    z.strictObject({ name: z.literal('trajectory-deviation'), n: positive.default(3) }),
    z.strictObject({ name: z.literal('trajectory-average'), gamma: z.number().gt(1).default(3) }),
    z.strictObject({ name: z.literal('minimum-error'), last: count.default(10) }),
    z
      .strictObject({
        name: z.literal('fixed'),
        threshold: positive.optional().describe('eV/Å'),
        fractionOfFittingError: positive.optional(),
      })
      .refine((c) => (c.threshold === undefined) !== (c.fractionOfFittingError === undefined), {
        error: 'exactly one of threshold and fractionOfFittingError',
      }),
  ])
  .describe('When ε_B asks for ab initio forces');

const acquisition = z
  .strictObject({
    criterion: criterion.prefault({ name: 'trajectory-deviation' }),
    quantity: z.enum(['rms', 'largest-atom']).default('rms').describe('Which ε_B the criterion looks at'),
    every: count.default(1).describe('MD steps between two evaluations of ε_B'),
    window: count.default(1000).describe('k: MD steps in the running mean'),
    minWindow: count.default(1000).describe('No update before the window spans this many MD steps'),
    minGap: duration('200 fs').prefault('200 fs').describe('Between two updates'),
    stall: z
      .union([
        z.literal(false),
        z.strictObject({
          after: positiveDuration('2 ps').prefault('2 ps'),
          structures: count.default(15),
          fraction: positive.default(0.25),
        }),
      ])
      .prefault({})
      .describe(
        'Take a structure when nothing was picked for a while although more are needed; false: never',
      ),
    lookahead: z
      .union([z.literal('auto'), count.max(MOST_AT_ONCE)])
      .default('auto')
      .describe(
        'M: structures of one walker that may await labels, at most 32 of all walkers together; auto: the label slots, at most 4; 1 is the paper',
      ),
  })
  .prefault({})
  .describe('When to ask for ab initio forces');

const convergence = z
  .strictObject({
    stopAtConvergence: z.boolean().default(true),
    minTime: duration('5 ps').prefault('5 ps').describe('MD time before convergence is believed'),
    sinceRefit: duration('1 ps')
      .prefault('1 ps')
      .describe('Every walker must have run this long since the last refit'),
    minStructures: count.default(15).describe('Structures from MD that a refit must rest on to count'),
    ratio: positive.default(0.25).describe('Converged when μ ≤ ratio · β^{-1/2}'),
    levelledRatio: positive
      .default(0.35)
      .describe('… or μ ≤ levelledRatio · β^{-1/2} with the fitting error levelled off'),
    tolerance: positive.default(0.03).describe('Spread of β^{-1/2} that counts as levelled off'),
    overStructures: count.default(4).describe('Structures over which the spread is taken'),
  })
  .prefault({})
  .describe('When the force field is good enough');

const limits = z
  .strictObject({
    time: positiveDuration('200 ps').prefault('200 ps').describe('MD time of each walker'),
    structures: count.default(500).describe('Reference calculations from MD'),
    roundSteps: count.default(2000).describe('MD steps of a round for each pick it may make'),
  })
  .prefault({})
  .describe('Where the campaign ends unconverged');

const test = z
  .discriminatedUnion('source', [
    z.strictObject({
      source: z.literal('reference-md').describe('Frames from MD driven by a built-in reference itself'),
      frames: count.default(50),
      spacing: positiveDuration('200 fs').prefault('200 fs'),
      equilibration: duration('2 ps').prefault('2 ps'),
      seed: seed.default(1_000_003),
    }),
    z.strictObject({
      source: z.literal('file'),
      file: relativePath.describe('Extended XYZ, vasprun.xml, pw.x’s XML or OUTCAR'),
      ...selection,
    }),
  ])
  .optional()
  .describe('An independent test set; nothing is decided by it');

const parent = z
  .strictObject({
    campaign: name.describe('Its name'),
    ledger: z
      .string()
      .regex(/^[0-9a-f]{64}$/, { error: 'the SHA-256 of a ledger entry, 64 hexadecimal digits' })
      .describe('The last entry of its ledger that counts, by its SHA-256'),
  })
  .optional()
  .describe(
    'The campaign of the same store that this one was forked from (written by `anharmony fork`): labels of structures from its MD that still hold are initial training data',
  );

/** The largest lookahead that so many walkers may have. */
export function mostLookahead(walkers: number): number {
  return Math.floor(MOST_AT_ONCE / walkers);
}

export function walkersOf(walkers: number | readonly unknown[]): number {
  return typeof walkers === 'number' ? walkers : walkers.length;
}

export const campaignSchema = z
  .strictObject({
    name: name.describe('Names the campaign; a name stands for one configuration'),
    crystal: relativePath.describe('POSCAR or extended XYZ, relative to this file'),
    supercell: z
      .union([integerRow, z.tuple([integerRow, integerRow, integerRow])], {
        error:
          'three integers, e.g. [3, 3, 3], or a 3×3 integer matrix, e.g. [[3, 0, 0], [0, 3, 0], [0, 0, 3]]',
      })
      .describe('Three integers or a 3×3 integer matrix acting on the lattice vectors of the crystal file'),
    symprec: positive.default(1e-4).describe('Tolerance of the symmetry search, Å'),
    seed: seed.default(1).describe('Key of all random numbers'),
    expansion,
    regression,
    reference: referenceSettings.describe('Where ab initio forces come from'),
    initial,
    md,
    acquisition,
    convergence,
    limits,
    test,
    parent,
  })
  .superRefine(({ md, acquisition: { lookahead } }, context) => {
    const walkers = walkersOf(md.walkers);
    const most = mostLookahead(walkers);
    if (lookahead === 'auto' || lookahead <= most) return;
    context.addIssue({
      code: 'custom',
      path: ['acquisition', 'lookahead'],
      input: lookahead,
      message: `at most ${most} with ${walkers} walkers: ${MOST_AT_ONCE} structures of all of them may await labels at once`,
    });
  })
  .describe('An Anharmony campaign');

/** What a person writes. */
export type CampaignInput = z.input<typeof campaignSchema>;
/** With all defaults filled in and all times in fs. */
export type CampaignSettings = z.output<typeof campaignSchema>;
export type ReferenceSettings = CampaignSettings['reference'];
