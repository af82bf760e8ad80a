import { dot, text } from '@observablehq/plot';
import { htmlDocument } from './document.js';
import { type Html, html } from './escape.js';
import { axisLabel, logTick, logTicks, toMev } from './figures/axis.js';
import { draw, emptyFigure } from './figures/draw.js';
import { orderColour, PALETTE } from './figures/palette.js';
import { count, fixed, mev, moment, plural, significant } from './numbers.js';
import { figure, notice, table, tag } from './sections/parts.js';
import { typeset } from './typeset.js';

/** One expansion with a prior; force errors eV/Å. */
export interface SelectionRow {
  readonly name: string;
  readonly cutoffs: string;
  readonly prior: string;
  readonly parameters: number;
  readonly effectiveParameters: number;
  readonly logEvidence: number;
  readonly fittingError: number;
  readonly leftOutRmse: number | null;
  readonly testRmse: number | null;
  readonly stepSeconds: number;
}

export interface SelectionReport {
  readonly title: string;
  readonly generated: string;
  readonly version: string;
  readonly structures: number;
  readonly testStructures: number;
  /** Largest evidence first. */
  readonly candidates: readonly SelectionRow[];
  /** Name of a candidate. */
  readonly recommended: string;
  readonly reasons: readonly string[];
  readonly agreement: string | null;
}

/** One page: which expansion the data are worth. */
export function renderSelectionReport(report: SelectionReport): string {
  const { candidates, recommended } = report;
  const tests =
    report.testStructures > 0 ? ` ${plural(report.testStructures, 'structure')} were kept for a test.` : '';
  return htmlDocument(
    `Model selection: ${report.title}`,
    html`<header><div class="title"><h1>Which expansion?</h1></div>
<p class="subtitle">${report.title} · ${plural(report.structures, 'training structure')}, ${plural(candidates.length, 'candidate')} · ${moment(report.generated)}</p>
${notice('good', html`<p><b>Recommended: ${recommended}</b></p><ul>${report.reasons.map((r) => html`<li>${typeset(r)}</li>`)}</ul>`)}
</header>
<section><h2>Candidates</h2>
<p>${typeset(`Log evidence: how probable the training forces are under the expansion and its prior, whatever its parameters; on one training set it pays for every parameter. Left out: RMSE of each structure predicted by the fit without it. γ: parameters that the data determine. The cost of an MD step, forces and ε_B, was measured where this was run.${tests}`)}</p>
${candidatesTable(report)}
${report.agreement === null ? null : html`<p>${report.agreement}</p>`}
</section>
<section><h2>Figures</h2>
${figure(costFigure(candidates, recommended), 'Figure 1. Error against cost.', 'RMSE of structures left out against the time of one MD step with its ε_B.')}
${figure(evidenceFigure(candidates, recommended), 'Figure 2. Evidence against error.', 'Log evidence against RMSE: of structures left out (full) and of the test set (rings). A falling cloud says that both order the candidates alike.')}
</section>
<footer>Made by Anharmony ${report.version}.</footer>`,
  );
}

function candidatesTable({ candidates, recommended, testStructures }: SelectionReport): Html {
  const best = candidates[0].logEvidence;
  const rows = candidates.map((c) => ({
    cells: [
      c.cutoffs,
      c.prior,
      count(c.parameters),
      fixed(c.effectiveParameters, 1),
      fixed(c.logEvidence, 1),
      fixed(c.logEvidence - best, 1),
      mev(c.fittingError),
      mev(c.leftOutRmse),
      ...(testStructures > 0 ? [mev(c.testRmse)] : []),
      `${significant(1e3 * c.stepSeconds, 2)} ms`,
      c.name === recommended ? tag('recommended', 'good') : '',
    ],
  }));
  return table(
    [
      { title: 'Cutoffs', unit: 'Å' },
      { title: 'Prior' },
      { title: 'Parameters', number: true },
      { title: 'γ', number: true },
      { title: 'ln evidence', number: true },
      { title: 'to the first', number: true },
      { title: 'β^{-1/2}', unit: 'meV/Å', number: true },
      { title: 'Left out', unit: 'meV/Å', number: true },
      ...(testStructures > 0 ? [{ title: 'Test', unit: 'meV/Å', number: true }] : []),
      { title: 'MD step', number: true },
      { title: '' },
    ],
    rows,
    true,
  );
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly colour: string;
  readonly best: boolean;
}

function costFigure(candidates: readonly SelectionRow[], recommended: string): string {
  const points = candidates.flatMap((c): Point[] =>
    c.leftOutRmse === null
      ? []
      : [
          {
            x: 1e3 * c.stepSeconds,
            y: toMev(c.leftOutRmse),
            colour: orderColour(highestOrder(c)),
            best: c.name === recommended,
          },
        ],
  );
  if (points.length === 0) return emptyFigure('No structure was left out.');
  const low = points.reduce((a, p) => Math.min(a, p.x), Number.POSITIVE_INFINITY) / 1.3;
  const high = points.reduce((a, p) => Math.max(a, p.x), 0) * 1.3;
  return scatter(
    points,
    candidates,
    {
      type: 'log' as const,
      domain: [low, high],
      label: axisLabel('MD step', 'ms'),
      tickFormat: logTick,
      ...logTicks(low, high),
    },
    axisLabel('Left-out RMSE', 'meV/Å'),
  );
}

function evidenceFigure(candidates: readonly SelectionRow[], recommended: string): string {
  const best = candidates[0].logEvidence;
  const points = (of: (c: SelectionRow) => number | null): Point[] =>
    candidates.flatMap((c) => {
      const error = of(c);
      if (error === null) return [];
      return [
        {
          x: c.logEvidence - best,
          y: toMev(error),
          colour: orderColour(highestOrder(c)),
          best: c.name === recommended,
        },
      ];
    });
  const leftOut = points((c) => c.leftOutRmse);
  if (leftOut.length === 0) return emptyFigure('No structure was left out.');
  return scatter(
    leftOut,
    candidates,
    { label: 'Log evidence, to the largest' },
    axisLabel('RMSE', 'meV/Å'),
    points((c) => c.testRmse),
  );
}

function scatter(
  points: readonly Point[],
  candidates: readonly SelectionRow[],
  x: object,
  label: string,
  rings: readonly Point[] = [],
): string {
  const orders = [...new Set(candidates.map(highestOrder))].sort((a, b) => a - b);
  return draw(
    {
      height: 320,
      x: { labelAnchor: 'center', labelArrow: 'none', grid: true, ...x },
      y: { label, labelAnchor: 'center', labelArrow: 'none', grid: true, nice: true },
      color: { type: 'identity' },
      marks: [
        dot(rings, {
          x: 'x',
          y: 'y',
          r: 4.5,
          stroke: 'colour',
          fill: PALETTE.background,
          strokeWidth: 1.6,
        }),
        dot(points, { x: 'x', y: 'y', r: 4.5, fill: 'colour', fillOpacity: 0.85 }),
        text(
          points.filter((p) => p.best),
          { x: 'x', y: 'y', text: () => 'recommended', dy: -12, fill: 'currentColor', textAnchor: 'middle' },
        ),
      ],
    },
    `${plural(points.length, 'candidate')}`,
    orders.map((order) => ({ label: `to order ${order}`, colour: orderColour(order), mark: 'dot' as const })),
  );
}

/** `2:5.4,3:4` goes to order 3. */
function highestOrder({ cutoffs }: SelectionRow): number {
  return cutoffs.split(',').length + 1;
}
