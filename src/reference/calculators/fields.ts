import { z } from 'zod';
import type { ReadonlyDeep } from '../../readonly.js';
import { DEFAULT_GATE_LIMITS, type GateLimits } from '../gateLimits.js';
import { DEFAULT_CORRECTIONS } from '../ladder.js';

/** Fields that the settings of several calculators have. zod alone: the campaign file's schema is made of them. */

export const positive = z.number().positive();
const count = z.int().positive();
/** Relative to the campaign's folder. */
export const relativePath = z.string().min(1);
export const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, { error: 'a SHA-256 checksum, 64 hexadecimal digits' });

/** What is said of every calculator; no part of a label's identity. */
const labelling = {
  slots: count.default(1).describe('Reference calculations that may run side by side'),
  attempts: count.default(2).describe('Attempts before a structure is quarantined'),
  gate: z
    .strictObject({
      netForce: positive.default(DEFAULT_GATE_LIMITS.netForce).describe('Largest net force per atom, eV/Å'),
      minimumDistance: positive
        .default(DEFAULT_GATE_LIMITS.minimumDistance)
        .describe('Smallest distance between two atoms, Å'),
      largestForce: positive
        .default(DEFAULT_GATE_LIMITS.largestForce)
        .describe('Largest force on an atom, eV/Å'),
    } satisfies Record<keyof GateLimits, unknown>)
    .prefault({})
    .describe('Limits that every label must keep, whatever the code'),
};

/** Program and arguments. */
export const words = z.array(z.string().min(1)).min(1);

/** One key of a code's own settings: checked against the code's keywords where its calculator is made. */
export const ownWord = z.union([z.string(), z.number(), z.boolean()]);
/** Settings in a code's own words, by key. */
export const ownWords = z.record(z.string().min(1), ownWord);

/** By species, a file and its checksum. */
export const pseudopotentials = z
  .record(z.string(), z.strictObject({ file: relativePath, sha256: sha256.optional() }))
  .describe(
    'By species, e.g. {Si: {file: Si.upf, sha256: …}}; `anharmony check` says the checksum of a file',
  );

/** Of a code that runs once for each structure. */
export const oneRun = {
  timeout: z.number().positive().default(86400).describe('Wall-clock limit of one run, s'),
  memory: positive.optional().describe('Limit of the memory of one run, all its processes together, MiB'),
  environment: z
    .record(z.string(), z.string())
    .default({})
    .describe('Variables of the program’s environment; OMP_NUM_THREADS is 1 where none is given'),
};

export const corrections = z
  .strictObject({
    limit: z.int().min(0).default(DEFAULT_CORRECTIONS.limit).describe('Corrections of one structure in all'),
    changePhysics: z
      .boolean()
      .default(DEFAULT_CORRECTIONS.changePhysics)
      .describe('Allow those that change what is computed, e.g. smearing; their labels are marked'),
  })
  .prefault({})
  .describe('How far failures are corrected');

/**
 * The settings of one calculator: its own fields, and those of every calculator.
 * @param description for the campaign file's reference page
 */
export function calculatorSettings<const Name extends string, Fields extends z.core.$ZodLooseShape>(
  name: Name,
  description: string,
  fields: Fields,
) {
  return z.strictObject({ calculator: z.literal(name).describe(description), ...fields, ...labelling });
}

/** What a calculator is given of its settings: as a person writes them, without what is said of every calculator. */
export type SettingsOf<Schema extends z.ZodType> = Schema extends z.ZodType
  ? ReadonlyDeep<Omit<z.input<Schema>, keyof typeof labelling>>
  : never;
