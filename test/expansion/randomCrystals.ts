import fc from 'fast-check';
import type { Crystal } from '../../src/crystal/structure.js';

type Vector = readonly [number, number, number];
/** [W | t]: nine integers and a translation. */
type Operation = { readonly w: readonly number[]; readonly t: Vector };
type Lattice = 'triclinic' | 'monoclinic' | 'orthorhombic' | 'tetragonal' | 'hexagonal' | 'cubic';

interface SpaceGroup {
  readonly name: string;
  readonly lattice: Lattice;
  /** Generators beside the identity, International Tables for Crystallography A. */
  readonly generators: readonly string[];
  /** Coordinates of Wyckoff positions, from three free parameters. */
  readonly positions: readonly ((u: number, v: number, w: number) => Vector)[];
}

const general = (u: number, v: number, w: number): Vector => [u, v, w];

/** From no symmetry but inversion to cubic; screws, glides, polar, chiral and centred ones among them. */
export const SPACE_GROUPS: readonly SpaceGroup[] = [
  { name: 'P-1', lattice: 'triclinic', generators: ['-x,-y,-z'], positions: [general, () => [0, 0, 0]] },
  {
    name: 'P2₁/c',
    lattice: 'monoclinic',
    generators: ['-x,y+1/2,-z+1/2', '-x,-y,-z'],
    positions: [general, () => [0, 0, 0]],
  },
  {
    name: 'P2₁2₁2₁',
    lattice: 'orthorhombic',
    generators: ['-x+1/2,-y,z+1/2', '-x,y+1/2,-z+1/2'],
    positions: [general],
  },
  {
    name: 'Pnma',
    lattice: 'orthorhombic',
    generators: ['-x+1/2,-y,z+1/2', '-x,y+1/2,-z', '-x,-y,-z'],
    positions: [(u, _v, w) => [u, 0.25, w], () => [0, 0, 0]],
  },
  { name: 'P4₁', lattice: 'tetragonal', generators: ['-y,x,z+1/4'], positions: [general] },
  {
    name: 'P3₁21',
    lattice: 'hexagonal',
    generators: ['-y,x-y,z+1/3', 'y,x,-z'],
    positions: [(u) => [u, 0, 1 / 3]],
  },
  {
    name: 'P6₃mc',
    lattice: 'hexagonal',
    generators: ['-y,x-y,z', '-x,-y,z+1/2', '-y,-x,z'],
    positions: [(u) => [1 / 3, 2 / 3, u], (u) => [0, 0, u]],
  },
  {
    name: 'P2₁3',
    lattice: 'cubic',
    generators: ['-x+1/2,-y,z+1/2', '-x,y+1/2,-z+1/2', 'z,x,y'],
    positions: [(u) => [u, u, u]],
  },
  {
    name: 'F-43m',
    lattice: 'cubic',
    generators: ['x,y+1/2,z+1/2', 'x+1/2,y,z+1/2', '-x,-y,z', '-x,y,-z', 'z,x,y', 'y,x,z'],
    positions: [() => [0, 0, 0], () => [0.25, 0.25, 0.25]],
  },
];

/** A crystal of one space group (or a supergroup of it): lattice, one or two orbits of sites, their species and coordinates. */
export function randomCrystal(group: SpaceGroup): fc.Arbitrary<Crystal> {
  const length = fc.double({ min: 3, max: 5, noNaN: true });
  const angle = fc.double({ min: -0.25, max: 0.25, noNaN: true });
  const free = fc.double({ min: 0.06, max: 0.94, noNaN: true });
  const orbit = fc.tuple(fc.constantFrom(...group.positions), free, free, free);
  return fc
    .record({
      lengths: fc.tuple(length, length, length),
      angles: fc.tuple(angle, angle, angle),
      orbits: fc.array(orbit, { minLength: 1, maxLength: 2 }),
      twoSpecies: fc.boolean(),
    })
    .map(({ lengths, angles, orbits, twoSpecies }) => {
      const operations = closure(group.generators.map(parseOperation));
      const sites = orbits.flatMap(([position, u, v, w], k) =>
        orbitOf(operations, position(u, v, w)).map((f) => ({
          species: twoSpecies && k === 1 ? 'B' : 'Si',
          f,
        })),
      );
      const lattice = latticeOf(group.lattice, lengths, angles);
      return scaled({
        lattice,
        species: sites.map((s) => s.species),
        positions: Float64Array.from(sites.flatMap((s) => s.f)),
      });
    })
    .filter((crystal) => crystal.species.length <= 12 && distances(crystal)[0] > 1.2);
}

