import { dot } from '../numerics/dense/product.js';
import { fitRidge } from './ridge.js';
import { withoutOrders } from './subspace.js';
import type { Gram, ParameterBlock, Posterior } from './types.js';

/** What one order of the expansion contributes to the forces of the training structures; eV/Å. */
export interface OrderContribution {
  readonly order: number;
  readonly parameters: number;
  /** rms of its forces f_n = A_n m̄_n. */
  readonly force: number;
  /** Σ f_n F / Σ F²: its share of the reference forces' mean square; the shares and the unexplained rest sum to 1. */
  readonly share: number;
  /** rms residual when it is left away and nothing else changes. */
  readonly dropped: number;
  /** β^{-1/2} of a fit without it, hyperparameters sought anew; null where that was not done or it is the only order. */
  readonly refitted: number | null;
  /** Log evidence of that fit less this one's. */
  readonly evidenceGain: number | null;
}

/** Sums the orders' forces over structures. */
export class OrderShares {
  readonly #squares: Float64Array;
  readonly #products: Float64Array;
  readonly #dropped: Float64Array;
  #reference = 0;
  #rows = 0;

  constructor(
    readonly posterior: Posterior,
    readonly blocks: readonly ParameterBlock[],
  ) {
    this.#squares = new Float64Array(blocks.length);
    this.#products = new Float64Array(blocks.length);
    this.#dropped = new Float64Array(blocks.length);
  }

  add(a: Float64Array, y: Float64Array): void {
    const { parameters } = this.posterior;
    const n = parameters.length;
    const parts = new Float64Array(this.blocks.length);
    for (let r = 0; r < y.length; r++) {
      let residual = y[r];
      this.blocks.forEach(({ first, count }, k) => {
        parts[k] = dot(a, r * n + first, parameters, first, count);
        residual -= parts[k];
      });
      for (let k = 0; k < parts.length; k++) {
        this.#squares[k] += parts[k] * parts[k];
        this.#products[k] += parts[k] * y[r];
        this.#dropped[k] += (residual + parts[k]) * (residual + parts[k]);
      }
      this.#reference += y[r] * y[r];
    }
    this.#rows += y.length;
  }

  finish(gram: Gram | undefined): OrderContribution[] {
    const { hyperparameters, logEvidence } = this.posterior;
    const { prior } = hyperparameters;
    return this.blocks.map(({ order, count }, k) => {
      const rest = gram && withoutOrders(gram, this.blocks, [order]);
      const without = rest && rest.gram.parameters > 0 ? fitRidge(rest.gram, rest.blocks, { prior }) : null;
      return {
        order,
        parameters: count,
        force: Math.sqrt(this.#squares[k] / this.#rows),
        share: this.#products[k] / this.#reference,
        dropped: Math.sqrt(this.#dropped[k] / this.#rows),
        refitted: without && 1 / Math.sqrt(without.beta),
        evidenceGain:
          without?.logEvidence === undefined || logEvidence === undefined
            ? null
            : without.logEvidence - logEvidence,
      };
    });
  }
}
