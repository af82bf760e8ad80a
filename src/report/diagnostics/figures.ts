import { dot, line, lineY, rect, rectY, ruleX, ruleY } from '@observablehq/plot';
import type { Calibration } from '../../regression/metrics.js';
import { axisLabel, positiveAxis, toMev } from '../figures/axis.js';
import { draw, emptyFigure } from '../figures/draw.js';
import { PALETTE } from '../figures/palette.js';
import { histogram } from '../figures/zHistogram.js';
import { fixed, plural } from '../numbers.js';

/** Cells along each side of a parity plot. */
const CELLS = 80;
/** Fewer points than this are drawn one by one. */
const DOTS = 800;

/** Predicted against reference force components, eV/Å; many points as cells, darker where there are more. */
export function parityFigure(reference: Float64Array, predicted: Float64Array): string {
  if (reference.length === 0) return emptyFigure('No forces.');
  let edge = 0;
  for (const values of [reference, predicted]) for (const v of values) edge = Math.max(edge, Math.abs(v));
  edge *= 1.02;
  const axis = {
    domain: [-edge, edge],
    labelAnchor: 'center' as const,
    labelArrow: 'none' as const,
    grid: true,
  };
  const ends = [-edge, edge].map((value) => ({ value }));
  const cells =
    reference.length < DOTS
      ? dot(
          Array.from(reference, (x, i) => ({ x, y: predicted[i] })),
          { x: 'x', y: 'y', r: 2, fill: PALETTE.blue, fillOpacity: 0.6 },
        )
      : rect(cellsOf(reference, predicted, edge), {
          x1: 'x1',
          x2: 'x2',
          y1: 'y1',
          y2: 'y2',
          fill: PALETTE.blue,
          fillOpacity: 'weight',
        });
  return draw(
    {
      width: 520,
      height: 450,
      x: { ...axis, label: axisLabel('Reference force component', 'eV/Å') },
      y: { ...axis, label: axisLabel('Predicted', 'eV/Å') },
      // Opacities are given as they are drawn.
      opacity: { type: 'identity' },
      marks: [
        line(ends, {
          x: 'value',
          y: 'value',
          stroke: PALETTE.quiet,
          strokeDasharray: '5 3',
          strokeWidth: 1.3,
        }),
        cells,
      ],
    },
    `Predicted against reference force of ${plural(reference.length, 'component')}`,
    [{ label: 'equal', colour: PALETTE.quiet, mark: 'dashed' }],
  );
}

interface ParityCell {
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
  /** Opacity, by the logarithm of the number of points. */
  readonly weight: number;
}

function cellsOf(reference: Float64Array, predicted: Float64Array, edge: number): ParityCell[] {
  const counts = new Float64Array(CELLS * CELLS);
  const place = (value: number) =>
    Math.min(CELLS - 1, Math.max(0, Math.floor(((value + edge) / (2 * edge)) * CELLS)));
  reference.forEach((x, i) => {
    counts[place(predicted[i]) * CELLS + place(x)]++;
  });
  const most = Math.log1p(counts.reduce((a, b) => Math.max(a, b)));
  const at = (k: number) => Number(((2 * edge * k) / CELLS - edge).toPrecision(6));
  const cells: ParityCell[] = [];
  counts.forEach((count, k) => {
    if (count === 0) return;
    const [row, column] = [Math.floor(k / CELLS), k % CELLS];
    const weight = Number((0.25 + (0.75 * Math.log1p(count)) / most).toFixed(2));
    cells.push({ x1: at(column), x2: at(column + 1), y1: at(row), y2: at(row + 1), weight });
  });
  return cells;
}

/** |z| beyond this is drawn at it. */
const EDGE = 5;

/** Distribution of z = (f − F)/σ over force components beside the normal one that it should be. */
export function calibrationHistogram({ z, rms }: Calibration): string {
  const bins = histogram(z.map((value) => Math.max(-EDGE, Math.min(EDGE - 1e-9, value))));
  if (bins.length === 0) return emptyFigure('No forces.');
  const curve = Array.from({ length: 101 }, (_, i) => {
    const x = -EDGE + (2 * EDGE * i) / 100;
    return { z: x, density: Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI) };
  });
  return draw(
    {
      height: 260,
      x: {
        label: 'z = (f − F)/σ',
        labelAnchor: 'center',
        labelArrow: 'none',
        domain: [-EDGE - 0.1, EDGE + 0.1],
      },
      y: { label: 'Probability density', labelAnchor: 'center', labelArrow: 'none', grid: true },
      marks: [
        rectY(bins, {
          x1: 'from',
          x2: 'to',
          y: 'density',
          fill: PALETTE.blue,
          fillOpacity: 0.55,
          insetLeft: 0.5,
          insetRight: 0.5,
        }),
        lineY(curve, { x: 'z', y: 'density', stroke: PALETTE.vermilion, strokeWidth: 2 }),
        ruleY([0]),
      ],
    },
    `Histogram of z with root mean square ${fixed(rms, 2)}`,
    [
      { label: `z, root mean square ${fixed(rms, 2)}`, colour: PALETTE.blue, mark: 'band' },
      { label: 'normal distribution', colour: PALETTE.vermilion, mark: 'line' },
    ],
  );
}

/** A structure in the figure below. */
export interface NamedCheck {
  readonly number: number;
  readonly leftOut: number;
  readonly expected: number;
  readonly suspect: boolean;
}

/** Left-out residual of each structure beside what the fit without it expected, eV/Å. */
export function leftOutFigure(checks: readonly NamedCheck[]): string {
  if (checks.length === 0) return emptyFigure('No structures.');
  const drawn = checks.map((check) => ({
    ...check,
    leftOut: toMev(check.leftOut),
    expected: toMev(check.expected),
  }));
  const y = positiveAxis(
    drawn.flatMap((c) => [c.leftOut, c.expected]),
    axisLabel('rms residual', 'meV/Å'),
  );
  const numbers = drawn.map((c) => c.number);
  return draw(
    {
      height: 280,
      x: {
        label: 'Structure',
        labelAnchor: 'center',
        labelArrow: 'none',
        domain: [Math.min(...numbers) - 0.5, Math.max(...numbers) + 0.5],
        tickFormat: (value: number) => (Number.isInteger(value) ? String(value) : ''),
      },
      y: { ...y, labelAnchor: 'center', labelArrow: 'none', grid: true },
      marks: [
        ruleX(drawn, {
          x: 'number',
          y1: 'expected',
          y2: 'leftOut',
          stroke: PALETTE.quiet,
          strokeOpacity: 0.6,
        }),
        dot(drawn, {
          x: 'number',
          y: 'expected',
          r: 3,
          fill: PALETTE.background,
          stroke: PALETTE.blue,
          strokeWidth: 1.4,
        }),
        dot(drawn, {
          x: 'number',
          y: 'leftOut',
          r: (c: NamedCheck) => (c.suspect ? 5 : 3),
          fill: (c: NamedCheck) => (c.suspect ? PALETTE.vermilion : PALETTE.green),
        }),
      ],
      r: { type: 'identity' },
      color: { type: 'identity' },
    },
    `Left-out residuals of ${plural(checks.length, 'structure')}`,
    [
      { label: 'found', colour: PALETTE.green, mark: 'dot' },
      { label: 'expected', colour: PALETTE.blue, mark: 'ring' },
      ...(checks.some((c) => c.suspect)
        ? [{ label: 'suspect', colour: PALETTE.vermilion, mark: 'dot' } as const]
        : []),
    ],
  );
}
