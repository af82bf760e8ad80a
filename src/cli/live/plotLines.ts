import { mev } from '../../report/numbers.js';
import { type BrailleCell, braillePlot } from './braille.js';
import type { Colours } from './colours.js';
import { padded } from './text.js';
import type { LiveWalker } from './types.js';

/** Width of the numbers at the left of a plot. */
const AXIS = 7;
/** Further walkers are in the table only. */
const MOST = 4;
/** A plot of fewer lines cannot tell ε_B from its threshold. */
const LOWEST = 2;

/** ε_B of the last while against its threshold, one plot a walker, `rows` lines in all. */
export function plotLines(
  walkers: readonly LiveWalker[],
  columns: number,
  rows: number,
  colours: Colours,
): readonly string[] {
  const most = Math.min(MOST, Math.floor(rows / LOWEST));
  const drawn = walkers.filter((walker) => walker.recent.length > 1).slice(0, most);
  if (drawn.length === 0) return [];
  const each = Math.floor(rows / drawn.length);
  const plots = drawn.flatMap((walker) => onePlot(walker, columns, each, drawn.length > 1, colours));
  const legend = `${colours.cyan('━')} ε_B  ${colours.yellow('┈')} threshold  ${colours.dim('meV/Å')}`;
  return [' '.repeat(AXIS + 2) + legend, ...plots];
}

function onePlot(
  walker: LiveWalker,
  columns: number,
  rows: number,
  named: boolean,
  colours: Colours,
): readonly string[] {
  const name = named ? `  walker ${walker.walker}` : '';
  const plot = braillePlot(walker.recent, walker.threshold, columns - AXIS - 2 - name.length, rows);
  const middle = Math.floor(rows / 2);
  return plot.rows.map((cells, row) => {
    const edge = row === 0 ? mev(plot.high) : row === rows - 1 ? mev(Math.max(0, plot.low)) : '';
    const axis = colours.dim(`${padded(edge, AXIS, 'right')} │`);
    return (
      axis +
      cells.map((cell) => paint(cell, colours)).join('') +
      (row === middle && named ? colours.dim(name) : '')
    );
  });
}

function paint(cell: BrailleCell, colours: Colours): string {
  if (cell.of === 'nothing') return cell.character;
  return cell.of === 'line' ? colours.cyan(cell.character) : colours.yellow(cell.character);
}
