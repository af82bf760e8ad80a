import { count, fixed, mev, picoseconds, UNKNOWN } from '../../report/numbers.js';
import type { Colours } from './colours.js';
import { clip, padded } from './text.js';
import type { LiveWalker } from './types.js';

interface Column {
  readonly title: string;
  readonly width: number;
  readonly value: (walker: LiveWalker) => string;
}

/** In order of importance from the left: a narrow terminal loses those at the right. */
const COLUMNS: readonly Column[] = [
  { title: 'walker', width: 6, value: (w) => String(w.walker) },
  { title: 'step', width: 10, value: (w) => count(w.step) },
  { title: 'MD time', width: 10, value: (w) => picoseconds(w.time) },
  { title: 'ε_B', width: 7, value: (w) => mev(w.error) },
  { title: 'threshold', width: 10, value: (w) => mev(w.threshold) },
  { title: 'μ_k', width: 7, value: (w) => mev(w.mean) },
  { title: 'σ_k', width: 7, value: (w) => mev(w.deviation) },
  { title: 'T', width: 7, value: (w) => (w.temperature === null ? UNKNOWN : `${fixed(w.temperature, 0)} K`) },
  {
    title: 'steps/s',
    width: 8,
    value: (w) => (w.stepsPerSecond === null ? UNKNOWN : rate(w.stepsPerSecond)),
  },
];

/** One line a walker; ε_B and its kin in meV/Å. */
export function walkerLines(
  walkers: readonly LiveWalker[],
  columns: number,
  colours: Colours,
): readonly string[] {
  if (walkers.length === 0) return [];
  const shown = fitting(columns);
  const head = shown.map((column) => padded(column.title, column.width, 'right')).join(' ');
  return [colours.dim(head), ...walkers.map((walker) => row(walker, shown, colours))];
}

function row(walker: LiveWalker, shown: readonly Column[], colours: Colours): string {
  const above = walker.error !== null && walker.threshold !== null && walker.error > walker.threshold;
  return shown
    .map((column) => {
      const text = padded(clip(column.value(walker), column.width), column.width, 'right');
      if (column.title !== 'ε_B') return text;
      return above ? colours.yellow(text) : colours.cyan(text);
    })
    .join(' ');
}

function fitting(columns: number): readonly Column[] {
  let used = -1;
  return COLUMNS.filter((column) => {
    used += column.width + 1;
    return used <= columns;
  });
}

function rate(stepsPerSecond: number): string {
  return fixed(stepsPerSecond, stepsPerSecond < 10 ? 1 : 0);
}
