import type { Estimate, Forecast } from '../campaign/forecast.js';
import { duration } from './numbers.js';

/** E.g. `4 (2–9) more structures`. */
export function structuresLeft({ expected, low, high }: Estimate): string {
  if (expected === 0 && (high === null || high === 0)) return 'no more structures';
  const range = high === null ? '' : low === high ? '' : ` (${low}–${high})`;
  const least = high === null ? 'at least ' : '';
  return `${least}${expected}${range} more structure${expected === 1 && range === '' ? '' : 's'}`;
}

/** What convergence still needs, in one line; undefined where nothing can be told. */
export function forecastLine({ structures, seconds, exponent, limitFirst }: Forecast): string | undefined {
  if (structures === null) return undefined;
  const time = seconds === null ? '' : `, about ${duration(seconds.expected)}`;
  const fall = exponent === null ? '' : ` (ε_B falls as N^-${(exponent / 2).toFixed(2)})`;
  const limit = { time: '; limits.time comes first', structures: '; limits.structures comes first' };
  return `to convergence: ${structuresLeft(structures)}${time}${fall}${limitFirst === null ? '' : limit[limitFirst]}`;
}
