import type { Calibration } from '../regression/metrics.js';
import type { Hyperparameters, PriorName } from '../regression/types.js';
import { calibrationHistogram, parityFigure } from './diagnostics/figures.js';
import { diagnosticsSection, type NamedDiagnostics } from './diagnostics/sections.js';
import { htmlDocument } from './document.js';
import { type Html, html } from './escape.js';
import { count, fixed, forceError, mev, moment, plural, significant, UNKNOWN } from './numbers.js';
import { figure, notice, pairs, table } from './sections/parts.js';
import { hyperparametersText } from './sections/wording.js';
import type { ExpansionRow } from './types.js';
import { typeset } from './typeset.js';

/** What the page of a fit shows. Force errors eV/Å. */
export interface FitReport {
  /** Of the primitive cell. */
  readonly formula: string;
  readonly spaceGroup: { readonly number: number; readonly symbol: string };
  readonly supercellAtoms: number;
  readonly files: readonly string[];
  /** ISO 8601. */
  readonly generated: string;
  readonly version: string;
  readonly expansion: readonly ExpansionRow[];
  readonly prior: PriorName;
  readonly hyperparameters: Hyperparameters;
  readonly parameters: number;
  /** γ */
  readonly effectiveParameters: number;
  readonly notDetermined: readonly number[];
  readonly fittingError: number;
  readonly logEvidence: number | null;
  readonly train: FitErrors;
  readonly test: (FitErrors & TestForces) | null;
  readonly folds: readonly FitErrors[];
  /** null for least squares, and above the size to which it is computed: `without` says why. */
  readonly diagnosed: NamedDiagnostics | null;
  readonly without: string;
  readonly warnings: readonly string[];
}

export interface FitErrors {
  readonly structures: number;
  readonly mae: number;
  readonly rmse: number;
}

export interface TestForces {
  readonly reference: Float64Array;
  readonly predicted: Float64Array;
  /** null for least squares. */
  readonly calibration: Calibration | null;
}

/** One self-contained page about one fit. */
export function renderFitReport(fit: FitReport): string {
  const tested = fit.test ? 2 : 0;
  return htmlDocument(
    `Fit of ${fit.formula}`,
    html`${header(fit)}
${testSection(fit)}
${fit.diagnosed ? diagnosticsSection(fit.diagnosed, 1 + tested) : html`<section><h2>Diagnostics of the fit</h2>${notice('fair', html`<p>${fit.without}</p>`)}</section>`}
${modelSection(fit)}
<footer>Made by Anharmony ${fit.version}.</footer>`,
  );
}

function header(fit: FitReport): Html {
  const { diagnosed, test } = fit;
  const keys = [
    key(
      'Fitting error β^{-1/2}',
      forceError(fit.fittingError),
      `training RMSE ${forceError(fit.train.rmse)}, MAE ${forceError(fit.train.mae)}`,
    ),
    diagnosed &&
      key(
        'Leave-one-structure-out RMSE',
        forceError(diagnosed.diagnostics.leftOutRmse),
        'each structure predicted by the fit without it',
      ),
    test &&
      key(
        'Test RMSE',
        forceError(test.rmse),
        `MAE ${forceError(test.mae)} on ${plural(test.structures, 'structure')}`,
      ),
    key(
      'Parameters',
      count(fit.parameters),
      `of which the data determine γ = ${fixed(fit.effectiveParameters, 1)}`,
    ),
    diagnosed &&
      key(
        'Suspect labels',
        count(diagnosed.diagnostics.suspects.length),
        `of ${plural(fit.train.structures, 'structure')}`,
      ),
  ];
  const warnings = fit.warnings.map((line) => html`<li>${typeset(line)}</li>`);
  return html`<header>
<div class="title"><h1>Fit of ${fit.formula}</h1></div>
<p class="subtitle">${fit.spaceGroup.symbol} (${fit.spaceGroup.number}), ${plural(fit.supercellAtoms, 'atom')}, ${plural(fit.train.structures, 'training structure')} · ${fit.files.join(', ')} · ${moment(fit.generated)}</p>
<dl class="keys">${keys.filter((k) => k !== null)}</dl>
${warnings.length > 0 ? notice('bad', html`<p><b>${plural(warnings.length, 'warning')}</b></p><ul>${warnings}</ul>`) : null}
</header>`;
}

function key(title: string, value: string, note: string): Html {
  return html`<div class="key"><dt>${typeset(title)}</dt><dd><div class="value">${value}</div><div class="note">${typeset(note)}</div></dd></div>
`;
}

function testSection({ test, folds }: FitReport): Html | null {
  if (test === null && folds.length === 0) return null;
  return html`<section><h2>Test</h2>
${
  test &&
  html`<p>${plural(test.structures, 'structure')} that were not fitted: RMSE ${forceError(test.rmse)}, MAE ${forceError(test.mae)}.</p>
${figure(parityFigure(test.reference, test.predicted), 'Figure 1. Parity on the test set.', 'Every force component of the test set.', false)}
${
  test.calibration &&
  figure(
    calibrationHistogram(test.calibration),
    'Figure 2. Calibration on the test set.',
    `Residuals in units of the predicted σ, whose square is β^{-1} plus the diagonal of A Σ Aᵀ. Above 1 the model is over-confident, below 1 too modest.`,
  )
}`
}
${folds.length > 0 ? foldsTable(folds) : null}
</section>`;
}

function foldsTable(folds: readonly FitErrors[]): Html {
  const rows = folds.map((f, k) => ({
    cells: [String(k + 1), count(f.structures), mev(f.rmse), mev(f.mae)],
  }));
  return html`<h3>Cross-validation, ${count(folds.length)} folds</h3>${table(
    [
      { title: 'Fold', number: true },
      { title: 'Structures', number: true },
      { title: 'RMSE', unit: 'meV/Å', number: true },
      { title: 'MAE', unit: 'meV/Å', number: true },
    ],
    rows,
  )}`;
}

function modelSection(fit: FitReport): Html {
  const undetermined =
    fit.notDetermined.length === 0 ? 'none' : fit.notDetermined.map((n) => `order ${n}`).join(', ');
  return html`<section><h2>Model</h2>
${pairs([
  { name: 'Prior', value: fit.prior },
  { name: 'Hyperparameters (natural logarithms)', value: hyperparametersText(fit.hyperparameters) },
  { name: 'Log evidence', value: fit.logEvidence === null ? UNKNOWN : fixed(fit.logEvidence, 1) },
  { name: 'Not determined', value: undetermined },
])}
${table(
  [
    { title: 'Order', number: true },
    { title: 'Cutoff', unit: 'Å', number: true },
    { title: 'Clusters', number: true },
    { title: 'Orbits', number: true },
    { title: 'Before sum rules', number: true },
    { title: 'Parameters', number: true },
  ],
  fit.expansion.map((row) => ({
    cells: [
      String(row.order),
      significant(row.cutoff, 4),
      count(row.clusters),
      count(row.orbits),
      count(row.beforeSumRules),
      count(row.parameters),
    ],
  })),
)}
</section>`;
}
