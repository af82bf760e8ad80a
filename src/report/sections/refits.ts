import { type Html, html } from '../escape.js';
import { count, fixed, mev, picoseconds, plural } from '../numbers.js';
import type { RefitRecord, ReportData, StructureGroup } from '../types.js';
import { typeset } from '../typeset.js';
import { type Column, folded, type Row, table } from './parts.js';
import { hyperparametersText } from './wording.js';

/** Tables no longer than this are open from the start. */
const OPEN = 25;

/** Every refit with its numbers. */
export function refitsSection({ refits }: ReportData): Html {
  const content =
    refits.length === 0
      ? html`<p>Nothing has been fitted yet.</p>`
      : folded(
          plural(refits.length, 'refit'),
          table(columns(refits), refits.map(row(refits)), true),
          refits.length <= OPEN,
        );
  return html`<section>
<h2>Refits</h2>
<p>${typeset('Bayesian ridge regression on all structures of the training set; hyperparameters and β maximise the evidence. γ is the number of parameters that the data determine. μ and σ are those of ε_B along the MD run with that force field.')}</p>
${content}
</section>`;
}

const GROUPS: readonly StructureGroup[] = ['random', 'phonon', 'imported', 'MD'];

function columns(refits: readonly RefitRecord[]): readonly Column[] {
  const test: Column[] = [
    { title: 'Test RMSE', unit: 'meV/Å', number: true },
    { title: 'MAE', unit: 'meV/Å', number: true },
  ];
  return [
    { title: '#', number: true },
    { title: 'MD time', number: true },
    { title: 'Structures' },
    { title: 'β^{-1/2}', unit: 'meV/Å', number: true },
    { title: 'μ', unit: 'meV/Å', number: true },
    { title: 'σ', unit: 'meV/Å', number: true },
    { title: 'Expected RMSE', unit: 'meV/Å', number: true },
    ...(hasTest(refits) ? test : []),
    { title: 'ln evidence', number: true },
    { title: 'γ', number: true },
    { title: 'Counted' },
    { title: 'Not determined' },
    { title: 'Hyperparameters', unit: 'natural logarithms' },
  ];
}

function row(refits: readonly RefitRecord[]): (refit: RefitRecord) => Row {
  const test = hasTest(refits);
  return (refit) => ({
    cells: [
      count(refit.index + 1),
      refit.times.length === 0 ? 'start' : picoseconds(Math.max(...refit.times)),
      groupsText(refit),
      mev(refit.fittingError),
      mev(refit.mean),
      mev(refit.deviation),
      mev(refit.expectedRmse),
      ...(test ? [mev(refit.test?.rmse), mev(refit.test?.mae)] : []),
      fixed(refit.logEvidence, 1),
      fixed(refit.effectiveParameters, 1),
      refit.counted ? 'yes' : 'no',
      refit.notDetermined.map((order) => `order ${order}`).join(', '),
      hyperparametersText(refit.hyperparameters),
    ],
  });
}

function hasTest(refits: readonly RefitRecord[]): boolean {
  return refits.some((refit) => refit.test !== null);
}

function groupsText({ groups }: RefitRecord): string {
  const present = GROUPS.filter((group) => (groups[group] ?? 0) > 0);
  return present.map((group) => `${groups[group]} ${group}`).join(' + ');
}