/** Distances between different sites, of cell 0 to all around, ascending, Å. */
export function distances({ lattice: l, positions: f, species }: Crystal): number[] {
  const found: number[] = [];
  const range = [-2, -1, 0, 1, 2];
  species.forEach((_, i) => {
    species.forEach((__, j) => {
      for (const a of range) {
        for (const b of range) {
          for (const c of range) {
            if (i === j && a === 0 && b === 0 && c === 0) continue;
            const d = [a, b, c].map((x, k) => x + f[3 * j + k] - f[3 * i + k]);
            found.push(Math.hypot(...[0, 1, 2].map((k) => d[0] * l[k] + d[1] * l[3 + k] + d[2] * l[6 + k])));
          }
        }
      }
    });
  });
  return found.sort((a, b) => a - b);
}

/** 18 Å³ for each atom. */
function scaled(crystal: Crystal): Crystal {
  const [a, b, c, d, e, f, g, h, i] = crystal.lattice;
  const volume = Math.abs(a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g));
  const factor = Math.cbrt((18 * crystal.species.length) / volume);
  return { ...crystal, lattice: crystal.lattice.map((x) => factor * x) };
}

function latticeOf(kind: Lattice, [a, b, c]: Vector, [p, q, r]: Vector): Float64Array {
  switch (kind) {
    case 'triclinic':
      return Float64Array.of(a, 0.1, 0, p * b, b, 0, q * c, r * c, c);
    case 'monoclinic':
      return Float64Array.of(a, 0, 0, 0, b, 0, q * c, 0, c);
    case 'orthorhombic':
      return Float64Array.of(a, 0, 0, 0, b, 0, 0, 0, c);
    case 'tetragonal':
      return Float64Array.of(a, 0, 0, 0, a, 0, 0, 0, c);
    case 'hexagonal':
      return Float64Array.of(a, 0, 0, -a / 2, (a * Math.sqrt(3)) / 2, 0, 0, 0, c);
    case 'cubic':
      return Float64Array.of(a, 0, 0, 0, a, 0, 0, 0, a);
  }
}

/** `-y,x-y,z+1/3`. */
function parseOperation(text: string): Operation {
  const w: number[] = [];
  const t = text.split(',').map((row) => {
    let shift = 0;
    const own = [0, 0, 0];
    for (const [, sign, term] of row.matchAll(/([+-]?)(x|y|z|\d\/\d)/g)) {
      const factor = sign === '-' ? -1 : 1;
      const axis = 'xyz'.indexOf(term);
      if (axis >= 0) own[axis] = factor;
      else shift = (factor * Number(term[0])) / Number(term[2]);
    }
    w.push(...own);
    return fold(shift);
  });
  return { w, t: t as unknown as Vector };
}

function closure(generators: readonly Operation[]): readonly Operation[] {
  const identity: Operation = { w: [1, 0, 0, 0, 1, 0, 0, 0, 1], t: [0, 0, 0] };
  const key = ({ w, t }: Operation) => `${w} ${t.map((x) => Math.round(24 * x) % 24)}`;
  const found = new Map([[key(identity), identity]]);
  for (const operation of found.values()) {
    for (const generator of generators) {
      const next = composed(generator, operation);
      if (!found.has(key(next))) found.set(key(next), next);
    }
  }
  return [...found.values()];
}

function composed(a: Operation, b: Operation): Operation {
  const w = Array.from({ length: 9 }, (_, e) =>
    [0, 1, 2].reduce((sum, k) => sum + a.w[3 * Math.floor(e / 3) + k] * b.w[3 * k + (e % 3)], 0),
  );
  const [x, y, z] = applied(a, b.t);
  return { w, t: [fold(x), fold(y), fold(z)] };
}

function applied({ w, t }: Operation, f: Vector): Vector {
  const row = (k: number) => w[3 * k] * f[0] + w[3 * k + 1] * f[1] + w[3 * k + 2] * f[2] + t[k];
  return [row(0), row(1), row(2)];
}

/** In [0, 1). */
function fold(x: number): number {
  return x - Math.floor(x + 1e-9);
}

function orbitOf(operations: readonly Operation[], f: Vector): readonly Vector[] {
  const sites: Vector[] = [];
  for (const operation of operations) {
    const image = applied(operation, f).map(fold) as unknown as Vector;
    const same = (s: Vector) => s.every((x, k) => Math.abs(x - image[k] - Math.round(x - image[k])) < 1e-6);
    if (!sites.some(same)) sites.push(image);
  }
  return sites;
}
