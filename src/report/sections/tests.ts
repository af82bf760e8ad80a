import { type Html, html } from '../escape.js';
import { DISAGREEMENT, relativeDifference } from '../expectedError.js';
import { mev, percent, plural } from '../numbers.js';
import type { ReportData } from '../types.js';
import { typeset } from '../typeset.js';
import { notice, type Row, table, tag } from './parts.js';

/** The test set beside what the force field says of itself; nothing where there is none. */
export function testSection(data: ReportData): Html | null {
  const { testSet, outcome } = data;
  if (testSet === null) return null;
  const rows = [
    predicted('Expected RMSE, sqrt(β^{-1} + μ² + σ²)', outcome.expectedRmse, testSet.rmse),
    predicted('Fitting error β^{-1/2}', outcome.fittingError, testSet.rmse),
    { cells: [html`<b>Test RMSE</b>`, html`<b>${mev(testSet.rmse)}</b>`, '', ''] },
    { cells: ['Test MAE', mev(testSet.mae), '', ''] },
  ];
  return html`<section>
<h2>Test set</h2>
<p>${plural(testSet.structures, 'structure')} with reference forces that were never trained on: ${testSet.source}.</p>
${table([{ title: 'Quantity' }, { title: 'Value', unit: 'meV/Å', number: true }, { title: 'Against test RMSE', number: true }, { title: '' }], rows)}
${disagreement(data, testSet.rmse)}
</section>`;
}

function predicted(name: string, value: number | null, rmse: number): Row {
  if (value === null) return { cells: [typeset(name), mev(value), '', ''] };
  const difference = relativeDifference(value, rmse);
  const flag =
    Math.abs(difference) > DISAGREEMENT
      ? tag(`differs by more than ${percent(DISAGREEMENT)}`, 'fair')
      : tag('agrees', 'good');
  return { cells: [typeset(name), mev(value), `${difference > 0 ? '+' : ''}${percent(difference)}`, flag] };
}

function disagreement({ outcome }: ReportData, rmse: number): Html | null {
  if (outcome.expectedRmse === null) return null;
  const difference = relativeDifference(outcome.expectedRmse, rmse);
  if (Math.abs(difference) <= DISAGREEMENT) return null;
  const text =
    difference < 0
      ? 'The force field expects to be better than it is. Usual reasons: residuals with heavy tails (the fit assumes normal ones), a training set that misses part of what the trajectory visits, or a test set from another temperature or volume.'
      : 'The force field expects to be worse than it is. Usual reason: structures taken for their large ε_B are harder than typical ones and raise β^{-1/2}; this is the safe side.';
  return notice('fair', html`<p>${typeset(text)}</p>`);
}
