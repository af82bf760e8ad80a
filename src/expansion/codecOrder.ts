import { type Frame, type FrameArray, FrameError, float64Of, int32Of } from '../numerics/frame.js';
import type { SparseMatrix } from '../numerics/sparse.js';
import { exact } from './codecCrystal.js';
import { componentCount } from './tensors.js';
import type { ExpansionOrder, Orbit } from './types.js';

/** One order as the header shows it. */
export interface OrderHeader {
  readonly order: number;
  readonly cutoff: number;
  readonly clusters: number;
  readonly orbits: number;
  readonly beforeSumRules: number;
  readonly parameters: number;
}

/** Columns of the table `orbits`: one row of integers per orbit. */
const ORBIT_FIELDS = 4;

/** Header and arrays of one order; those of its orbits stand one after the other. */
export function encodeOrder(expansion: ExpansionOrder): {
  readonly header: OrderHeader;
  readonly arrays: Readonly<Record<string, FrameArray>>;
} {
  const { order, cutoff, clusters, orbits, beforeSumRules, parameters } = expansion;
  const name = (part: string): string => `order${order}.${part}`;
  const joinedInt = (part: (o: Orbit) => Int32Array): Int32Array =>
    Int32Array.from(orbits.flatMap((o) => Array.from(part(o))));
  const arrays: Record<string, FrameArray> = {
    // Multiplicity, images, eigentensors, entries of the eigentensors.
    [name('orbits')]: Int32Array.from(
      orbits.flatMap((o) => [
        o.multiplicity,
        o.images.count,
        o.eigentensors.columns,
        o.eigentensors.values.length,
      ]),
    ),
    [name('orbitSize')]: Float64Array.from(orbits, (o) => o.size),
    [name('representativeSites')]: joinedInt((o) => o.sites),
    [name('representativeCells')]: joinedInt((o) => o.cells),
    [name('imageOperation')]: joinedInt((o) => o.images.operation),
    [name('imageSites')]: joinedInt((o) => o.images.sites),
    [name('imageCells')]: joinedInt((o) => o.images.cells),
    [name('tensorColumnStart')]: joinedInt((o) => o.eigentensors.columnStart),
    [name('tensorRowIndex')]: joinedInt((o) => o.eigentensors.rowIndex),
    [name('tensorValues')]: Float64Array.from(orbits.flatMap((o) => Array.from(o.eigentensors.values))),
    [name('sizes')]: expansion.sizes,
    ...encodeSparse(name('nullSpace'), expansion.nullSpace),
    ...encodeSparse(name('sparseNullSpace'), expansion.sparseNullSpace),
  };
  return { header: { order, cutoff, clusters, orbits: orbits.length, beforeSumRules, parameters }, arrays };
}

export function decodeOrder(frame: Frame, header: OrderHeader): ExpansionOrder {
  const { order, cutoff, clusters, beforeSumRules, parameters } = header;
  const name = (part: string): string => `order${order}.${part}`;
  return {
    order,
    cutoff,
    clusters,
    orbits: decodeOrbits(frame, header, name),
    beforeSumRules,
    parameters,
    sizes: exact(float64Of(frame, name('sizes')), name('sizes'), beforeSumRules),
    nullSpace: decodeSparse(frame, name('nullSpace'), beforeSumRules, parameters),
    sparseNullSpace: decodeSparse(frame, name('sparseNullSpace'), beforeSumRules, parameters),
  };
}

function decodeOrbits(frame: Frame, header: OrderHeader, name: (part: string) => string): readonly Orbit[] {
  const n = header.order;
  const table = exact(int32Of(frame, name('orbits')), name('orbits'), ORBIT_FIELDS * header.orbits);
  const size = exact(float64Of(frame, name('orbitSize')), name('orbitSize'), header.orbits);
  const sites = intReader(frame, name('representativeSites'));
  const cells = intReader(frame, name('representativeCells'));
  const operation = intReader(frame, name('imageOperation'));
  const imageSites = intReader(frame, name('imageSites'));
  const imageCells = intReader(frame, name('imageCells'));
  const columnStart = intReader(frame, name('tensorColumnStart'));
  const rowIndex = intReader(frame, name('tensorRowIndex'));
  const values = reader(float64Of(frame, name('tensorValues')), name('tensorValues'));
  let firstCoordinate = 0;
  const orbits = Array.from({ length: header.orbits }, (_, o): Orbit => {
    const [multiplicity, count, columns, entries] = table.subarray(ORBIT_FIELDS * o, ORBIT_FIELDS * (o + 1));
    const first = firstCoordinate;
    firstCoordinate += columns;
    return {
      order: n,
      sites: sites(n),
      cells: cells(3 * n),
      size: size[o],
      multiplicity,
      eigentensors: {
        rows: componentCount(n),
        columns,
        columnStart: columnStart(columns + 1),
        rowIndex: rowIndex(entries),
        values: values(entries),
      },
      firstCoordinate: first,
      images: {
        count,
        operation: operation(count),
        sites: imageSites(count * n),
        cells: imageCells(3 * count * n),
      },
    };
  });
  if (firstCoordinate !== header.beforeSumRules) {
    throw new FrameError(
      'malformed',
      `order ${n}: ${firstCoordinate} coordinates where ${header.beforeSumRules} belong`,
    );
  }
  return orbits;
}

type Reader<T> = (length: number) => T;

function intReader(frame: Frame, name: string): Reader<Int32Array> {
  return reader(int32Of(frame, name), name);
}

/** Takes the next elements of an array, call by call. */
function reader<T extends Int32Array | Float64Array>(array: T, name: string): Reader<T> {
  let at = 0;
  return (length) => {
    const part = array.slice(at, at + length) as T;
    at += length;
    return exact(part, name, length);
  };
}

function encodeSparse(name: string, matrix: SparseMatrix): Record<string, FrameArray> {
  return {
    [`${name}.columnStart`]: matrix.columnStart,
    [`${name}.rowIndex`]: matrix.rowIndex,
    [`${name}.values`]: matrix.values,
  };
}

function decodeSparse(frame: Frame, name: string, rows: number, columns: number): SparseMatrix {
  const columnStart = exact(int32Of(frame, `${name}.columnStart`), `${name}.columnStart`, columns + 1);
  const entries = columnStart[columns];
  return {
    rows,
    columns,
    columnStart,
    rowIndex: exact(int32Of(frame, `${name}.rowIndex`), `${name}.rowIndex`, entries),
    values: exact(float64Of(frame, `${name}.values`), `${name}.values`, entries),
  };
}
