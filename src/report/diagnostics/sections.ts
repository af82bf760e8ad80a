import type { FitDiagnostics } from '../../regression/diagnostics.js';
import { type Html, html } from '../escape.js';
import { count, fixed, forceError, mev, percent, plural, significant, UNKNOWN } from '../numbers.js';
import { type Column, figure, folded, notice, type Row, table, tag } from '../sections/parts.js';
import { typeset } from '../typeset.js';
import { calibrationHistogram, leftOutFigure, parityFigure } from './figures.js';

/** Diagnostics with what to call the structures. */
export interface NamedDiagnostics {
  readonly diagnostics: FitDiagnostics;
  /** [structures] numbers as people see them elsewhere. */
  readonly numbers: readonly number[];
  /** [structures] where each comes from, e.g. `data.xyz frame 3`. */
  readonly sources: readonly string[];
  /** Training structures in all: more than were left out where leaving out all would have taken too long. */
  readonly of: number;
}

/** Diagnostics, or why there are none. */
export type DiagnosticsOutcome =
  | { readonly diagnosed: NamedDiagnostics }
  | { readonly diagnosed: null; readonly without: string };

/** Number of the first figure in a campaign's report: five come before. */
const FIRST_FIGURE = 6;

/** The diagnostics in a campaign's report. */
export function diagnosticsPart(outcome: DiagnosticsOutcome | undefined): Html | null {
  if (outcome === undefined) return null;
  if (outcome.diagnosed !== null) return diagnosticsSection(outcome.diagnosed, FIRST_FIGURE);
  return html`<section><h2>Diagnostics of the fit</h2>${notice('fair', html`<p>${outcome.without}</p>`)}</section>`;
}

/** Everything that a fit tells about itself: labels, calibration, parity, errors by order, species and force. */
export function diagnosticsSection(named: NamedDiagnostics, figuresFrom: number): Html {
  const { diagnostics } = named;
  return html`<section>
<h2>Diagnostics of the fit</h2>
<p>${typeset(leftOutText(named))}</p>
${suspectsNotice(named)}
${figure(leftOutFigure(checksOf(named)), `Figure ${figuresFrom}. Each structure left out.`, 'rms force residual of the fit that never saw the structure, and what that fit had expected of it, the square root of β^{-1} + ε_B².')}
${figure(calibrationHistogram(diagnostics.calibration), `Figure ${figuresFrom + 1}. Calibration.`, calibrationText(diagnostics))}
${figure(parityFigure(diagnostics.reference, diagnostics.predicted), `Figure ${figuresFrom + 2}. Parity.`, `Every force component of the training set against the prediction of the fit without its structure: RMSE ${forceError(diagnostics.leftOutRmse)}, MAE ${forceError(diagnostics.leftOutMae)}.`, false)}
<h3>By order of the expansion</h3>
<p>${typeset('Forces of each order alone; the shares of the reference forces’ mean square may be negative where orders oppose one another. Left away: the residual when nothing else changes. Refitted: β^{-1/2} and log evidence of a fit without the order.')}</p>
${ordersTable(diagnostics)}
<h3>By species</h3>
${speciesTable(diagnostics)}
<h3>By size of the force on an atom</h3>
${forcesTable(diagnostics)}
<h3>By structure</h3>
<p>${typeset('χ: left-out residual in units of the whole predicted covariance, 1 on average. Typical: the deviation that half of the atoms exceed, by which wrong labels are found (0.89 for normal residuals); where only χ is large, the expansion fails for a few atoms, such as the worst one.')}</p>
${structuresTable(named)}
</section>`;
}

function leftOutText({ diagnostics, of }: NamedDiagnostics): string {
  const n = diagnostics.structures.length;
  const which =
    n === of
      ? 'Each training structure is left out in turn'
      : `Of ${plural(of, 'training structure')} ${n}, drawn at random, are left out in turn`;
  return `${which} and judged by the fit without it, in closed form at the same hyperparameters: what it says of forces that it never saw.`;
}

/** `found` in the diagnostics, for status lines and warnings. */
export function suspectText({ diagnostics, numbers, sources }: NamedDiagnostics): readonly string[] {
  return diagnostics.suspects.map(({ index, ratio }) => {
    const { leftOut, expected } = diagnostics.structures[index];
    return `structure ${numbers[index]} (${sources[index]}): without it the fit misses its forces by ${forceError(leftOut)} where it expects ${forceError(expected)}, its typical atom is ${fixed(ratio, 1)} times as far off as those of the other structures: is its label right?`;
  });
}

