import type { ScaleOptions } from '@observablehq/plot';
import { TO_MEV } from '../../units.js';

/** eV/Å to meV/Å where finite, otherwise NaN (a gap in a line). */
export function toMev(error: number | null): number {
  return error !== null && Number.isFinite(error) ? error * TO_MEV : Number.NaN;
}

/**
 * Axis for positive values: linear from zero, logarithmic where the largest is more than `ratio` times the smallest
 * (a few large values early in a campaign would flatten everything after). Values that are not finite are ignored.
 */
export function positiveAxis(values: readonly number[], label: string, ratio = 12): ScaleOptions {
  const finite = values.filter((value) => Number.isFinite(value) && value > 0);
  if (finite.length === 0) return { label, domain: [0, 1] };
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = finite.reduce((a, b) => Math.max(a, b));
  if (high > ratio * low) {
    return {
      label,
      type: 'log',
      domain: [low / 1.15, high * 1.15],
      tickFormat: logTick,
      ...logTicks(low / 1.15, high * 1.15),
    };
  }
  return { label, type: 'linear', domain: [0, high * 1.06], nice: true };
}

/** Ticks 1, 2, 5 of each decade; only powers of ten where there are many decades. */
export function logTicks(low: number, high: number): { readonly ticks: number[] } {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const decades = last - first;
  const steps = decades <= 3 ? [1, 2, 5] : [1];
  const stride = Math.max(1, Math.ceil(decades / 8));
  const ticks: number[] = [];
  for (let decade = first; decade <= last; decade += stride) {
    for (const step of steps) {
      const tick = Number(`${step}e${decade}`);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return { ticks };
}

/** `0.01`, `50`, `10⁻⁵`. */
export function logTick(value: number): string {
  if (value >= 1e-3 && value < 1e5) return String(value);
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  const mantissa = Math.round(value / Number(`1e${exponent}`));
  return `${mantissa === 1 ? '' : `${mantissa}·`}10${superscript(exponent)}`;
}

/** An integer in superscript: `⁻⁵`. */
export function superscript(value: number): string {
  return [...String(value)]
    .map((character) => (character === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(character)]))
    .join('');
}

/** Dots are made smaller where there are many. */
export function dotScale(dots: number): number {
  return dots <= 60 ? 1 : dots <= 150 ? 0.75 : 0.55;
}

/** Axis labels say what and in which unit; no arrows. */
export function axisLabel(quantity: string, unit: string): string {
  return `${quantity} (${unit})`;
}
