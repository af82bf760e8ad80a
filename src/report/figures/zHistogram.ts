import { lineY, rectY, ruleY } from '@observablehq/plot';
import { fixed } from '../numbers.js';
import type { StandardisedError } from '../types.js';
import { draw, emptyFigure } from './draw.js';
import { PALETTE } from './palette.js';

/** One bar: the density of z_B between two edges. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly samples: number;
  readonly density: number;
}

/** The paper's Fig. 4: distribution of z_B = (ε_B − mean)/standard deviation beside a normal one. */
export function zHistogramFigure(data: StandardisedError | null): string {
  const bins = data === null ? [] : histogram(data.z);
  if (data === null || bins.length === 0) return emptyFigure('No production trajectory yet: z_B needs one.');
  const edge = Math.max(4, Math.abs(bins[0].from), Math.abs(bins[bins.length - 1].to));
  return draw(
    {
      height: 270,
      x: {
        label: 'z_B (standard deviations)',
        labelAnchor: 'center',
        labelArrow: 'none',
        domain: [-Math.min(edge, 4.5), edge],
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
        lineY(normalCurve(edge), { x: 'z', y: 'density', stroke: PALETTE.vermilion, strokeWidth: 2 }),
        ruleY([0]),
      ],
    },
    `Histogram of z_B with skewness ${fixed(data.skewness, 2)}`,
    [
      { label: `z_B, skewness ${fixed(data.skewness, 2)}`, colour: PALETTE.blue, mark: 'band' },
      { label: 'normal distribution', colour: PALETTE.vermilion, mark: 'line' },
    ],
  );
}

/** Equal bins over the finite values, about √n of them and none narrower than 0.1 standard deviations. */
export function histogram(z: Float64Array): readonly Bin[] {
  const values = z.filter((value) => Number.isFinite(value));
  if (values.length === 0) return [];
  const width = Math.max(0.1, 6 / Math.min(60, Math.ceil(Math.sqrt(values.length))));
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const first = Math.floor(low / width);
  const counts = new Array<number>(Math.floor(high / width) - first + 1).fill(0);
  for (const value of values) counts[Math.floor(value / width) - first]++;
  return counts.map((samples, i) => ({
    from: (first + i) * width,
    to: (first + i + 1) * width,
    samples,
    density: samples / (values.length * width),
  }));
}

function normalCurve(edge: number): { readonly z: number; readonly density: number }[] {
  const points = 121;
  const from = -Math.min(edge, 4.5);
  return Array.from({ length: points }, (_, i) => {
    const z = from + ((edge - from) * i) / (points - 1);
    return { z, density: Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) };
  });
}
