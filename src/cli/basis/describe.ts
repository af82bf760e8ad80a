import type { PrimitiveCrystal } from '../../crystal/types.js';
import type { ClusterSpaceEstimate } from '../../expansion/estimate.js';
import type { BasisSummary } from './result.js';

const HEADINGS = ['order', 'cutoff (Å)', 'clusters', 'orbits', 'before sum rules', 'parameters'] as const;

/** The crystal in one line: `Si2, Fd-3m (227), 48 operations, 2 atoms in the primitive cell`. */
export function describePrimitive({ crystal, spaceGroup, operations }: PrimitiveCrystal): string {
  const counts = new Map<string, number>();
  for (const symbol of crystal.species) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  const formula = [...counts].map(([symbol, n]) => (n === 1 ? symbol : `${symbol}${n}`)).join('');
  const atoms = crystal.species.length === 1 ? '1 atom' : `${crystal.species.length} atoms`;
  const all = operations.length === 1 ? '1 operation' : `${operations.length} operations`;
  return `${formula}: ${spaceGroup.symbol} (${spaceGroup.number}), ${all}, ${atoms} in the primitive cell`;
}

/** What the build is expected to take, printed before it starts. */
export function describeEstimate({
  orders,
  coordinates,
  memoryBytes,
  seconds,
}: ClusterSpaceEstimate): string {
  const more = orders.some((o) => o.atLeast) ? 'more than ' : 'about ';
  const clusters = orders.reduce((sum, o) => sum + o.clusters, 0);
  return `estimate: ${more}${clusters} clusters, ${coordinates} parameters before sum rules, ${memory(memoryBytes)}, ${duration(seconds)}`;
}

/** The basis as an aligned table, with the sum and what it took. */
export function describeBasis({ orders, parameters, seconds, peakMemoryMiB }: BasisSummary): string {
  const rows = orders.map((o) =>
    [o.order, o.cutoff, o.clusters, o.orbits, o.beforeSumRules, o.parameters].map(String),
  );
  const widths = HEADINGS.map((heading, k) => Math.max(heading.length, ...rows.map((row) => row[k].length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, k) => cell.padStart(widths[k])).join('  ');
  return [
    line(HEADINGS),
    ...rows.map(line),
    `${parameters} independent parameters; ${seconds.toFixed(2)} s, peak memory ${peakMemoryMiB} MiB`,
  ].join('\n');
}

function memory(bytes: number): string {
  const mib = bytes / (1024 * 1024);
  return mib < 1024 ? `${Math.max(1, Math.round(mib))} MiB` : `${(mib / 1024).toFixed(1)} GiB`;
}

function duration(seconds: number): string {
  return seconds < 1 ? 'below 1 s' : `${Math.ceil(seconds)} s`;
}
