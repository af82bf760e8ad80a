import { dot } from '../../numerics/dense/product.js';
import type { Gram, Hyperparameters, ParameterBlock } from '../types.js';
import {
  clamp,
  LOG_PRECISION_BOUNDS,
  type Prior,
  type PriorPrecision,
  parametersOf,
  type SecondOrder,
} from './prior.js';

/** Parameters that share one precision α. */
export interface ParameterGroup {
  readonly orders: readonly number[];
  readonly first: number;
  readonly count: number;
}

interface GroupedForm {
  readonly name: 'isotropic' | 'by-order';
  toHyperparameters(theta: Float64Array): Hyperparameters;
  fromHyperparameters(hyperparameters: Hyperparameters): readonly number[] | undefined;
}

/** Λ = α_g 1 on each group of consecutive parameters; θ_g = ln α_g. */
export function groupedPrior(groups: readonly ParameterGroup[], form: GroupedForm): Prior {
  const [lower, upper] = LOG_PRECISION_BOUNDS;
  return {
    name: form.name,
    lower: new Float64Array(groups.length).fill(lower),
    upper: new Float64Array(groups.length).fill(upper),
    orders: groups.map((group) => (group.count > 0 ? group.orders : [])),
    guess: (gram) => guess(gram, groups),
    at: (theta) => precision(groups, theta),
    toHyperparameters: form.toHyperparameters,
    fromHyperparameters: (hyperparameters) => {
      const values = form.fromHyperparameters(hyperparameters);
      if (values?.length !== groups.length) return undefined;
      return Float64Array.from(values, (value) => clamp(value, lower, upper));
    },
  };
}

/** One group for each order. */
export function groupsByOrder(blocks: readonly ParameterBlock[]): ParameterGroup[] {
  return blocks.map(({ order, first, count }) => ({ orders: [order], first, count }));
}

/** All orders in one group. */
export function oneGroup(blocks: readonly ParameterBlock[]): ParameterGroup[] {
  return [{ orders: blocks.map((block) => block.order), first: 0, count: parametersOf(blocks) }];
}

/** ln α with which each group alone would explain an equal share of yᵀy: tr(XᵀX)_g / α_g = yᵀy / groups. */
function guess(gram: Gram, groups: readonly ParameterGroup[]): Float64Array {
  const share = gram.yty / groups.length;
  return Float64Array.from(groups, ({ first, count }) => {
    let trace = 0;
    for (let i = first; i < first + count; i++) trace += gram.xtx[i * gram.parameters + i];
    if (!(trace > 0 && share > 0)) return 0;
    return clamp(Math.log(trace / share), LOG_PRECISION_BOUNDS[0], LOG_PRECISION_BOUNDS[1]);
  });
}

/** W = √α on the diagonal; D_g is the unit matrix of group g. */
function precision(groups: readonly ParameterGroup[], theta: Float64Array): PriorPrecision {
  const total = groups.reduce((sum, group) => sum + group.count, 0);
  const root = new Float64Array(total);
  groups.forEach(({ first, count }, g) => {
    root.fill(Math.exp(theta[g] / 2), first, first + count);
  });
  const divided = (v: Float64Array): Float64Array => v.map((value, i) => value / root[i]);
  return {
    whitenedMatrix: (g) => {
      const out = g.slice();
      for (let i = 0; i < total; i++) {
        for (let j = 0; j <= i; j++) out[i * total + j] /= root[i] * root[j];
      }
      return out;
    },
    whitened: divided,
    unwhitened: divided,
    logDeterminantGradient: Float64Array.from(groups, (group) => group.count),
    derivativesTimes: (psi) => groups.map((group) => restrictedTo(group, psi)),
    traces: (inverse) => Float64Array.from(groups, (group) => traceOfCovariance(inverse, total, group)),
    secondOrder: (psi, covariance) => secondOrder(groups, psi, covariance),
    factorTimes: (lower) => {
      const out = lower.slice();
      for (let i = 0; i < total; i++) {
        for (let j = 0; j <= i; j++) out[i * total + j] *= root[i];
      }
      return out;
    },
    addTo: (matrix) => {
      for (let i = 0; i < total; i++) matrix[i * total + i] += root[i] * root[i];
    },
  };
}

/** D_g is the unit matrix of group g, and so is D_gg. */
function secondOrder(
  groups: readonly ParameterGroup[],
  psi: Float64Array,
  covariance: Float64Array,
): SecondOrder {
  const n = psi.length;
  const k = groups.length;
  const traces = new Float64Array(k);
  const squareTraces = new Float64Array(k);
  const productTraces = new Float64Array(k * k);
  const twice = new Float64Array(k * k);
  groups.forEach((group, i) => {
    const { first, count } = group;
    for (let p = first; p < first + count; p++) {
      traces[i] += covariance[p * n + p];
      squareTraces[i] += dot(covariance, p * n, covariance, p * n, n);
      groups.forEach((other, j) => {
        const start = p * n + other.first;
        productTraces[i * k + j] += dot(covariance, start, covariance, start, other.count);
      });
    }
    twice[i * k + i] = traces[i] + dot(psi, first, psi, first, count);
  });
  return { traces, squareTraces, productTraces, logDeterminant: new Float64Array(k * k), twice };
}

/** v on a group of parameters, 0 elsewhere. */
export function restrictedTo(
  { first, count }: Pick<ParameterGroup, 'first' | 'count'>,
  v: Float64Array,
): Float64Array {
  const out = new Float64Array(v.length);
  out.set(v.subarray(first, first + count), first);
  return out;
}

/** tr Σ over a group of the n parameters: Σ_pp is the square of row p of (L⁻¹)ᵀ, which starts at its diagonal. */
export function traceOfCovariance(
  inverse: Float64Array,
  n: number,
  { first, count }: Pick<ParameterGroup, 'first' | 'count'>,
): number {
  let sum = 0;
  for (let p = first; p < first + count; p++) {
    sum += dot(inverse, p * n + p, inverse, p * n + p, n - p);
  }
  return sum;
}
