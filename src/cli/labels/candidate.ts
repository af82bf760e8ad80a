import { displacedPositions } from '../../crystal/displaced.js';
import { formatProblem, InputError, type Problem } from '../../errors.js';
import { checkLabel } from '../../reference/gate.js';
import {
  getLabel,
  LABELS,
  type Label,
  type LabelOrigin,
  labelKey,
  putLabel,
} from '../../store/artifacts/label.js';
import { putStructure } from '../../store/artifacts/structure.js';
import { openMemoryStore } from '../../store/memoryStore.js';
import type { LabelledCampaign } from './campaign.js';

/** A label that is to become one of a campaign's reference. */
export interface Candidate {
  /** For people: `run.xml step 3`. */
  readonly source: string;
  readonly number: number;
  /** [3·atoms] u, Å, in the supercell's atom order. */
  readonly displacements: Float64Array;
  readonly values: Label;
  readonly origin: LabelOrigin;
  readonly program?: string;
  readonly campaign?: string;
  /** The structure that it was found to be, of those that campaigns have asked for; for people. */
  readonly matches?: string;
}

export type Judgement =
  | { readonly kind: 'new'; readonly candidate: Candidate }
  | { readonly kind: 'there'; readonly candidate: Candidate }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** What becomes of a candidate: through the gate, and against what the store has. Writes nothing. */
export async function judge(
  { store, bundle, cell }: LabelledCampaign,
  candidate: Candidate,
): Promise<Judgement> {
  const { source, displacements, values, origin } = candidate;
  const { supercell, supercellHash } = cell;
  const { lattice, species } = supercell.crystal;
  const positions = displacedPositions(supercell, displacements);
  const result = { ...values, converged: true, program: '', seconds: 0 };
  const verdict = checkLabel({ lattice, species, positions }, result, bundle.settings.reference.gate);
  if (!verdict.accepted) {
    const problem = { field: source, message: `refused by the label gate: ${verdict.reason}` };
    return { kind: 'refused', problem };
  }
  const structure = await putStructure(openMemoryStore(), supercellHash, displacements);
  const standing = await store.resolve(LABELS, labelKey(structure, origin.reference));
  if (standing === undefined) return { kind: 'new', candidate };
  const before = await getLabel(store, standing);
  const other = otherLabel(source, before.forces, values.forces);
  return other ? { kind: 'refused', problem: other } : { kind: 'there', candidate };
}

/** Why a label cannot be brought in where there is one of its structure; undefined where they are the same. */
export function otherLabel(source: string, before: Float64Array, forces: Float64Array): Problem | undefined {
  let largest = 0;
  for (let i = 0; i < before.length; i++) largest = Math.max(largest, Math.abs(before[i] - forces[i]));
  if (largest === 0) return undefined;
  return {
    field: source,
    message: 'there is another label of this structure and reference, and it stays',
    got: `forces that differ by up to ${(1e3 * largest).toPrecision(3)} meV/Å`,
  };
}

/** The hash that a label has in a store. */
export async function labelHash(values: Label, origin: LabelOrigin): Promise<string> {
  return (await putLabel(openMemoryStore(), values, origin)).hash;
}

/** Runs what may refuse a structure. */
export function attempt<T>(make: () => T): T | { readonly problem: Problem } {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const [problem, ...more] = error.problems;
    return {
      problem: more.length === 0 ? problem : { ...problem, message: more.map(formatProblem).join('; ') },
    };
  }
}
