import { convergenceChecks, levellingText } from '../convergence.js';
import { type Html, html, raw } from '../escape.js';
import { calibrationRatio } from '../figures/calibration.js';
import { fixed, forceError, kelvinRange, percent, plural } from '../numbers.js';
import type { ReportData, Verdict } from '../types.js';
import { typeset } from '../typeset.js';
import { wreckText } from '../wrecks.js';
import { table } from './parts.js';

/** What the verdict means, in words, with the convergence criteria one by one. */
export function meaning(data: ReportData): Html {
  return html`<section>
<h2>What this means</h2>
${sentences(data).map((sentence) => html`<p>${typeset(sentence)}</p>`)}
<h3>Convergence, criterion by criterion</h3>
${checksTable(data)}
<p class="soft">${typeset(`β^{-1/2}: ${levellingText(data.outcome.progress)}.`)} ${levellingNote(data)}</p>
</section>`;
}

function levellingNote(data: ReportData): Html {
  const { strict, relaxed } = data.outcome.progress.ratio;
  return typeset(
    `μ / β^{-1/2} must be at most ${fixed(strict, 2)}, or at most ${fixed(relaxed, 2)} once β^{-1/2} has levelled off.`,
  );
}

const VERDICTS: Readonly<Record<Verdict, string>> = {
  converged:
    'The campaign has converged: what limits the force field now is the expansion, no longer the number of training structures.',
  exhausted:
    'The campaign reached a limit that was set before it converged. The force field is usable, but more MD would still improve it.',
  stalled:
    'The campaign cannot go on by its own rules, and the criteria for convergence are not met. The reason above says what a person has to look at.',
  stopped:
    'A person ended the campaign before it converged. The force field is usable, but more MD would still improve it.',
  running: 'The campaign is still running; this is how it stands now.',
  cancelled: 'The campaign was cancelled. What it had learnt until then is kept and it can be resumed.',
  failed:
    'The campaign ended on a failure. What it had learnt until then is kept and it can be resumed once the cause is removed.',
};

function sentences(data: ReportData): readonly string[] {
  return [
    VERDICTS[data.outcome.verdict],
    errorSentence(data),
    checkSentence(data),
    wreckText(data.outcome.wrecks) ?? '',
    scopeSentence(data),
  ].filter((text) => text !== '');
}

/** How the expected error divides into what data can and cannot remove. */
function errorSentence({ outcome }: ReportData): string {
  const { fittingError, expectedRmse } = outcome;
  if (fittingError === null) return 'Nothing has been fitted yet, so there is no error to report.';
  const misfit = `On its training set it misses the reference forces by ${forceError(fittingError)} (β^{-1/2}): the part that this expansion cannot represent, which more structures do not remove.`;
  if (expectedRmse === null)
    return `${misfit} No MD has been run with it yet, so the error along a trajectory is unknown.`;
  const excess = (expectedRmse - fittingError) / fittingError;
  return `${misfit} Along its own trajectory the expected error is ${forceError(expectedRmse)}: incomplete training data, measured by ε_B, adds ${percent(excess)}.`;
}

/** What independent evidence there is. */
function checkSentence({ testSet, structures }: ReportData): string {
  if (testSet !== null)
    return `On ${plural(testSet.structures, 'structure')} that it never saw the RMSE is ${forceError(testSet.rmse)} and the MAE ${forceError(testSet.mae)}.`;
  const ratio = calibrationRatio(structures);
  const none = 'There is no test set.';
  if (ratio === null) return none;
  return `${none} Each new label from MD was compared with what the force field had predicted of its own error before it was trained on: the residual found was ${fixed(ratio, 2)} times the one predicted.`;
}

function scopeSentence({ traces, outcome }: ReportData): string {
  if (traces.length === 0 || outcome.fittingError === null) return '';
  const kelvin = traces.flatMap((trace) => trace.temperatures);
  const range = `${kelvinRange([Math.min(...kelvin), Math.max(...kelvin)])} K`;
  return `These numbers hold for what was explored: ${range} at this volume. At higher temperatures the error is larger than ε_B says, because β^{-1/2} comes from the training set.`;
}

function checksTable({ outcome }: ReportData): Html {
  const rows = convergenceChecks(outcome.progress).map((check) => {
    const width = raw(String(Math.round(check.fraction * 100)));
    const bar = html`<span class="bar"><i${check.met ? html` class="met"` : null} style="width:${width}%"></i></span>`;
    return { cells: [typeset(check.name), check.have, typeset(check.need), bar, check.met ? 'met' : 'open'] };
  });
  return table(
    [
      { title: 'Criterion' },
      { title: 'Is', number: true },
      { title: 'Needed' },
      { title: '' },
      { title: '' },
    ],
    rows,
  );
}
