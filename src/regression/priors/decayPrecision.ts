import { addSymmetricProduct, dot } from '../../numerics/dense/product.js';
import { transposeInPlace } from '../../numerics/dense/rows.js';
import { solveLowerRows, solveLowerTransposed } from '../../numerics/dense/triangular.js';
import type { ParameterBlock } from '../types.js';
import { type DecayComponent, type WhitenedComponent, whitenComponent } from './decayComponent.js';
import { decaySecondOrder } from './decaySecondOrder.js';
import { restrictedTo, traceOfCovariance } from './grouped.js';
import { type PriorPrecision, parametersOf } from './prior.js';

/** Λ of the decay prior at θ = (a_2, κ_2, a_3, κ_3, …): every operation runs over the components. */
export function decayPrecision(
  blocks: readonly ParameterBlock[],
  sources: readonly DecayComponent[],
  theta: Float64Array,
): PriorPrecision {
  const total = parametersOf(blocks);
  const components = sources.map((source) =>
    whitenComponent(source, theta[2 * source.block], theta[2 * source.block + 1]),
  );
  /** Calls `visit` with each component and the index of its κ in θ. */
  const each = (visit: (component: WhitenedComponent, kappa: number) => void): void => {
    components.forEach((component, k) => {
      visit(component, 2 * sources[k].block + 1);
    });
  };
  const logDeterminantGradient = new Float64Array(theta.length);
  blocks.forEach(({ count }, n) => {
    logDeterminantGradient[2 * n] = count;
  });
  each(({ byKappa, parameters: { length: c } }, kappa) => {
    for (let k = 0; k < c; k++) logDeterminantGradient[kappa] += byKappa[k * c + k];
  });
  return {
    logDeterminantGradient,
    whitenedMatrix: (g) => {
      const out = g.slice();
      whitenRows(components, out, total);
      transposeInPlace(out, total);
      whitenRows(components, out, total);
      return out;
    },
    whitened: (v) =>
      mapComponents(components, v, (c, part) => solveLowerRows(c.factor, part.length, part, 1)),
    unwhitened: (psi) =>
      mapComponents(components, psi, (c, part) => solveLowerTransposed(c.factor, part.length, part)),
    derivativesTimes: (psi) => {
      const out = blocks.flatMap((block) => [restrictedTo(block, psi), new Float64Array(total)]);
      each((component, kappa) => {
        const part = gather(component, psi);
        const c = part.length;
        component.parameters.forEach((p, k) => {
          out[kappa][p] = dot(component.byKappa, k * c, part, 0, c);
        });
      });
      return out;
    },
    traces: (inverse) => {
      const out = new Float64Array(theta.length);
      blocks.forEach((block, n) => {
        out[2 * n] = traceOfCovariance(inverse, total, block);
      });
      each((component, kappa) => {
        out[kappa] += traceWithCovariance(component, inverse, total);
      });
      return out;
    },
    secondOrder: (psi, covariance) => decaySecondOrder(blocks, sources, components, psi, covariance),
    factorTimes: (lower) => (components.every(inOrder) ? timesFactor(components, lower, total) : undefined),
    addTo: (matrix) => {
      for (const component of components) addComponent(component, matrix, total);
    },
  };
}

/** Rows whitened at a time: their part of a component stays in the caches. */
const ROWS = 384;

/** Each row x of the matrix [n × n] ← W⁻¹ x. */
function whitenRows(components: readonly WhitenedComponent[], matrix: Float64Array, n: number): void {
  const alone = components.filter(({ parameters }) => parameters.length === 1);
  const places = Int32Array.from(alone, ({ parameters }) => parameters[0]);
  const divisors = Float64Array.from(alone, ({ factor }) => factor[0]);
  for (let row = 0; row < n * n; row += n) {
    for (let k = 0; k < places.length; k++) matrix[row + places[k]] /= divisors[k];
  }
  for (const { parameters, factor } of components) {
    const c = parameters.length;
    if (c === 1) continue;
    const part = new Float64Array(Math.min(ROWS, n) * c);
    for (let first = 0; first < n; first += ROWS) {
      const count = Math.min(ROWS, n - first);
      for (let i = 0; i < count; i++) {
        const row = (first + i) * n;
        for (let k = 0; k < c; k++) part[i * c + k] = matrix[row + parameters[k]];
      }
      solveLowerRows(factor, c, part, count);
      for (let i = 0; i < count; i++) {
        const row = (first + i) * n;
        for (let k = 0; k < c; k++) matrix[row + parameters[k]] = part[i * c + k];
      }
    }
  }
}

function gather({ parameters }: WhitenedComponent, v: Float64Array): Float64Array {
  return Float64Array.from(parameters, (p) => v[p]);
}

function mapComponents(
  components: readonly WhitenedComponent[],
  v: Float64Array,
  solve: (component: WhitenedComponent, part: Float64Array) => void,
): Float64Array {
  const out = new Float64Array(v.length);
  for (const component of components) {
    const part = gather(component, v);
    solve(component, part);
    component.parameters.forEach((p, k) => {
      out[p] = part[k];
    });
  }
  return out;
}

/** tr(Σ D_κ) over one component; Σ_pq is the product of rows p and q of the upper triangular `inverse` [n·n]. */
function traceWithCovariance(
  { parameters, byKappa }: WhitenedComponent,
  inverse: Float64Array,
  n: number,
): number {
  const c = parameters.length;
  const first = parameters.reduce((least, p) => Math.min(least, p), n);
  const length = n - first;
  const rows = new Float64Array(c * length);
  parameters.forEach((p, k) => {
    rows.set(inverse.subarray(p * n + first, (p + 1) * n), k * length);
  });
  const covariance = new Float64Array(c * c);
  addSymmetricProduct(
    { data: covariance, offset: 0, stride: c },
    { data: rows, offset: 0, stride: length },
    c,
    length,
    1,
  );
  let sum = 0;
  for (let k = 0; k < c; k++) {
    sum += byKappa[k * c + k] * covariance[k * c + k];
    for (let l = 0; l < k; l++) sum += 2 * byKappa[k * c + l] * covariance[k * c + l];
  }
  return sum;
}

/** Whether the component's parameters were left in their order: W then is lower triangular. */
function inOrder({ parameters }: WhitenedComponent): boolean {
  return parameters.every((p, k) => k === 0 || p > parameters[k - 1]);
}

/** W L [n·n], row by row; Σ c² n/4 multiplications over components of c parameters. */
function timesFactor(components: readonly WhitenedComponent[], lower: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (const { parameters, factor } of components) {
    const c = parameters.length;
    for (let k = 0; k < c; k++) {
      const row = parameters[k] * n;
      for (let l = 0; l <= k; l++) {
        const weight = factor[k * c + l];
        const source = parameters[l] * n;
        for (let j = 0; j <= parameters[l]; j++) out[row + j] += weight * lower[source + j];
      }
    }
  }
  return out;
}

/** Adds W Wᵀ of one component to the lower triangle of `matrix`. */
function addComponent({ parameters, factor }: WhitenedComponent, matrix: Float64Array, n: number): void {
  const c = parameters.length;
  const own = new Float64Array(c * c);
  const rows = { data: factor, offset: 0, stride: c };
  addSymmetricProduct({ data: own, offset: 0, stride: c }, rows, c, c, 1);
  for (let k = 0; k < c; k++) {
    for (let l = 0; l <= k; l++) {
      const [low, high] =
        parameters[k] < parameters[l] ? [parameters[k], parameters[l]] : [parameters[l], parameters[k]];
      matrix[high * n + low] += own[k * c + l];
    }
  }
}
