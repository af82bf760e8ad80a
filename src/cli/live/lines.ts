import { structuresLeft } from '../../report/forecast.js';
import { count, duration, forceError, forceErrorInterval } from '../../report/numbers.js';
import type { Verdict } from '../../report/types.js';
import type { Colours } from './colours.js';
import { clip, clipStart, oneLine, padded, terminalSymbols } from './text.js';
import { type LiveState, STAGES } from './types.js';

/** Width of the labels at the left. */
export const LABEL = 19;

/** Campaign, verdict, elapsed time, and the flowchart with the present stage. */
export function headerLines(state: LiveState, columns: number, colours: Colours): readonly string[] {
  const right = `${state.verdict} · ${duration(state.elapsed)}`;
  const name = clip(oneLine(state.campaign), columns - right.length - 13);
  const gap = ' '.repeat(Math.max(1, columns - right.length - 11 - [...name].length));
  const title = `${colours.dim('anharmony')}  ${colours.bold(name)}${gap}${verdictColour(state.verdict, colours)(right)}`;
  return [title, flowchart(state, columns, colours)];
}

function verdictColour(verdict: Verdict, colours: Colours): (text: string) => string {
  if (verdict === 'converged') return colours.green;
  if (verdict === 'failed') return colours.red;
  return verdict === 'running' ? colours.cyan : colours.yellow;
}

function flowchart({ stage, round, verdict }: LiveState, columns: number, colours: Colours): string {
  const current = verdict === 'running' ? stage : null;
  const plain = STAGES.map((name) => (name === current ? `[${name}]` : name)).join(' → ');
  const boxes = STAGES.map((name) =>
    name === current ? colours.bold(colours.cyan(`[${name}]`)) : colours.dim(name),
  );
  const drawn = boxes.join(colours.dim(' → '));
  const rounds = round > 0 ? `round ${count(round)}` : '';
  const gap = columns - [...plain].length - rounds.length;
  if (rounds !== '' && gap >= 2) return `${drawn}${' '.repeat(gap)}${colours.dim(rounds)}`;
  return [...plain].length <= columns ? drawn : clip(`[${stage}] ${rounds}`, columns);
}

/** Structures, fitting error and expected force error. */
export function structureLines(state: LiveState, columns: number, colours: Colours): readonly string[] {
  const { training, fromMd, pending, quarantined } = state.structures;
  const parts = [
    `${count(training)} training`,
    `${count(fromMd)} from MD`,
    `${count(pending)} awaiting labels`,
  ];
  if (quarantined > 0) parts.push(`${count(quarantined)} quarantined`);
  return [
    labelled('structures', parts.join(', '), columns, colours),
    labelled('β^-1/2', `${forceError(state.fittingError)}  fitting error`, columns, colours),
    labelled('force error', `${forceErrorInterval(state.expectedError)}  expected`, columns, colours),
  ];
}

/** Time left, server and where results go. */
export function footerLines(state: LiveState, columns: number, colours: Colours): readonly string[] {
  const structures = state.structuresLeft ? `, ${structuresLeft(state.structuresLeft)}` : '';
  const left = state.timeLeft === null ? 'not known yet' : `about ${duration(state.timeLeft)}`;
  const time =
    state.verdict === 'running' ? [labelled('time left', left + structures, columns, colours)] : [];
  const results = clipStart(oneLine(state.results), columns - LABEL);
  return [
    ...time,
    labelled('server', oneLine(state.server), columns, colours),
    colours.dim(padded('results', LABEL)) + results,
  ];
}

/** The last messages. */
export function messageLines(
  messages: readonly string[],
  columns: number,
  atMost: number,
  colours: Colours,
): readonly string[] {
  if (atMost === 0) return [];
  return messages
    .slice(-atMost)
    .map((message) => colours.dim(clip(terminalSymbols(oneLine(message)), columns)));
}

function labelled(label: string, text: string, columns: number, colours: Colours): string {
  return colours.dim(padded(label, LABEL)) + clip(text, columns - LABEL);
}
