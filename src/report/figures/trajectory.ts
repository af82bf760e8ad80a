import { areaY, dot, lineY, type Markish, ruleX } from '@observablehq/plot';
import { type EnvelopePoint, envelope } from '../envelope.js';
import type { RefitRecord, StructureRecord, WalkerTrace } from '../types.js';
import { axisLabel, dotScale, positiveAxis, toMev } from './axis.js';
import { draw, emptyFigure, type LegendEntry } from './draw.js';
import { PALETTE } from './palette.js';

/** Stretches of time that a figure can tell apart. */
const STRETCHES = 500;
const HEIGHT = 290;
/** Above and below the frame, px. */
const MARGINS = 66;

/**
 * The paper's Fig. 2 for one walker: ε_B (thinned to its extremes), μ_k with the band ±σ_k, the threshold, and where
 * structures were taken and the force field was replaced.
 */
export function trajectoryFigure(
  trace: WalkerTrace,
  structures: readonly StructureRecord[],
  refits: readonly RefitRecord[],
): string {
  const points = envelope(trace, STRETCHES);
  if (points.length === 0) return emptyFigure('No MD has been run yet.');
  const picks = picksOf(trace.walker, structures);
  const updates = refits.flatMap((refit) => refit.times[trace.walker - 1] ?? []);
  const y = positiveAxis(visibleValues(points, picks), axisLabel('Bayesian error ε_B', 'meV/Å'));
  const floor = (y.domain as number[])[0];
  return draw(
    {
      height: HEIGHT,
      x: { label: axisLabel('MD time', 'ps'), labelAnchor: 'center', labelArrow: 'none' },
      y: { ...y, labelAnchor: 'center', labelArrow: 'none', grid: true },
      marks: [updateMarks(updates), errorMarks(points), windowMarks(points, floor), pickMarks(picks)],
    },
    `ε_B of walker ${trace.walker} along ${trace.time[trace.time.length - 1]} ps of MD with ${picks.length} structures taken`,
    legendOf(points, picks, updates),
  );
}

/** Beyond this the verticals of refits would hide the curves: short strokes at the upper edge instead. */
const MOST_VERTICALS = 40;

function updateMarks(updates: readonly number[]): Markish {
  const style = { stroke: PALETTE.quiet, strokeWidth: 1 };
  if (updates.length > MOST_VERTICALS) return ruleX(updates, { ...style, insetBottom: HEIGHT - MARGINS - 9 });
  return ruleX(updates, { ...style, strokeOpacity: 0.75, strokeDasharray: '2 3' });
}

interface DrawnPick {
  readonly time: number;
  readonly error: number;
  readonly rule: string;
}

function picksOf(walker: number, structures: readonly StructureRecord[]): readonly DrawnPick[] {
  return structures.flatMap(({ pick }) =>
    pick !== null && pick.walker === walker
      ? [{ time: pick.time, error: toMev(pick.error), rule: pick.rule }]
      : [],
  );
}

function visibleValues(points: readonly EnvelopePoint[], picks: readonly DrawnPick[]): number[] {
  const values = points.flatMap((p) => [toMev(p.low), toMev(p.high), toMev(p.threshold)]);
  return [...values, ...picks.map((pick) => pick.error)];
}

function errorMarks(points: readonly EnvelopePoint[]): Markish[] {
  const thinned = points.some((p) => p.high > p.low);
  const style = { x: 'time', curve: 'linear' as const };
  const band = areaY(points, {
    ...style,
    y1: (p: EnvelopePoint) => toMev(p.low),
    y2: (p: EnvelopePoint) => toMev(p.high),
    fill: PALETTE.quiet,
    fillOpacity: 0.35,
  });
  const line = lineY(points, {
    ...style,
    y: (p: EnvelopePoint) => toMev(p.error),
    stroke: PALETTE.quiet,
    strokeWidth: 1,
  });
  return thinned ? [band] : [line];
}

function windowMarks(points: readonly EnvelopePoint[], floor: number): Markish[] {
  const lower = (p: EnvelopePoint) => Math.max(floor, toMev(p.mean - p.deviation));
  return [
    areaY(points, {
      x: 'time',
      y1: lower,
      y2: (p: EnvelopePoint) => toMev(p.mean + p.deviation),
      fill: PALETTE.blue,
      fillOpacity: 0.28,
    }),
    lineY(points, {
      x: 'time',
      y: (p: EnvelopePoint) => toMev(p.mean),
      stroke: PALETTE.blue,
      strokeWidth: 2,
    }),
    lineY(points, {
      x: 'time',
      y: (p: EnvelopePoint) => toMev(p.threshold),
      stroke: PALETTE.amber,
      strokeWidth: 1.5,
      strokeDasharray: '5 3',
    }),
  ];
}

function pickMarks(picks: readonly DrawnPick[]): Markish[] {
  const place = { x: 'time', y: 'error' };
  const scale = dotScale(picks.length);
  const criterion = picks.filter((pick) => !isExceptional(pick.rule) && pick.rule !== 'stall');
  return [
    dot(criterion, {
      ...place,
      r: 4.2 * scale,
      fill: PALETTE.vermilion,
      stroke: PALETTE.background,
      strokeWidth: 0.8,
    }),
    dot(
      picks.filter((pick) => pick.rule === 'stall'),
      { ...place, r: 4 * scale, fill: PALETTE.background, stroke: PALETTE.vermilion, strokeWidth: 1.7 },
    ),
    dot(
      picks.filter((pick) => isExceptional(pick.rule)),
      {
        ...place,
        r: 5.5 * scale,
        symbol: 'triangle',
        fill: PALETTE.purple,
        stroke: PALETTE.background,
        strokeWidth: 0.8,
      },
    ),
  ];
}

function isExceptional(rule: string): boolean {
  return rule === 'wreck' || rule === 'person';
}

function legendOf(
  points: readonly EnvelopePoint[],
  picks: readonly DrawnPick[],
  updates: readonly number[],
): LegendEntry[] {
  const thinned = points.some((p) => p.high > p.low);
  const entries: (LegendEntry | false)[] = [
    {
      label: thinned ? 'ε_B (smallest to largest)' : 'ε_B',
      colour: PALETTE.quiet,
      mark: thinned ? 'band' : 'line',
    },
    points.some((p) => Number.isFinite(p.mean)) && { label: 'μ_k', colour: PALETTE.blue, mark: 'line' },
    points.some((p) => Number.isFinite(p.deviation)) && {
      label: 'μ_k ± σ_k',
      colour: PALETTE.blue,
      mark: 'band',
    },
    points.some((p) => Number.isFinite(p.threshold)) && {
      label: 'threshold',
      colour: PALETTE.amber,
      mark: 'dashed',
    },
    picks.some((p) => !isExceptional(p.rule) && p.rule !== 'stall') && {
      label: 'taken: criterion',
      colour: PALETTE.vermilion,
      mark: 'dot',
    },
    picks.some((p) => p.rule === 'stall') && {
      label: 'taken: stall rule',
      colour: PALETTE.vermilion,
      mark: 'ring',
    },
    picks.some((p) => isExceptional(p.rule)) && {
      label: 'taken: wreck or person',
      colour: PALETTE.purple,
      mark: 'triangle',
    },
    updates.length > 0 && { label: 'refit', colour: PALETTE.quiet, mark: 'tick' },
  ];
  return entries.filter((entry) => entry !== false);
}
