import { type Html, html, raw } from '../escape.js';
import { bandsFigure } from '../figures/bands.js';
import { calibrationFigure, calibrationRatio } from '../figures/calibration.js';
import { forceConstantsFigure, ordersOf } from '../figures/forceConstants.js';
import { learningFigure, structuresFigure } from '../figures/learning.js';
import { trajectoryFigure } from '../figures/trajectory.js';
import { zHistogramFigure } from '../figures/zHistogram.js';
import { count, fixed, kelvinRange, mev, picoseconds } from '../numbers.js';
import { describeStability } from '../stability.js';
import type { ReportData, WalkerTrace } from '../types.js';
import { typeset } from '../typeset.js';
import { criterionText } from './wording.js';

/** All figures with captions that define what they show. */
export function figures(data: ReportData): Html {
  return html`<section>
<h2>Figures</h2>
${trajectories(data)}
${learning(data)}
${calibration(data)}
${standardised(data)}
${forceConstants(data)}
${phonons(data)}
</section>`;
}

function figure(panels: readonly Html[], title: string, caption: string): Html {
  return html`<figure>${panels}<figcaption><b>${typeset(title)}</b> ${typeset(caption)}</figcaption></figure>
`;
}

function wide(svg: string): Html {
  return html`<div class="scroll wide">${raw(svg)}</div>`;
}

function trajectories(data: ReportData): Html {
  const quantity =
    data.acquisition.quantity === 'rms'
      ? 'the rms of the error bars of all 3N force components'
      : 'the largest rms error bar of an atom';
  const several = data.traces.length > 1;
  const panels = data.traces.map((trace) => {
    const title = several
      ? html`<h3>Walker ${trace.walker}, ${kelvinRange(trace.temperatures)} K</h3>`
      : null;
    return html`${title}${wide(trajectoryFigure(trace, data.structures, data.refits))}`;
  });
  return figure(
    panels.length > 0 ? panels : [wide(trajectoryFigure(NO_TRACE, [], []))],
    'Figure 1. Bayesian error along the trajectory.',
    `ε_B is ${quantity}, from the posterior covariance of the force constants. μ_k and σ_k are its mean and standard deviation over the previous ${count(data.acquisition.window)} MD steps. A structure is taken for a reference calculation ${criterionText(data.acquisition)}; the verticals mark where a refitted force field took over. Long trajectories are thinned to the smallest and largest ε_B in each stretch, so no peak is lost.`,
  );
}

const NO_TRACE: WalkerTrace = {
  walker: 0,
  temperatures: [0, 0],
  time: new Float64Array(0),
  error: new Float64Array(0),
  mean: new Float64Array(0),
  deviation: new Float64Array(0),
  threshold: new Float64Array(0),
};

function learning(data: ReportData): Html {
  const test = data.refits.some((refit) => refit.test !== null)
    ? ' Test RMSE: on structures that were never trained on.'
    : '';
  return figure(
    [wide(learningFigure(data.refits)), wide(structuresFigure(data.refits))],
    'Figure 2. Learning.',
    `β^{-1/2} is the fitting error on the training set; the expected RMSE is the square root of β^{-1} + μ² + σ², with μ and σ of ε_B along the MD that was run with that force field. The interval is where the true RMSE was found to lie, given the expected one, in earlier trials: experience, not a bound.${test} Only fits on enough structures, all of them from MD, count for convergence. Below: structures in the training set. MD time is that of the walker furthest ahead.`,
  );
}

function calibration(data: ReportData): Html {
  const ratio = calibrationRatio(data.structures);
  const found =
    ratio === null
      ? ''
      : ` Over the structures from MD found/predicted is ${fixed(ratio, 2)} (root mean square); above 1 the force field is over-confident.`;
  const verdict = data.confidence ? ` Verdict: ${data.confidence}.` : '';
  return figure(
    [html`<div class="scroll">${raw(calibrationFigure(data.structures))}</div>`],
    'Figure 3. Every new label is a check.',
    `The rms residual of a structure's forces before the refit that took it in, against the square root of β^{-1} + ε_B² which the force field had predicted. Structures are taken where ε_B is large, so this is a harder test than a random snapshot.${found}${verdict}`,
  );
}

function standardised({ standardisedError: data }: ReportData): Html {
  const caption =
    data === null
      ? ''
      : ` Here over ${picoseconds(data.time)}, with mean ${mev(data.mean)} and standard deviation ${mev(data.deviation)} meV/Å. A skewness well above 0 means rare structures of unusually large error.`;
  return figure(
    [wide(zHistogramFigure(data))],
    'Figure 4. Distribution of the Bayesian error.',
    `z_B is ε_B less its mean, divided by its standard deviation, over a production trajectory with the final force field.${caption}`,
  );
}

function forceConstants(data: ReportData): Html {
  const orders = ordersOf(data.forceConstants);
  const panels = (orders.length > 0 ? orders : [2]).map(
    (order) => html`<div>${raw(forceConstantsFigure(data.forceConstants, order))}</div>`,
  );
  return figure(
    [html`<div class="panels">${panels}</div>`],
    'Figure 5. Force constants against distance.',
    'Frobenius norm of the force constants of each orbit of clusters, against the largest distance between two of its sites (0: all on one site), with one posterior standard deviation. A fall-off by decades before the cutoff says that the cutoff suffices; error bars that reach the floor say that the data do not determine that orbit.',
  );
}

function phonons({ phonons: study }: ReportData): Html | null {
  if (!study) return null;
  const { spread } = study.bands[0].table;
  const band =
    spread === undefined
      ? 'Without error bars: anharmony phonons gives them.'
      : `The band is the 16th to 84th percentile of ${spread.samples} samples of the posterior: what the data leave open, not what the expansion leaves out.`;
  const verdict = describeStability(study.stability);
  return figure(
    [wide(bandsFigure(study.bands))],
    'Figure 6. Phonons.',
    `Harmonic frequencies of the final force field along the conventional path; imaginary ones are drawn below zero. Polar crystals: without the non-analytical term. ${band} ${verdict[0].toUpperCase()}${verdict.slice(1)}.`,
  );
}
