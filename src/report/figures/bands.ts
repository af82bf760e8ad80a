import { areaY, lineX, lineY, ruleX, ruleY } from '@observablehq/plot';
import type { PhononStudy } from '../../forcefield/bands/phononStudy.js';
import { axisLabel } from './axis.js';
import { draw, type LegendEntry } from './draw.js';
import { PALETTE } from './palette.js';

type Bands = PhononStudy['bands'];

interface BandPoint {
  readonly distance: number;
  readonly frequency: number;
  readonly low: number;
  readonly high: number;
  /** Branch within a piece: one line of the figure. */
  readonly line: string;
}

/** Phonon bands along a path with their posterior error (16th to 84th percentile); imaginary frequencies below zero. */
export function bandsFigure(bands: Bands): string {
  const points = bands.flatMap(({ piece, table }, p) =>
    [...table.frequencies].map((frequency, k): BandPoint => {
      const line = `${p}:${k % table.branches}`;
      const distance = piece.distance[Math.floor(k / table.branches)];
      const { low, high } = table.spread ?? { low: table.frequencies, high: table.frequencies };
      return { distance, frequency, low: low[k], high: high[k], line };
    }),
  );
  const ticks = pathTicks(bands);
  const unstable = points.some((point) => point.low < -1e-2);
  const samples = bands[0].table.spread?.samples;
  return draw(
    {
      height: 400,
      x: {
        label: null,
        domain: [0, ticks[ticks.length - 1].distance],
        ticks: ticks.map((tick) => tick.distance),
        tickFormat: (distance: number) => ticks.find((tick) => tick.distance === distance)?.label ?? '',
        tickSize: 0,
      },
      y: frequencyAxis(points.map((point) => point.low).concat(points.map((point) => point.high))),
      marks: [
        ruleX(ticks, { x: 'distance', stroke: PALETTE.quiet, strokeOpacity: 0.5 }),
        ...(unstable ? [ruleY([0], { stroke: PALETTE.vermilion, strokeDasharray: '5 3' })] : []),
        areaY(points, {
          x: 'distance',
          y1: 'low',
          y2: 'high',
          z: 'line',
          fill: PALETTE.sky,
          fillOpacity: 0.4,
        }),
        lineY(points, { x: 'distance', y: 'frequency', z: 'line', stroke: PALETTE.blue, strokeWidth: 1.4 }),
      ],
    },
    `Phonon bands along ${ticks.map((tick) => tick.label).join(', ')}`,
    bandsLegend(samples),
  );
}

function bandsLegend(samples: number | undefined): LegendEntry[] {
  const mean: LegendEntry = { label: 'posterior mean', colour: PALETTE.blue, mark: 'line' };
  if (samples === undefined) return [{ ...mean, label: 'least squares' }];
  return [mean, { label: `68 % of ${samples} samples of the posterior`, colour: PALETTE.sky, mark: 'band' }];
}

/** Named points; where a piece ends and another begins they share a tick: `U|K`. */
function pathTicks(bands: Bands): readonly { readonly distance: number; readonly label: string }[] {
  const ticks = new Map<number, string[]>();
  for (const { label, distance } of bands.flatMap(({ piece }) => piece.labels)) {
    const there = ticks.get(distance) ?? [];
    if (!there.includes(label)) ticks.set(distance, [...there, label]);
  }
  return [...ticks].map(([distance, labels]) => ({ distance, label: labels.join('|') }));
}

/** Density of states against frequency. */
export function densityFigure({ density, mesh }: Pick<PhononStudy, 'density' | 'mesh'>): string {
  const points = [...density.frequency].map((frequency, i) => ({ frequency, density: density.density[i] }));
  return draw(
    {
      height: 260,
      x: { ...frequencyAxis([...density.frequency]), grid: false },
      y: {
        label: axisLabel('Modes per primitive cell', '1/THz'),
        labelAnchor: 'center',
        labelArrow: 'none',
        grid: true,
      },
      marks: [
        areaY(points, { x: 'frequency', y: 'density', fill: PALETTE.sky, fillOpacity: 0.25 }),
        lineX(points, { x: 'frequency', y: 'density', stroke: PALETTE.blue, strokeWidth: 1.6 }),
      ],
    },
    `Phonon density of states on a mesh of ${mesh.divisions.join('×')} points`,
  );
}

function frequencyAxis(values: readonly number[]) {
  const low = values.reduce((a, b) => Math.min(a, b), 0);
  const high = values.reduce((a, b) => Math.max(a, b), 0);
  return {
    label: axisLabel(low < -1e-2 ? 'Frequency, imaginary below 0' : 'Frequency', 'THz'),
    labelAnchor: 'center' as const,
    labelArrow: 'none' as const,
    domain: [low < -1e-2 ? 1.05 * low : 0, 1.05 * high],
    grid: true,
  };
}
