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
  /** `sites 4:2`; empty where nothing is chosen beyond the cutoffs. */
  readonly limits: string;
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
  readonly testStructures: number;
  /** How many of the training structures were left out one by one, and the seed that drew them where not all were. */
  readonly sample: { readonly leftOut: number; readonly structures: number; readonly seed: number };
  /** Largest evidence first. */
  readonly candidates: readonly SelectionRow[];
  /** Name of a candidate. */
  readonly recommended: string;
  readonly reasons: readonly string[];
  readonly agreement: string | null;
}

/** One page: which expansion the data are worth. */
export function renderSelectionReport(report: SelectionReport): string {
  const { candidates, recommended, sample } = report;
  const drawn =
    sample.leftOut < sample.structures
      ? ` (${sample.leftOut} of ${sample.structures}, drawn with seed ${sample.seed}, the same for every candidate)`
      : '';
  const tests =
    report.testStructures > 0 ? ` ${plural(report.testStructures, 'structure')} were kept for a test.` : '';
  return htmlDocument(
    `Model selection: ${report.title}`,
    html`<header><div class="title"><h1>Which expansion?</h1></div>
<p class="subtitle">${report.title} · ${plural(sample.structures, 'training structure')}, ${plural(candidates.length, 'candidate')} · ${moment(report.generated)}</p>
${notice('good', html`<p><b>Recommended: ${recommended}</b></p><ul>${report.reasons.map((r) => html`<li>${typeset(r)}</li>`)}</ul>`)}
</header>
<section><h2>Candidates</h2>
<p>${typeset(`Log evidence: how probable the training forces are under the expansion and its prior, whatever its parameters; on one training set it pays for every parameter. Left out: RMSE of each structure predicted by the fit without it${drawn}. γ: parameters that the data determine. The cost of an MD step, forces and ε_B, was measured where this was run.${tests}`)}</p>
${candidatesTable(report)}
${report.agreement === null ? null : html`<p>${report.agreement}</p>`}
</section>
<section><h2>Figures</h2>
${figure(costFigure(candidates, recommended), 'Figure 1. Error against cost.', 'RMSE of structures left out against the time of one MD step with its ε_B. Numbers are those of the table; squares have limits beyond their cutoffs.')}
${figure(evidenceFigure(candidates, recommended), 'Figure 2. Evidence against error.', 'Log evidence against RMSE: of structures left out (full) and of the test set (rings). A falling cloud says that both order the candidates alike.')}
</section>
<footer>Made by Anharmony ${report.version}.</footer>`,
  );
}

function candidatesTable({ candidates, recommended, testStructures }: SelectionReport): Html {
  const best = candidates[0].logEvidence;
  const limited = candidates.some((c) => c.limits !== '');
  const rows = candidates.map((c, k) => ({
    cells: [
      count(k + 1),
      c.cutoffs,
      ...(limited ? [c.limits] : []),
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
      { title: '#', number: true },
      { title: 'Cutoffs', unit: 'Å' },
      ...(limited ? [{ title: 'Limits' }] : []),
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
  /** Row of the table, from 1, and what is there. */
  readonly number: number;
  readonly name: string;
  readonly limited: boolean;
  readonly x: number;
  readonly y: number;
  readonly colour: string;
  readonly best: boolean;
}

/** A mark for each candidate whose error (eV/Å) is known. */
function pointsOf(
  candidates: readonly SelectionRow[],
  recommended: string,
  x: (c: SelectionRow) => number,
  error: (c: SelectionRow) => number | null,
): Point[] {
  return candidates.flatMap((c, k): Point[] => {
    const y = error(c);
    if (y === null) return [];
    const colour = orderColour(highestOrder(c));
    const { name } = c;
    const point = { x: x(c), y: toMev(y), colour, best: name === recommended };
    return [{ number: k + 1, name, limited: c.limits !== '', ...point }];
  });
}

function costFigure(candidates: readonly SelectionRow[], recommended: string): string {
  const points = pointsOf(
    candidates,
    recommended,
    (c) => 1e3 * c.stepSeconds,
    (c) => c.leftOutRmse,
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
  const points = (of: (c: SelectionRow) => number | null) =>
    pointsOf(candidates, recommended, (c) => c.logEvidence - best, of);
  const leftOut = points((c) => c.leftOutRmse);
  if (leftOut.length === 0) return emptyFigure('No structure was left out.');
  return scatter(
    leftOut,
    candidates,
    { label: 'Log evidence, to the largest' },
    axisLabel('RMSE', 'meV/Å'),
    points((c) => c.testRmse),
    'end',
  );
}

function scatter(
  points: readonly Point[],
  candidates: readonly SelectionRow[],
  x: object,
  label: string,
  rings: readonly Point[] = [],
  anchor: 'middle' | 'end' = 'middle',
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
          title: 'name',
          r: 4.5,
          stroke: 'colour',
          fill: PALETTE.background,
          strokeWidth: 1.6,
        }),
        ...[false, true].map((limited) =>
          dot(
            points.filter((p) => p.limited === limited),
            {
              x: 'x',
              y: 'y',
              title: 'name',
              symbol: limited ? 'square' : 'circle',
              r: 4.5,
              fill: 'colour',
              fillOpacity: 0.85,
            },
          ),
        ),
        text(points, { x: 'x', y: 'y', text: 'number', dx: 7, dy: 7, fontSize: 9.5, fill: 'currentColor' }),
        text(
          points.filter((p) => p.best),
          { x: 'x', y: 'y', text: () => 'recommended', dy: -12, fill: 'currentColor', textAnchor: anchor },
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
