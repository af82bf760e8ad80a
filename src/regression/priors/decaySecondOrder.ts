import { addProduct, dot } from '../../numerics/dense/product.js';
import type { ParameterBlock } from '../types.js';
import { byKappaTwice, type DecayComponent, type WhitenedComponent } from './decayComponent.js';
import type { SecondOrder } from './prior.js';

/**
 * Second-order terms of the decay prior, θ = (a_2, κ_2, a_3, κ_3, …). D_a is the unit matrix of an order, D_aa = D_a,
 * D_aκ = D_κ; every trace is a sum over Σ and G = D_κ Σ, which takes the place of Σ component by component.
 */
export function decaySecondOrder(
  blocks: readonly ParameterBlock[],
  sources: readonly DecayComponent[],
  components: readonly WhitenedComponent[],
  psi: Float64Array,
  covariance: Float64Array,
): SecondOrder {
  const orders = blocks.length;
  const n = psi.length;
  const own = emptyOwn(2 * orders);
  // Over rows p of one order and columns q of another: Σ Σ_pq², Σ G_pq Σ_pq.
  const squares = new Float64Array(orders * orders);
  const mixed = new Float64Array(orders * orders);
  components.forEach((component, index) => {
    const order = sources[index].block;
    const c = component.parameters.length;
    const columns = columnsOf(covariance, component.parameters, n);
    addOwn(own, component, 2 * order, psi, columns);
    const image = new Float64Array(n * c);
    const rows = (data: Float64Array) => ({ data, offset: 0, stride: c });
    addProduct(rows(image), rows(columns), rows(component.byKappa), n, c, c, 1);
    blocks.forEach(({ first, count }, other) => {
      squares[order * orders + other] += dot(columns, first * c, columns, first * c, count * c);
      mixed[order * orders + other] += dot(image, first * c, columns, first * c, count * c);
    });
    component.parameters.forEach((p, i) => {
      for (let q = 0; q < n; q++) covariance[p * n + q] = image[q * c + i];
    });
  });
  const images = productsWithTranspose(blocks, covariance, n);
  return { ...own, ...pairTraces(orders, squares, mixed, images) };
}

/** Terms of one order's own hyperparameters. */
type Own = Pick<SecondOrder, 'traces' | 'logDeterminant' | 'twice'>;

function emptyOwn(k: number): Own {
  return {
    traces: new Float64Array(k),
    logDeterminant: new Float64Array(k * k),
    twice: new Float64Array(k * k),
  };
}

/** Adds those of one component, a the index of its a_n in θ; `columns` [P × c] are those of Σ. */
function addOwn(
  { traces, logDeterminant, twice }: Own,
  component: WhitenedComponent,
  a: number,
  psi: Float64Array,
  columns: Float64Array,
): void {
  const { parameters, byKappa } = component;
  const c = parameters.length;
  const kappa = a + 1;
  const k = traces.length;
  const second = byKappaTwice(component);
  for (let i = 0; i < c; i++) {
    const p = parameters[i];
    logDeterminant[kappa * k + kappa] += second[i * c + i] - dot(byKappa, i * c, byKappa, i * c, c);
    traces[a] += columns[p * c + i];
    twice[a * k + a] += columns[p * c + i] + psi[p] * psi[p];
    for (let j = 0; j < c; j++) {
      const d = byKappa[i * c + j];
      const moment = columns[p * c + j] + psi[p] * psi[parameters[j]];
      traces[kappa] += d * columns[p * c + j];
      twice[a * k + kappa] += d * moment;
      twice[kappa * k + a] += d * moment;
      twice[kappa * k + kappa] += second[i * c + j] * moment;
    }
  }
}

/** tr(Σ D_i Σ D_j) and tr(Σ D_i Σ) from their parts by pairs of orders. */
function pairTraces(
  orders: number,
  squares: Float64Array,
  mixed: Float64Array,
  images: Float64Array,
): Pick<SecondOrder, 'productTraces' | 'squareTraces'> {
  const k = 2 * orders;
  const productTraces = new Float64Array(k * k);
  const squareTraces = new Float64Array(k);
  for (let i = 0; i < orders; i++) {
    for (let j = 0; j < orders; j++) {
      const pair = i * orders + j;
      productTraces[2 * i * k + 2 * j] = squares[pair];
      productTraces[(2 * i + 1) * k + 2 * j] = mixed[pair];
      productTraces[2 * j * k + 2 * i + 1] = mixed[pair];
      productTraces[(2 * i + 1) * k + 2 * j + 1] = images[pair];
      squareTraces[2 * i] += squares[pair];
      squareTraces[2 * i + 1] += mixed[pair];
    }
  }
  return { productTraces, squareTraces };
}

/** Those rows of the symmetric `matrix` [n·n] as columns, [n × c]. */
function columnsOf(matrix: Float64Array, rows: Int32Array, n: number): Float64Array {
  const c = rows.length;
  const out = new Float64Array(n * c);
  rows.forEach((p, i) => {
    for (let q = 0; q < n; q++) out[q * c + i] = matrix[p * n + q];
  });
  return out;
}

/** Rows and columns of a tile that is read in both directions. */
const TILE = 64;

/** Σ G_pq G_qp over p of one order and q of another, [orders · orders]. */
function productsWithTranspose(blocks: readonly ParameterBlock[], g: Float64Array, n: number): Float64Array {
  const out = new Float64Array(blocks.length * blocks.length);
  blocks.forEach((rows, i) => {
    blocks.forEach((columns, j) => {
      const [lastRow, lastColumn] = [rows.first + rows.count, columns.first + columns.count];
      let sum = 0;
      for (let p0 = rows.first; p0 < lastRow; p0 += TILE) {
        for (let q0 = columns.first; q0 < lastColumn; q0 += TILE) {
          const q1 = Math.min(q0 + TILE, lastColumn);
          for (let p = p0; p < Math.min(p0 + TILE, lastRow); p++) {
            for (let q = q0; q < q1; q++) sum += g[p * n + q] * g[q * n + p];
          }
        }
      }
      out[i * blocks.length + j] = sum;
    });
  });
  return out;
}
