import { z } from 'zod';
import type { ReferenceStructure } from '../../types.js';

const number = z.number().nullable();
/** Null is what JSON has for a number that is not finite. */
const numbers = z.array(number).transform((list) => Float64Array.from(list, (x) => x ?? Number.NaN));

const failed = z.object({
  error: z.object({
    step: z.string(),
    classes: z.array(z.string()),
    message: z.string(),
    traceback: z.array(z.string()),
  }),
  warnings: z.array(z.string()),
});

const computed = z.object({
  energy: number,
  forces: numbers,
  converged: z.boolean(),
  program: z.string(),
  lattice: numbers,
  species: z.array(z.string()),
  positions: numbers,
  warnings: z.array(z.string()),
  // GPAW's alone.
  setups: z.record(z.string(), z.string().nullable()).optional(),
  kpoints: z.number().optional(),
});

/** What was computed, in eV and eV/Å, with the atoms that the calculator had in the end. */
export interface BridgeResult {
  readonly energy: number;
  readonly forces: Float64Array;
  readonly converged: boolean;
  readonly program: string;
  readonly structure: ReferenceStructure;
  readonly warnings: readonly string[];
  /** GPAW's: MD5 of each setup by species, and the k-points of the sum. */
  readonly setups?: Readonly<Record<string, string | null>>;
  readonly kpoints?: number;
}

/** The exception that ended it. */
export interface BridgeError {
  /** Where: `start`, `structure`, `import`, `calculator` (its arguments), `calculation`, `answer`. */
  readonly step: string;
  /** Of the exception and what it is derived from, the nearest first. */
  readonly classes: readonly string[];
  readonly message: string;
  readonly traceback: readonly string[];
}

export type BridgeAnswer = { readonly error: BridgeError } | { readonly result: BridgeResult };

/**
 * What the bridge has written; undefined where there is nothing, or what nobody can read.
 * @param sent what came another way
 */
export function readBridgeAnswer(text: string, sent: object = {}): BridgeAnswer | undefined {
  let content: unknown;
  try {
    content = { ...JSON.parse(text), ...sent };
  } catch {
    return undefined;
  }
  const error = failed.safeParse(content);
  if (error.success) return { error: error.data.error };
  const { success, data } = computed.safeParse(content);
  if (!success) return undefined;
  const { lattice, species, positions, energy, ...rest } = data;
  return { result: { ...rest, energy: energy ?? Number.NaN, structure: { lattice, species, positions } } };
}

/** The error as one line that a table's patterns look at: `step: classes: message`. */
export function errorLine({ step, classes, message }: BridgeError): string {
  return `${step}: ${classes.join(' ')}: ${message.replace(/\s+/g, ' ')}`;
}
