import { z } from 'zod';
import type { ReferenceStructure } from '../types.js';

/** An answer as JSON: eV, eV/Å, atoms in the order asked for. */
const schema = z.object({
  energy: z.number().optional(),
  forces: z.array(z.tuple([z.number(), z.number(), z.number()])),
  converged: z.boolean().default(true),
  program: z.string().optional(),
  /** Says that the order was kept. */
  species: z.array(z.string()).optional(),
});

export type JsonAnswer = z.output<typeof schema>;

/** Reads an answer that a program wrote as JSON; a text for a person where it is none, or is of other atoms. */
export function parseJsonAnswer(text: string, { species }: ReferenceStructure): JsonAnswer | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return (error as Error).message;
  }
  const { success, data, error } = schema.safeParse(json);
  if (!success) return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  if (data.forces.length !== species.length)
    return `forces of ${data.forces.length} atoms instead of ${species.length}`;
  const other = data.species && species.findIndex((s, i) => data.species?.[i] !== s);
  if (other !== undefined && (other >= 0 || data.species?.length !== species.length))
    return `atom ${other + 1} is ${data.species?.[other] ?? 'missing'} instead of ${species[other]}`;
  return data;
}
