import { areaY, dot, line } from '@observablehq/plot';
import type { StructureRecord } from '../types.js';
import { axisLabel, logTick, logTicks, toMev } from './axis.js';
import { draw, emptyFigure } from './draw.js';
import { PALETTE } from './palette.js';

interface Check {
  readonly predicted: number;
  readonly found: number;
  readonly fromMd: boolean;
}

/** Structures whose label could be compared with a prediction, meV/Å. */
export function calibrationChecks(structures: readonly StructureRecord[]): readonly Check[] {
  return structures.flatMap(({ check, group }) =>
    check !== null && check.predicted > 0 && check.found > 0
      ? [{ predicted: toMev(check.predicted), found: toMev(check.found), fromMd: group === 'MD' }]
      : [],
  );
}

/** Root mean square of found/predicted over the structures from MD: above 1 the model is over-confident; null where there are none. */
export function calibrationRatio(structures: readonly StructureRecord[]): number | null {
  const ratios = calibrationChecks(structures)
    .filter((check) => check.fromMd)
    .map(({ predicted, found }) => found / predicted);
  if (ratios.length === 0) return null;
  return Math.sqrt(ratios.reduce((sum, ratio) => sum + ratio * ratio, 0) / ratios.length);
}

/** Every new label as a check: the rms residual before the refit against the predicted sqrt(β⁻¹ + ε_B²). */
export function calibrationFigure(structures: readonly StructureRecord[]): string {
  const checks = calibrationChecks(structures);
  if (checks.length === 0) return emptyFigure('No label has been compared with a prediction yet.');
  const all = checks.flatMap((check) => [check.predicted, check.found]);
  const low = all.reduce((a, b) => Math.min(a, b)) / 1.3;
  const high = all.reduce((a, b) => Math.max(a, b)) * 1.3;
  // The band's edges bend where they leave the frame: points there keep them parallel to the diagonal.
  const ends = [low, low * 1.15, high / 1.15, high].map((predicted) => ({ predicted, found: predicted }));
  const axis = {
    type: 'log' as const,
    domain: [low, high],
    tickFormat: logTick,
    ...logTicks(low, high),
    labelAnchor: 'center' as const,
    labelArrow: 'none' as const,
    grid: true,
  };
  return draw(
    {
      width: 520,
      height: 430,
      x: { ...axis, label: axisLabel('Predicted sqrt(β⁻¹ + ε_B²)', 'meV/Å') },
      y: { ...axis, label: axisLabel('Found rms residual', 'meV/Å') },
      marks: [
        areaY(ends, {
          x: 'predicted',
          y1: (p: { found: number }) => Math.max(low, p.found / 1.15),
          y2: (p: { found: number }) => Math.min(high, p.found * 1.15),
          fill: PALETTE.quiet,
          fillOpacity: 0.16,
        }),
        line(ends, {
          x: 'predicted',
          y: 'found',
          stroke: PALETTE.quiet,
          strokeWidth: 1.5,
          strokeDasharray: '5 3',
        }),
        dot(
          checks.filter((c) => !c.fromMd),
          {
            x: 'predicted',
            y: 'found',
            r: 4,
            fill: PALETTE.background,
            stroke: PALETTE.blue,
            strokeWidth: 1.6,
          },
        ),
        dot(
          checks.filter((c) => c.fromMd),
          { x: 'predicted', y: 'found', r: 4, fill: PALETTE.vermilion, fillOpacity: 0.9 },
        ),
      ],
    },
    `Predicted against found force error of ${checks.length} labels`,
    [
      ...(checks.some((c) => c.fromMd)
        ? [{ label: 'from MD', colour: PALETTE.vermilion, mark: 'dot' } as const]
        : []),
      ...(checks.some((c) => !c.fromMd)
        ? [{ label: 'initial', colour: PALETTE.blue, mark: 'ring' } as const]
        : []),
      { label: 'equal, ± 15 %', colour: PALETTE.quiet, mark: 'dashed' },
    ],
  );
}
