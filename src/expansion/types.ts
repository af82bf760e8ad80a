import type { PrimitiveCrystal } from '../crystal/types.js';
import type { SparseMatrix } from '../numerics/sparse.js';
import type { ClusterSpaceOptions } from './cutoffs.js';

/** Cutoff of each order, Å: e.g. `{ 2: 6, 3: 4, 4: 4 }`. Orders ≥ 2, consecutive from 2. */
export type Cutoffs = Readonly<Record<number, number>>;

/** What a cluster space is built from beside the crystal. */
export interface Expansion {
  readonly cutoffs: Cutoffs;
  /** Absent where nothing is chosen beyond the cutoffs. */
  readonly options?: ClusterSpaceOptions;
}

/**
 * Clusters that the space group, lattice translations and permutations of the sites map onto each other.
 * The force constants of the representative are Φ = Σ_k c_k E_k / √multiplicity with the orbit's raw coordinates c,
 * so that Σ c² = ‖Φ‖² over all ordered site tuples of one primitive cell (METHOD: Frobenius metric).
 */
export interface Orbit {
  readonly order: number;
  /** [order] SiteIndex of each site of the representative; sites may repeat. */
  readonly sites: Int32Array;
  /** [3·order] lattice translation of each site; that of the first is 0. */
  readonly cells: Int32Array;
  /** Largest distance between two sites, Å. */
  readonly size: number;
  /** Ordered site tuples of this orbit per primitive cell. */
  readonly multiplicity: number;
  /** [3^order × k] orthonormal columns: invariant tensors of the stabiliser; component index is a₁·3^{n−1} + … + a_n. */
  readonly eigentensors: SparseMatrix;
  /** First raw coordinate of this orbit within its order. */
  readonly firstCoordinate: number;
  /** The clusters of the orbit modulo lattice translations. */
  readonly images: ClusterImages;
}

/**
 * Image m has sites `sites[m·n..]`, cells `cells[3(m·n)..]`, ordered so that its k-th site is the image of the
 * representative's k-th site: Φ_image^{a₁…a_n} = Σ R_{a₁b₁}…R_{a_nb_n} Φ_representative^{b₁…b_n}, R of operation `operation[m]`.
 */
export interface ClusterImages {
  readonly count: number;
  /** [count] index into PrimitiveCrystal.operations. */
  readonly operation: Int32Array;
  /** [count·order] */
  readonly sites: Int32Array;
  /** [3·count·order]; not shifted to cell 0. */
  readonly cells: Int32Array;
}

/** One order of the expansion. */
export interface ExpansionOrder {
  readonly order: number;
  readonly cutoff: number;
  /** Clusters modulo lattice translations. */
  readonly clusters: number;
  readonly orbits: readonly Orbit[];
  /** Raw coordinates: independent parameters after space group and permutations. */
  readonly beforeSumRules: number;
  /** Independent parameters φ′ after the acoustic sum rules. */
  readonly parameters: number;
  /** [beforeSumRules] size of the cluster that each raw coordinate belongs to, Å (the `decay` prior's). */
  readonly sizes: Float64Array;
  /**
   * [beforeSumRules × parameters] orthonormal basis of the null space of the acoustic sum rules: raw = nullSpace · φ′.
   * Block-sparse: sum rules couple few coordinates with each other.
   */
  readonly nullSpace: SparseMatrix;
  /**
   * [beforeSumRules × parameters] a second, much sparser basis of the same space (free coordinates are unit vectors),
   * not orthonormal: kernels work in it because it makes the design matrix cheap.
   */
  readonly sparseNullSpace: SparseMatrix;
}

/** The symmetry-adapted space of force constants of a crystal (eq. 1 of the paper). */
export interface ClusterSpace {
  readonly primitive: PrimitiveCrystal;
  readonly cutoffs: Cutoffs;
  /** What was chosen beyond them; absent where nothing was. */
  readonly options?: ClusterSpaceOptions;
  /** Ascending from 2. */
  readonly orders: readonly ExpansionOrder[];
  /** P: length of φ′, orders one after the other. */
  readonly parameters: number;
}
