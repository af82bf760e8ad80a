import { dot, ruleX } from '@observablehq/plot';
import type { ForceConstantNorm } from '../types.js';
import { axisLabel, logTick, logTicks, superscript } from './axis.js';
import { draw, emptyFigure } from './draw.js';
import { orderColour } from './palette.js';

/** Orders present, ascending. */
export function ordersOf(norms: readonly ForceConstantNorm[]): readonly number[] {
  return [...new Set(norms.map((norm) => norm.order))].sort((a, b) => a - b);
}

/**
 * Frobenius norm of the force constants of each cluster orbit of one order against the cluster's size, logarithmic,
 * with one posterior standard deviation. Orbits whose norm is zero by symmetry or below 1e-9 of the largest are not drawn.
 */
export function forceConstantsFigure(norms: readonly ForceConstantNorm[], order: number): string {
  const drawn = visible(norms, order);
  if (drawn.length === 0) return emptyFigure(`Order ${order}: no force constants yet.`, NARROW);
  const low = drawn.reduce((value, p) => Math.min(value, p.norm), Number.POSITIVE_INFINITY) / 2;
  const high = drawn.reduce((value, p) => Math.max(value, p.norm), 0) * 1.6;
  const colour = orderColour(order);
  const bars = drawn.filter((p) => p.deviation !== null && p.deviation > 0);
  return draw(
    {
      width: NARROW,
      height: 270,
      marginTop: 10,
      x: {
        label: axisLabel('Cluster size', 'Å'),
        labelAnchor: 'center',
        labelArrow: 'none',
        domain: [0, sizeLimit(drawn)],
        ticks: 5,
      },
      y: {
        type: 'log',
        domain: [low, high],
        label: axisLabel('‖Φ‖', `eV/Å${superscript(order)}`),
        labelAnchor: 'center',
        labelArrow: 'none',
        grid: true,
        tickFormat: logTick,
        ...logTicks(low, high),
      },
      marks: [
        ruleX(bars, {
          x: 'size',
          y1: (p: ForceConstantNorm) => Math.max(low, p.norm - p.deviation!),
          y2: (p: ForceConstantNorm) => Math.min(high, p.norm + p.deviation!),
          stroke: colour,
          strokeOpacity: 0.55,
          strokeWidth: 1.4,
        }),
        dot(drawn, { x: 'size', y: 'norm', r: 3.4, fill: colour, fillOpacity: 0.7 }),
      ],
    },
    `Force constants of order ${order} against cluster size, ${drawn.length} orbits`,
    [
      {
        label: `order ${order}, ${drawn.length} ${drawn.length === 1 ? 'orbit' : 'orbits'}`,
        colour,
        mark: 'dot',
      },
    ],
  );
}

/** Three of these stand side by side. */
const NARROW = 310;

function visible(norms: readonly ForceConstantNorm[], order: number): readonly ForceConstantNorm[] {
  const own = norms.filter((p) => p.order === order && Number.isFinite(p.norm) && p.norm > 0);
  const largest = own.reduce((value, p) => Math.max(value, p.norm), 0);
  return own.filter((p) => p.norm > 1e-9 * largest);
}

function sizeLimit(drawn: readonly ForceConstantNorm[]): number {
  const largest = drawn.reduce((value, p) => Math.max(value, p.size), 0);
  return largest > 0 ? largest * 1.06 : 1;
}
