import { areaY, dot, lineY } from '@observablehq/plot';
import { expectedErrorInterval } from '../expectedError.js';
import type { RefitRecord } from '../types.js';
import { axisLabel, dotScale, positiveAxis, toMev } from './axis.js';
import { draw, emptyFigure, type LegendEntry } from './draw.js';
import { PALETTE } from './palette.js';

/** One refit on the axes of the figure: MD time in ps, errors in meV/Å (NaN where unknown). */
interface LearningPoint {
  readonly time: number;
  readonly fitting: number;
  readonly expected: number;
  readonly low: number;
  readonly high: number;
  readonly test: number;
  readonly counted: boolean;
  readonly total: number;
  readonly fromMd: number;
}

/** The paper's Fig. 3, upper part: β^{-1/2}, the expected RMSE with its interval and the test RMSE against MD time. */
export function learningFigure(refits: readonly RefitRecord[]): string {
  const points = refits.map(learningPoint);
  if (points.length === 0) return emptyFigure('Nothing has been fitted yet.');
  const values = points.flatMap((p) => [p.fitting, p.low, p.high, p.test]);
  return draw(
    {
      height: 290,
      x: timeAxis(points),
      y: {
        ...positiveAxis(values, axisLabel('Force error', 'meV/Å'), 5),
        labelAnchor: 'center',
        labelArrow: 'none',
        grid: true,
      },
      marks: [
        areaY(points, { x: 'time', y1: 'low', y2: 'high', fill: PALETTE.sky, fillOpacity: 0.25 }),
        lineY(points, {
          x: 'time',
          y: 'expected',
          stroke: PALETTE.sky,
          strokeWidth: 1.8,
          strokeDasharray: '5 3',
        }),
        lineY(points, { x: 'time', y: 'fitting', stroke: PALETTE.blue, strokeWidth: 2 }),
        dot(
          points.filter((p) => !p.counted),
          {
            x: 'time',
            y: 'fitting',
            r: 3.6 * dotScale(points.length),
            fill: PALETTE.background,
            stroke: PALETTE.blue,
            strokeWidth: 1.5,
          },
        ),
        dot(
          points.filter((p) => p.counted),
          { x: 'time', y: 'fitting', r: 3.8 * dotScale(points.length), fill: PALETTE.blue },
        ),
        dot(
          points.filter((p) => Number.isFinite(p.test)),
          {
            x: 'time',
            y: 'test',
            r: 4.2 * dotScale(points.length),
            symbol: 'diamond',
            fill: PALETTE.vermilion,
          },
        ),
      ],
    },
    `Fitting error, expected RMSE and test RMSE after each of ${points.length} refits`,
    learningLegend(points),
  );
}

/** The paper's Fig. 3, lower part: structures in the training set against MD time. */
export function structuresFigure(refits: readonly RefitRecord[]): string {
  const points = refits.map(learningPoint);
  if (points.length === 0) return emptyFigure('Nothing has been fitted yet.');
  const largest = points.reduce((high, p) => Math.max(high, p.total), 1);
  const step = { x: 'time', curve: 'step-after' as const };
  const grown = points.some((p) => p.fromMd !== p.total);
  return draw(
    {
      height: 190,
      x: timeAxis(points),
      y: {
        label: 'Structures',
        domain: [0, largest * 1.08],
        ticks: Math.min(6, largest),
        tickFormat: wholeTick,
        labelAnchor: 'center',
        labelArrow: 'none',
        grid: true,
      },
      marks: [
        lineY(grown ? points : [], {
          ...step,
          y: 'total',
          stroke: PALETTE.quiet,
          strokeWidth: 1.6,
          strokeDasharray: '5 3',
        }),
        lineY(points, { ...step, y: 'fromMd', stroke: PALETTE.green, strokeWidth: 2 }),
        dot(points, { x: 'time', y: 'fromMd', r: 2.8 * dotScale(points.length), fill: PALETTE.green }),
      ],
    },
    `Training structures after each of ${points.length} refits, ${points[points.length - 1].total} in the end`,
    [
      { label: 'from MD', colour: PALETTE.green, mark: 'line' },
      ...(grown
        ? [{ label: 'all in the training set', colour: PALETTE.quiet, mark: 'dashed' } as const]
        : []),
    ],
  );
}

function learningPoint(refit: RefitRecord): LearningPoint {
  const fromMd = refit.groups.MD ?? 0;
  const interval = refit.expectedRmse === null ? null : expectedErrorInterval(refit.expectedRmse, fromMd);
  return {
    time: refit.times.reduce((latest, time) => Math.max(latest, time), 0),
    fitting: toMev(refit.fittingError),
    expected: toMev(refit.expectedRmse),
    low: toMev(interval?.low ?? null),
    high: toMev(interval?.high ?? null),
    test: toMev(refit.test?.rmse ?? null),
    counted: refit.counted,
    total: Object.values(refit.groups).reduce((sum, n) => sum + n, 0),
    fromMd,
  };
}

function timeAxis(points: readonly LearningPoint[]) {
  const last = points.reduce((high, p) => Math.max(high, p.time), 0);
  return {
    label: axisLabel('MD time', 'ps'),
    labelAnchor: 'center' as const,
    labelArrow: 'none' as const,
    domain: [0, last > 0 ? last * 1.02 : 1],
  };
}

function wholeTick(value: number): string {
  return Number.isInteger(value) ? String(value) : '';
}

function learningLegend(points: readonly LearningPoint[]): LegendEntry[] {
  const entries: (LegendEntry | false)[] = [
    { label: 'β^{-1/2}', colour: PALETTE.blue, mark: 'line' },
    points.some((p) => p.counted) && { label: 'counted', colour: PALETTE.blue, mark: 'dot' },
    points.some((p) => !p.counted) && { label: 'not yet counted', colour: PALETTE.blue, mark: 'ring' },
    points.some((p) => Number.isFinite(p.expected)) && {
      label: 'expected RMSE',
      colour: PALETTE.sky,
      mark: 'dashed',
    },
    points.some((p) => Number.isFinite(p.low)) && {
      label: 'its interval',
      colour: PALETTE.sky,
      mark: 'band',
    },
    points.some((p) => Number.isFinite(p.test)) && {
      label: 'test RMSE',
      colour: PALETTE.vermilion,
      mark: 'diamond',
    },
  ];
  return entries.filter((entry) => entry !== false);
}
