import type { Addition } from '../../src/campaign/messages.js';
import { createDesignMatrix, type DesignMatrix } from '../../src/regression/designMatrix.js';
import { addRows, emptyGram, sumGrams } from '../../src/regression/gram.js';
import type { Gram } from '../../src/regression/types.js';
import { getLabel } from '../../src/store/artifacts/label.js';
import { getStructure } from '../../src/store/artifacts/structure.js';
import { hashOf } from '../../src/store/canonical.js';
import type { Ref, Store } from '../../src/store/types.js';
import type { CampaignContext } from './context.js';

/** A structure as rows of the regression. */
export interface Rows {
  /** [3N·P] row-major, eV/Å per φ′. */
  readonly a: Float64Array;
  /** [3N] eV/Å */
  readonly y: Float64Array;
}

/** Sums over the structures of one group, and which they are. */
interface GroupSums {
  readonly members: readonly string[];
  readonly gram: Gram;
}

/**
 * Rows and sums over labelled structures. Sums are kept per group, so that a group can leave without subtraction, and
 * grow in the order of the training set: adding one structure gives the same bits as summing anew.
 */
export class TrainingData {
  readonly #design: DesignMatrix;
  readonly #matrix: Float64Array;
  readonly #sums = new Map<string, GroupSums>();

  constructor(
    readonly store: Store,
    readonly context: CampaignContext,
    readonly idealForces: Float64Array,
  ) {
    this.#design = createDesignMatrix(context.space, context.supercell);
    this.#matrix = new Float64Array(this.#design.rows * this.#design.parameters);
  }

  /** The rows of one structure; `a` is overwritten by the next call. */
  async rows(structure: Ref, label: Ref): Promise<Rows> {
    const { forces } = await getLabel(this.store, label);
    return this.rowsOf(await getStructure(this.store, structure), forces);
  }

  /** The same from arrays: displacements u (Å) and reference forces (eV/Å), [3N] each. */
  rowsOf(displacements: Float64Array, forces: Float64Array): Rows {
    this.#design.compute(displacements, this.#matrix);
    return { a: this.#matrix, y: forces.map((force, k) => force - this.idealForces[k]) };
  }

  /** Sums over all groups, in canonical order. */
  async gram(groups: readonly (readonly Addition[])[]): Promise<Gram> {
    const parts: Gram[] = [];
    const present = new Set<string | undefined>(groups.map((entries) => entries[0]?.group));
    // A group that has left the training set would hold its P×P numbers for nothing.
    for (const group of this.#sums.keys()) if (!present.has(group)) this.#sums.delete(group);
    for (const entries of groups) if (entries.length > 0) parts.push(await this.#groupSums(entries));
    return sumGrams(parts);
  }

  async #groupSums(entries: readonly Addition[]): Promise<Gram> {
    const { group } = entries[0];
    const members = entries.map((e) => hashOf([e.structure.hash, e.label.hash]));
    const kept = this.#sums.get(group);
    const grows = kept?.members.every((member, k) => member === members[k]) ?? false;
    const gram = grows ? kept!.gram : emptyGram(this.#design.parameters);
    // Gone until it is whole again: a failure in between must not leave half-added sums behind.
    this.#sums.delete(group);
    for (const { structure, label } of entries.slice(grows ? kept!.members.length : 0)) {
      const { a, y } = await this.rows(structure, label);
      addRows(gram, a, y);
    }
    this.#sums.set(group, { members, gram });
    return gram;
  }
}
