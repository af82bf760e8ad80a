import type { SettingValue } from '../../ladder.js';

/** Ha; ABINIT knows these units of energy. */
const UNITS: Readonly<Record<string, number>> = {
  ha: 1,
  hartree: 1,
  ry: 0.5,
  rydberg: 0.5,
  ev: 1 / 27.211386245988,
  k: 8.617333262e-5 / 27.211386245988,
};

const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[edq][-+]?\d+)?`;
const WORD = new RegExp(`^(?:\\d*\\*)?(?:${NUMBER}(?:/${NUMBER})?|sqrt\\(${NUMBER}\\))$`, 'i');

/** Whether a text is nothing but numbers in ABINIT's notation (`3*0.5`, `1/3`, `1.0d-8`), with one unit at its end at most. */
export function isValue(text: string): boolean {
  const words = text.trim().split(/\s+/);
  const last = words.at(-1)!.toLowerCase();
  const numbers = words.length > 1 && last in UNITS ? words.slice(0, -1) : words;
  return numbers.every((word) => WORD.test(word));
}

/** One number, energies in Ha; NaN for anything else. */
export function numberOf(value: SettingValue | undefined): number {
  if (typeof value !== 'string') return Number(value ?? Number.NaN);
  const [number, unit, ...more] = value.trim().toLowerCase().split(/\s+/);
  if (more.length > 0) return Number.NaN;
  const factor = unit === undefined ? 1 : (UNITS[unit] ?? Number.NaN);
  return factor * Number(number.replace(/[dq]/, 'e'));
}
