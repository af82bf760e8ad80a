import { ratioLimit } from '../convergence.js';
import { type Html, html } from '../escape.js';
import { DISAGREEMENT, expectedErrorInterval, relativeDifference } from '../expectedError.js';
import {
  count,
  fixed,
  forceErrorInterval,
  kelvinRange,
  mev,
  moment,
  percent,
  picoseconds,
  plural,
  UNKNOWN,
} from '../numbers.js';
import type { Outcome, ReportData, Verdict } from '../types.js';
import { typeset } from '../typeset.js';
import { notice, type Tone } from './parts.js';

const TONES: Readonly<Record<Verdict, Tone>> = {
  converged: 'good',
  running: 'fair',
  exhausted: 'fair',
  stalled: 'fair',
  stopped: 'fair',
  cancelled: 'fair',
  failed: 'bad',
};

/** Name, verdict and the numbers that matter. */
export function header(data: ReportData): Html {
  const { outcome, crystal } = data;
  return html`<header>
<div class="title"><h1>${data.campaign}</h1><span class="badge ${TONES[outcome.verdict]}">${outcome.verdict}</span></div>
<p class="subtitle">${crystal.formula}, ${crystal.spaceGroup.symbol} (${crystal.spaceGroup.number}), ${plural(crystal.supercellAtoms, 'atom')}${temperatures(data)}, ${plural(outcome.parameters, 'parameter')} · ${moment(data.generated)}</p>
<p class="reason">${typeset(outcome.reason)}</p>
<dl class="keys">${keyNumbers(data)}</dl>
${advice(outcome)}${warnings(data.warnings)}
</header>`;
}

function temperatures(data: ReportData): string {
  const ranges = [...data.traces]
    .sort((a, b) => a.temperatures[0] - b.temperatures[0] || a.temperatures[1] - b.temperatures[1])
    .map((trace) => kelvinRange(trace.temperatures));
  return ranges.length === 0 ? '' : `, ${[...new Set(ranges)].join(', ')} K`;
}

function keyNumbers(data: ReportData): readonly Html[] {
  const { outcome } = data;
  const test = data.testSet;
  const interval =
    outcome.expectedRmse === null
      ? null
      : expectedErrorInterval(outcome.expectedRmse, outcome.structuresFromMd);
  const keys = [
    key(
      'Expected force RMSE',
      value(mev(outcome.expectedRmse), 'meV/Å'),
      `likely ${forceErrorInterval(interval)}`,
    ),
    key(
      'Fitting error β^{-1/2}',
      value(mev(outcome.fittingError), 'meV/Å'),
      'misfit of the expansion on its training set',
    ),
    key(
      'μ / β^{-1/2}',
      value(fixed(outcome.progress.ratio.have, 2), `limit ${fixed(ratioLimit(outcome.progress), 2)}`),
      `ε_B is ${mev(outcome.mean)} ± ${mev(outcome.deviation)} meV/Å`,
    ),
    key(
      'Training structures',
      value(count(outcome.trainingStructures), ''),
      `${count(outcome.structuresFromMd)} from MD; ${plural(data.provenance.referenceRuns, 'reference run')}`,
    ),
    key(
      'MD time',
      value(picoseconds(outcome.totalTime).replace(' ps', ''), 'ps'),
      `${plural(data.traces.length, 'walker')}, ${plural(data.provenance.mdSteps, 'step')}`,
    ),
  ];
  if (test === null) return keys;
  return [...keys, key('Test RMSE', value(mev(test.rmse), 'meV/Å'), testNote(outcome, test.rmse))];
}

function testNote(outcome: Outcome, rmse: number): string {
  if (outcome.expectedRmse === null) return 'on forces never trained on';
  const difference = relativeDifference(outcome.expectedRmse, rmse);
  const judgement = Math.abs(difference) > DISAGREEMENT ? 'differs from' : 'agrees with';
  return `${judgement} the expected RMSE (${difference > 0 ? '+' : ''}${percent(difference)})`;
}

function value(number: string, unit: string): Html {
  return number === UNKNOWN || unit === ''
    ? html`${number}`
    : html`${number} <small>${typeset(unit)}</small>`;
}

function key(title: string, shown: Html, note: string): Html {
  return html`<div class="key"><dt>${typeset(title)}</dt><dd><div class="value">${shown}</div><div class="note">${typeset(note)}</div></dd></div>
`;
}

function advice(outcome: Outcome): Html | null {
  if (outcome.advice.length === 0) return null;
  return notice(
    'fair',
    html`<p><b>What you could change</b></p><ul>${outcome.advice.map((line) => html`<li>${typeset(line)}</li>`)}</ul>`,
  );
}

function warnings(lines: readonly string[]): Html | null {
  if (lines.length === 0) return null;
  const items = lines.map((line) => html`<li>${typeset(line)}</li>`);
  return notice('bad', html`<p><b>${plural(lines.length, 'warning')}</b></p><ul>${items}</ul>`);
}
