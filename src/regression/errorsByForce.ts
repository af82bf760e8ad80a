import type { DiagnosedRows } from './diagnostics.js';

/** Atoms whose reference force is of like size; eV/Å. */
export interface ForceClass {
  /** |F| of an atom, from (not included) to. */
  readonly from: number;
  readonly to: number;
  readonly atoms: number;
  /** Root mean squares over the components of these atoms' forces and errors. */
  readonly force: number;
  readonly residual: number;
  readonly leftOut: number;
  readonly expected: number;
}

/** Classes of |F|: each tenth of the atoms below nine tenths would hide the largest, so the last tenth is split once more. */
const SHARES = [0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97, 1];

/** Errors by the size of an atom's reference force. */
export class ByForce {
  readonly #sizes: Float64Array;
  readonly #order: Uint32Array;

  constructor(readonly rows: DiagnosedRows) {
    const { reference } = rows;
    this.#sizes = Float64Array.from({ length: reference.length / 3 }, (_, i) => {
      const [x, y, z] = reference.subarray(3 * i, 3 * i + 3);
      return Math.sqrt(x * x + y * y + z * z);
    });
    this.#order = Uint32Array.from(this.#sizes.keys()).sort((a, b) => this.#sizes[a] - this.#sizes[b]);
  }

  classes(): readonly ForceClass[] {
    const n = this.#order.length;
    const edges = SHARES.map((share) => Math.round(share * n));
    return edges.slice(1).flatMap((to, k) => {
      const from = edges[k];
      return to > from ? [this.#class(from, to)] : [];
    });
  }

  #class(from: number, to: number): ForceClass {
    const { reference, fitted, leftOut, variances } = this.rows;
    const sums = [0, 0, 0, 0];
    for (const atom of this.#order.subarray(from, to)) {
      for (let i = 3 * atom; i < 3 * atom + 3; i++) {
        sums[0] += reference[i] * reference[i];
        sums[1] += fitted[i] * fitted[i];
        sums[2] += leftOut[i] * leftOut[i];
        sums[3] += variances[i];
      }
    }
    const [force, residual, left, expected] = sums.map((sum) => Math.sqrt(sum / (3 * (to - from))));
    return {
      from: from === 0 ? 0 : this.#sizes[this.#order[from - 1]],
      to: this.#sizes[this.#order[to - 1]],
      atoms: to - from,
      force,
      residual,
      leftOut: left,
      expected,
    };
  }
}
