import { type ConvergenceCheck, convergenceChecks, levellingText } from '../../report/convergence.js';
import type { Colours } from './colours.js';
import { LABEL } from './lines.js';
import { clip, padded, terminalSymbols } from './text.js';
import type { LiveState } from './types.js';

const NAME = LABEL - 1;
const VALUE = 10;
const NEED = 10;
const SHORTEST_BAR = 4;
const LONGEST_BAR = 20;

/** Progress towards convergence, criterion by criterion. */
export function convergenceLines(state: LiveState, columns: number, colours: Colours): readonly string[] {
  const lines = convergenceChecks(state.progress).map((check) => checkLine(check, columns, colours));
  const levelling = clip(terminalSymbols(`β^{-1/2}: ${levellingText(state.progress)}`), columns - LABEL);
  return [...lines, `${' '.repeat(LABEL)}${colours.dim(levelling)}`];
}

function checkLine(check: ConvergenceCheck, columns: number, colours: Colours): string {
  const room = columns - NAME - VALUE - NEED - 5;
  const bar = room < SHORTEST_BAR ? '' : `${drawBar(check, Math.min(LONGEST_BAR, room), colours)} `;
  const name = padded(terminalSymbols(check.name), NAME);
  const have = padded(clip(check.have, VALUE), VALUE, 'right');
  const need = clip(terminalSymbols(check.need).replace(/, .*/, ''), NEED);
  const mark = check.met && bar !== '' ? padded('', NEED - need.length + 1) + colours.green('✓') : '';
  return `${name} ${bar}${have} ${colours.dim(need)}${mark}`;
}

function drawBar(check: ConvergenceCheck, width: number, colours: Colours): string {
  const filled = Math.round(check.fraction * width);
  const colour = check.met ? colours.green : colours.cyan;
  return colour('█'.repeat(filled)) + colours.dim('░'.repeat(width - filled));
}
