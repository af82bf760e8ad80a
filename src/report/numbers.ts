import { TO_MEV } from '../units.js';

/** Shown where a number is not known. */
export const UNKNOWN = '–';

/** eV/Å as meV/Å with three significant digits and no unit: `10.4`, `0.215`, `1,240`. */
export function mev(error: number | null | undefined): string {
  if (error === null || error === undefined || !Number.isFinite(error)) return UNKNOWN;
  return significant(error * TO_MEV, 3);
}

/** eV/Å as meV/Å with its unit. */
export function forceError(error: number | null | undefined): string {
  const value = mev(error);
  return value === UNKNOWN ? value : `${value} meV/Å`;
}

/** Fixed notation with so many significant digits; powers of ten outside 1e-4 … 1e6. */
export function significant(value: number, digits: number): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-4 || size >= 1e6) return minus(value.toExponential(digits - 1));
  // Rounding first: 9.996 has its digits counted as 10.0.
  const rounded = Number(value.toPrecision(digits));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(rounded))));
  return grouped(rounded.toFixed(decimals));
}

/** So many decimals, thousands grouped. */
export function fixed(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  return grouped(value.toFixed(decimals));
}

/** A whole number, thousands grouped by commas. */
export function count(value: number): string {
  return fixed(value, 0);
}

/** `1 structure`, `2 structures`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** MD time: `0.004 ps`, `5.12 ps`, `128.4 ps`. */
export function picoseconds(time: number | null | undefined): string {
  if (time === null || time === undefined || !Number.isFinite(time)) return UNKNOWN;
  return `${fixed(time, decimalsOfTime(time))} ps`;
}

function decimalsOfTime(time: number): number {
  const size = Math.abs(time);
  return size < 1 ? 3 : size < 100 ? 2 : 1;
}

/** Wall-clock: `0.85 s`, `42 s`, `3 min 05 s`, `2 h 14 min`, `3 d 4 h`. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return UNKNOWN;
  if (seconds < 0.9995) return `${significant(Math.max(0, seconds), 2)} s`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const total = Math.round(seconds);
  if (total < 60) return `${total} s`;
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return `${minutes} min ${pad(total % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${pad(minutes % 60)} min`;
  return `${count(Math.floor(hours / 24))} d ${hours % 24} h`;
}

/** A fraction as per cent: `3.1 %`, `18 %`. */
export function percent(fraction: number | null | undefined): string {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return UNKNOWN;
  const value = fraction * 100;
  return `${minus(value.toFixed(Math.abs(value) < 9.95 ? 1 : 0))} %`;
}

/** `10.0–12.1 meV/Å`, the ends in eV/Å. */
export function forceErrorInterval(interval: { readonly low: number; readonly high: number } | null): string {
  return interval === null ? UNKNOWN : `${mev(interval.low)}–${mev(interval.high)} meV/Å`;
}

/** ISO 8601 as `2025-06-01 12:30 UTC`; returned as it is where it is no date. */
export function moment(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

function grouped(text: string): string {
  const [whole, fraction] = text.split('.');
  const commas = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return minus(fraction === undefined ? commas : `${commas}.${fraction}`);
}

/** A real minus sign, and no negative zero. */
function minus(text: string): string {
  return text
    .replace(/^-(0(\.0*)?)$/, '$1')
    .replace(/^-/, '−')
    .replace('e-', 'e−');
}

/** Two temperatures as a range, e.g. `100–900`; one where they are equal. */
export function kelvinRange([low, high]: readonly [number, number]): string {
  return low === high ? fixed(low, 0) : `${fixed(low, 0)}–${fixed(high, 0)}`;
}
