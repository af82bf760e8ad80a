import type { Supercell } from '../crystal/types.js';
import { checkSupercell } from './supercellFit.js';
import type { ClusterSpace, Cutoffs, Orbit } from './types.js';

/**
 * The force-bearing terms of an expansion in a supercell, per site of the primitive cell.
 * Because of the acoustic sum rules the force on atom i at order n is
 *   F_i^a = −Σ over multisets {j₂…j_n} without i  (1/Π m!) Φ_{i j₂…j_n}^{a b₂…b_n} Π (u_j − u_i)^b,
 * m being the multiplicities of the multiset: a term for each cluster and each of its sites that occurs once.
 */
export interface ExpansionLayout {
  readonly space: ClusterSpace;
  readonly supercell: Supercell;
  /** 3N: rows of the design matrix. */
  readonly rows: number;
  readonly sites: readonly SiteLayout[];
}

/** All atoms that are the same site of the primitive cell see the same environment. */
export interface SiteLayout {
  readonly site: number;
  /** [atoms] AtomIndex, ascending. */
  readonly atoms: Int32Array;
  /** [neighbours·4] site and cell (relative to the cell of the centre) of each neighbour. */
  readonly neighbours: Int32Array;
  /** [atoms·neighbours] AtomIndex of each neighbour of each atom. */
  readonly neighbourAtoms: Int32Array;
  /** Ascending by order, then orbit. */
  readonly terms: readonly OrbitTerms[];
}

/** The terms which one orbit contributes to the force on a site. */
export interface OrbitTerms {
  /** Index into ClusterSpace.orders. */
  readonly orderIndex: number;
  readonly orbit: Orbit;
  readonly count: number;
  /** [count] index into the orbit's images. */
  readonly image: Int32Array;
  /** [count] which of the image's n sites is the centre. */
  readonly role: Int32Array;
  /** [count·(n−1)] neighbours of the centre at the image's other sites, in their order. */
  readonly neighbours: Int32Array;
}

/** Lays an expansion out in a supercell; refuses one in which a cluster meets its own periodic image. */
export function layOut(space: ClusterSpace, supercell: Supercell): ExpansionLayout {
  checkSupercell(reach(space), supercell);
  const siteCount = space.primitive.crystal.species.length;
  const builders = Array.from({ length: siteCount }, (_, site) => new SiteBuilder(site));
  space.orders.forEach((order, orderIndex) => {
    for (const orbit of order.orbits) {
      for (const b of builders) b.begin(orderIndex, orbit);
      for (let m = 0; m < orbit.images.count; m++) {
        for (let role = 0; role < orbit.order; role++) {
          if (occursOnce(orbit, m, role)) builders[orbit.images.sites[m * orbit.order + role]].add(m, role);
        }
      }
    }
  });
  return {
    space,
    supercell,
    rows: 3 * supercell.siteOf.length,
    sites: builders.map((b) => b.finish(supercell)),
  };
}

/** [orders] what a supercell must have room for: the cutoff, or the largest cluster where a pair's own cutoff is longer. */
function reach(space: ClusterSpace): Cutoffs {
  return Object.fromEntries(
    space.orders.map(({ order, cutoff, orbits }) => [
      order,
      orbits.reduce((largest, orbit) => Math.max(largest, orbit.size), cutoff),
    ]),
  );
}

function sameSite(orbit: Orbit, m: number, k: number, l: number): boolean {
  const { sites, cells } = orbit.images;
  const a = m * orbit.order + k;
  const b = m * orbit.order + l;
  return (
    sites[a] === sites[b] &&
    cells[3 * a] === cells[3 * b] &&
    cells[3 * a + 1] === cells[3 * b + 1] &&
    cells[3 * a + 2] === cells[3 * b + 2]
  );
}

function occursOnce(orbit: Orbit, m: number, role: number): boolean {
  for (let k = 0; k < orbit.order; k++) if (k !== role && sameSite(orbit, m, k, role)) return false;
  return true;
}

class SiteBuilder {
  readonly #index = new Map<string, number>();
  readonly #neighbours: number[] = [];
  readonly #terms: {
    orderIndex: number;
    orbit: Orbit;
    image: number[];
    role: number[];
    neighbours: number[];
  }[] = [];

  constructor(readonly site: number) {}

  begin(orderIndex: number, orbit: Orbit): void {
    this.#terms.push({ orderIndex, orbit, image: [], role: [], neighbours: [] });
  }

  add(image: number, role: number): void {
    const terms = this.#terms[this.#terms.length - 1];
    const n = terms.orbit.order;
    const { sites, cells } = terms.orbit.images;
    const centre = image * n + role;
    terms.image.push(image);
    terms.role.push(role);
    for (let k = image * n; k < (image + 1) * n; k++) {
      if (k === centre) continue;
      const offset = [0, 1, 2].map((x) => cells[3 * k + x] - cells[3 * centre + x]);
      terms.neighbours.push(this.#neighbour(sites[k], offset));
    }
  }

  #neighbour(site: number, cell: readonly number[]): number {
    const key = `${site},${cell}`;
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    const index = this.#index.size;
    this.#index.set(key, index);
    this.#neighbours.push(site, ...cell);
    return index;
  }

  finish(supercell: Supercell): SiteLayout {
    const atoms: number[] = [];
    supercell.siteOf.forEach((s, atom) => {
      if (s === this.site) atoms.push(atom);
    });
    const count = this.#index.size;
    const neighbourAtoms = new Int32Array(atoms.length * count);
    const near = this.#neighbours;
    const home = supercell.cellOf;
    atoms.forEach((atom, row) => {
      for (let k = 0; k < count; k++) {
        neighbourAtoms[row * count + k] = supercell.atomAt(
          near[4 * k],
          home[3 * atom] + near[4 * k + 1],
          home[3 * atom + 1] + near[4 * k + 2],
          home[3 * atom + 2] + near[4 * k + 3],
        );
      }
    });
    return {
      site: this.site,
      atoms: Int32Array.from(atoms),
      neighbours: Int32Array.from(near),
      neighbourAtoms,
      terms: this.#terms
        .filter((t) => t.image.length > 0)
        .map((t) => ({
          orderIndex: t.orderIndex,
          orbit: t.orbit,
          count: t.image.length,
          image: Int32Array.from(t.image),
          role: Int32Array.from(t.role),
          neighbours: Int32Array.from(t.neighbours),
        })),
    };
  }
}
