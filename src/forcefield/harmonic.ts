import { expandForceConstants } from '../expansion/forceConstants.js';
import type { ClusterSpace } from '../expansion/types.js';

/** Second-order force constants of a crystal, one block for each pair (site of cell 0, site of any cell). */
export interface HarmonicCrystal {
  /** [sites] amu */
  readonly masses: Float64Array;
  /** [pairs] SiteIndex of the first atom, in cell 0, and of the second. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** [3·pairs] lattice translation of the second, in primitive cells. */
  readonly cells: Int32Array;
  /** [9·pairs] Φ^{ab} = ∂²E/∂u_first^a ∂u_second^b, row-major, eV/Å². Both directions of a pair are listed. */
  readonly blocks: Float64Array;
}

/** The second order of an expansion with parameters φ′ ([P], all orders); `masses` ([sites], amu) are those of the crystal. */
export function harmonicCrystal(
  space: ClusterSpace,
  parameters: Float64Array,
  masses: Float64Array = space.primitive.masses,
): HarmonicCrystal {
  const [constants] = expandForceConstants(
    orderTwoOf(space),
    parameters.subarray(0, space.orders[0].parameters),
  );
  const first: number[] = [];
  const second: number[] = [];
  const cells: number[] = [];
  const blocks: number[] = [];
  for (let cluster = 0; cluster < constants.count; cluster++) {
    const [s, t] = constants.sites.subarray(2 * cluster, 2 * cluster + 2);
    const at = constants.cells.subarray(6 * cluster, 6 * cluster + 6);
    const cell = [at[3] - at[0], at[4] - at[1], at[5] - at[2]];
    const phi = constants.tensors.subarray(9 * cluster, 9 * cluster + 9);
    first.push(s);
    second.push(t);
    cells.push(...cell);
    blocks.push(...phi);
    if (s === t && cell.every((x) => x === 0)) continue;
    first.push(t);
    second.push(s);
    cells.push(...cell.map((x) => 0 - x));
    blocks.push(...transposed(phi));
  }
  return {
    masses,
    first: Int32Array.from(first),
    second: Int32Array.from(second),
    cells: Int32Array.from(cells),
    blocks: Float64Array.from(blocks),
  };
}

/** The same space without its higher orders, whose parameters follow those of order 2. */
function orderTwoOf(space: ClusterSpace): ClusterSpace {
  const [first] = space.orders;
  return { ...space, orders: [first], parameters: first.parameters };
}

function transposed(m: Float64Array): readonly number[] {
  return [m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]];
}