function suspectsNotice(named: NamedDiagnostics): Html {
  const lines = suspectText(named);
  if (lines.length === 0) {
    const n = named.diagnostics.structures.length;
    const text =
      n < 5
        ? 'Too few structures to tell a wrong label by the others.'
        : 'No label stands out: every structure is as well predicted by the others as they are by it.';
    return notice(n < 5 ? 'fair' : 'good', html`<p>${text}</p>`);
  }
  return notice(
    'bad',
    html`<p><b>${plural(lines.length, 'label')} that the posterior calls impossible</b></p><ul>${lines.map((l) => html`<li>${typeset(l)}</li>`)}</ul>`,
  );
}

function checksOf({ diagnostics, numbers }: NamedDiagnostics) {
  const suspects = new Set(diagnostics.suspects.map((s) => s.index));
  return diagnostics.structures.map(({ leftOut, expected }, k) => ({
    number: numbers[k],
    leftOut,
    expected,
    suspect: suspects.has(k),
  }));
}

function calibrationText({ calibration }: FitDiagnostics): string {
  const [one, two, three] = calibration.within;
  const verdict =
    calibration.rms > 1.15
      ? 'The error bars are too small.'
      : calibration.rms < 0.87
        ? 'The error bars are too large.'
        : 'The error bars are right.';
  return `Left-out residuals in units of what was expected of them. ${verdict} Within one, two and three σ: ${percent(one)}, ${percent(two)}, ${percent(three)} (normal: 68 %, 95 %, 99.7 %); values beyond ±5 are drawn there. β is learned from the same residuals, so their root mean square (${fixed(calibration.rms, 2)}) is near 1 almost by construction: look at the shape, and at how it differs by species and force.`;
}

const ERRORS: readonly Column[] = [
  { title: 'rms force', unit: 'meV/Å', number: true },
  { title: 'Residual', unit: 'meV/Å', number: true },
  { title: 'Left out', unit: 'meV/Å', number: true },
  { title: 'Expected', unit: 'meV/Å', number: true },
  { title: 'Left out / expected', number: true },
];

interface Errors {
  readonly force: number;
  readonly residual: number;
  readonly leftOut: number;
  readonly expected: number;
}

function errorCells({ force, residual, leftOut, expected }: Errors): string[] {
  return [mev(force), mev(residual), mev(leftOut), mev(expected), fixed(leftOut / expected, 2)];
}

function ordersTable({ orders }: FitDiagnostics): Html {
  const rows = orders.map((o): Row => {
    const cells = [
      String(o.order),
      count(o.parameters),
      mev(o.force),
      percent(o.share),
      mev(o.dropped),
      mev(o.refitted),
      o.evidenceGain === null ? UNKNOWN : fixed(o.evidenceGain, 1),
    ];
    return { cells };
  });
  return table(
    [
      { title: 'Order', number: true },
      { title: 'Parameters', number: true },
      { title: 'rms force', unit: 'meV/Å', number: true },
      { title: 'Share', number: true },
      { title: 'Left away', unit: 'meV/Å', number: true },
      { title: 'Refitted', unit: 'meV/Å', number: true },
      { title: 'Evidence without', unit: 'natural logarithm', number: true },
    ],
    rows,
  );
}

function speciesTable({ species }: FitDiagnostics): Html {
  return table(
    [{ title: 'Species' }, { title: 'Atoms', number: true }, ...ERRORS],
    species.map((s) => ({ cells: [s.species, count(s.atoms), ...errorCells(s)] })),
  );
}

function forcesTable({ forceClasses }: FitDiagnostics): Html {
  return table(
    [{ title: '|F|', unit: 'eV/Å', number: true }, { title: 'Atoms', number: true }, ...ERRORS],
    forceClasses.map((c) => ({
      cells: [`${significant(c.from, 3)}–${significant(c.to, 3)}`, count(c.atoms), ...errorCells(c)],
    })),
  );
}

function structuresTable({ diagnostics, numbers, sources }: NamedDiagnostics): Html {
  const suspects = new Set(diagnostics.suspects.map((s) => s.index));
  const rows = diagnostics.structures.map((s, k): Row => {
    const flag = suspects.has(k) ? tag('suspect', 'bad') : '';
    return {
      cells: [
        count(numbers[k]),
        sources[k],
        mev(s.residual),
        mev(s.leftOut),
        mev(s.expected),
        fixed(s.chi, 2),
        fixed(s.typical, 2),
        `${count(s.worstAtom + 1)} (${fixed(s.worstDeviation, 1)} σ)`,
        flag,
      ],
    };
  });
  const columns: Column[] = [
    { title: '#', number: true },
    { title: 'Source' },
    { title: 'Residual', unit: 'meV/Å', number: true },
    { title: 'Left out', unit: 'meV/Å', number: true },
    { title: 'Expected', unit: 'meV/Å', number: true },
    { title: 'χ', number: true },
    { title: 'Typical', unit: 'σ', number: true },
    { title: 'Worst atom', number: true },
    { title: '' },
  ];
  return folded(plural(rows.length, 'structure'), table(columns, rows), rows.length <= 25);
}
