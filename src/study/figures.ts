import { dot, lineY, ruleY } from '@observablehq/plot';
import { axisLabel, dotScale, positiveAxis, toMev } from '../report/figures/axis.js';
import { draw, emptyFigure, type LegendEntry } from '../report/figures/draw.js';
import { PALETTE } from '../report/figures/palette.js';
import type { Course } from './course.js';
import type { FitPoint } from './fits.js';

/** Runs of one kind, one for each seed. */
export interface Series<Run> {
  readonly name: string;
  readonly runs: readonly Run[];
}

const COLOURS = [PALETTE.vermilion, PALETTE.blue, PALETTE.green, PALETTE.purple];

/** Test RMSE after each refit against MD time (the paper's Fig. 3), one line for each seed; `attainable` in eV/Å. */
export function rmseOverTime(series: readonly Series<Course>[], attainable: number): string {
  const points = flat(series, (course) =>
    course.points.map((p) => ({ x: p.time, y: toMev(p.rmse) })).concat(lastAt(course)),
  );
  return lines(points, series, {
    x: axisLabel('MD time', 'ps'),
    y: axisLabel('Test RMSE', 'meV/Å'),
    what: 'Test RMSE against MD time',
    attainable,
    steps: true,
  });
}

/** Structures taken from MD against MD time (the paper's Fig. 3). */
export function structuresOverTime(series: readonly Series<Course>[]): string {
  const points = flat(series, (course) => [
    ...course.points.map((p) => ({ x: p.time, y: taken(course, p.time) })),
    { x: course.time, y: taken(course, course.time) },
  ]);
  return lines(points, series, {
    x: axisLabel('MD time', 'ps'),
    y: 'Structures from MD',
    what: 'Structures taken from MD against MD time',
    steps: true,
    linear: true,
  });
}

/** Test RMSE against the batches of labels that have come in one after another, first those of MD. */
export function rmseOverBatches(series: readonly Series<Course>[], attainable: number): string {
  const points = flat(series, (course) =>
    course.points.filter((p) => p.fromMd > 0).map((p, k) => ({ x: k + 1, y: toMev(p.rmse) })),
  );
  return lines(points, series, {
    x: 'Batches of labels',
    y: axisLabel('Test RMSE', 'meV/Å'),
    what: 'Test RMSE against batches of labels',
    attainable,
  });
}

/** Test RMSE against the number of training structures for each prior. */
export function rmseOverStructures(
  series: readonly Series<readonly FitPoint[]>[],
  attainable: number,
): string {
  const points = flat(series, (curve) => curve.map((p) => ({ x: p.structures, y: toMev(p.rmse) })));
  return lines(points, series, {
    x: 'Structures from MD',
    y: axisLabel('Test RMSE', 'meV/Å'),
    what: 'Test RMSE against the number of training structures',
    attainable,
  });
}

/** Log evidence above that of the first series, on the same structures. */
export function evidenceOverStructures(series: readonly Series<readonly FitPoint[]>[]): string {
  const [first] = series;
  const above = series.map(({ name, runs }) => ({
    name,
    runs: runs.map((curve, run) =>
      curve.map((p, k) => ({ x: p.structures, y: p.logEvidence - first.runs[run][k].logEvidence })),
    ),
  }));
  return lines(
    flat(above, (curve) => curve),
    series,
    {
      x: 'Structures from MD',
      y: `ln p above ${first.name}`,
      what: `Log evidence above that of ${first.name}`,
      signed: true,
    },
  );
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly series: number;
  readonly run: string;
}

interface Axes {
  readonly x: string;
  readonly y: string;
  readonly what: string;
  /** eV/Å */
  readonly attainable?: number;
  /** What holds until the next refit. */
  readonly steps?: boolean;
  readonly linear?: boolean;
  readonly signed?: boolean;
}

function lines(points: readonly Point[], series: readonly Series<unknown>[], axes: Axes): string {
  const shown = points.filter((p) => Number.isFinite(p.y) && (axes.linear || axes.signed || p.y > 0));
  if (shown.length === 0) return emptyFigure('There is no test set to compare on.');
  const level = toMev(axes.attainable ?? Number.NaN);
  const values = [...shown.map((p) => p.y), ...(Number.isFinite(level) ? [level] : [])];
  const centred = { labelAnchor: 'center', labelArrow: 'none' } as const;
  const top = values.reduce((a, b) => Math.max(a, b), 0);
  const y = axes.signed
    ? { label: axes.y, nice: true }
    : axes.linear
      ? { label: axes.y, domain: [0, Math.max(1, top * 1.06)], nice: true }
      : positiveAxis(values, axes.y, 4);
  const right = shown.reduce((a, p) => Math.max(a, p.x), 0);
  const colour = (p: Point) => COLOURS[p.series % COLOURS.length];
  return draw(
    {
      height: 300,
      marginLeft: 68,
      x: { label: axes.x, domain: [0, right * 1.02 || 1], ...centred },
      y: { ...y, ...centred, grid: true },
      marks: [
        ...(Number.isFinite(level)
          ? [ruleY([level], { stroke: PALETTE.quiet, strokeDasharray: '5 3' })]
          : []),
        lineY(shown, {
          x: 'x',
          y: 'y',
          z: 'run',
          stroke: colour,
          strokeWidth: 1.6,
          ...(axes.steps ? { curve: 'step-after' as const } : {}),
        }),
        dot(shown, { x: 'x', y: 'y', r: 2.6 * dotScale(shown.length), fill: colour }),
      ],
    },
    axes.what,
    legend(series, Number.isFinite(level)),
  );
}

function legend(series: readonly Series<unknown>[], attainable: boolean): LegendEntry[] {
  const entries = series.map(
    ({ name }, k): LegendEntry => ({ label: name, colour: COLOURS[k % COLOURS.length], mark: 'line' }),
  );
  return attainable ? [...entries, { label: 'attainable', colour: PALETTE.quiet, mark: 'dashed' }] : entries;
}

function flat<Run>(
  series: readonly Series<Run>[],
  of: (run: Run) => readonly { readonly x: number; readonly y: number }[],
): Point[] {
  return series.flatMap(({ runs }, k) =>
    runs.flatMap((run, r) => of(run).map((p) => ({ ...p, series: k, run: `${k}:${r}` }))),
  );
}

/** The last force field holds to the end. */
function lastAt({ points, time }: Course): { readonly x: number; readonly y: number }[] {
  const last = points.at(-1);
  return last ? [{ x: time, y: toMev(last.rmse) }] : [];
}

/** Structures from MD that were in the training set by a time. */
function taken({ points }: Course, time: number): number {
  return points.findLast((p) => p.time <= time)?.fromMd ?? 0;
}
