import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  count,
  duration,
  fixed,
  forceError,
  mev,
  moment,
  percent,
  picoseconds,
  plural,
  significant,
} from '../../src/report/numbers.js';

describe('force errors', () => {
  it.each([
    [0.01039, '10.4'],
    [0.000215, '0.215'],
    [0.00999949, '10.0'],
    [0.0463, '46.3'],
    [0.40512, '405'],
    [1.2399, '1,240'],
    [0, '0'],
    [null, '–'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('%s eV/Å reads %s meV/Å', (value, text) => {
    expect(mev(value)).toBe(text);
  });

  it('carry their unit only where there is a number', () => {
    expect(forceError(0.0101)).toBe('10.1 meV/Å');
    expect(forceError(null)).toBe('–');
  });

  it('lose nothing but digits: reading one back is within half of its last digit', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 9.9e5, noNaN: true }), (value) => {
        const back = Number(significant(value, 3).replace(/,/g, ''));
        expect(Math.abs(back - value)).toBeLessThanOrEqual(0.005 * value * 1.001);
      }),
    );
  });
});

describe('other numbers', () => {
  it.each([
    [0.00083, '0.00083 s'],
    [0.85, '0.85 s'],
    [0.9999, '1.0 s'],
    [9.96, '10 s'],
    [59.7, '1 min 00 s'],
    [185, '3 min 05 s'],
    [3599.6, '1 h 00 min'],
    [8040, '2 h 14 min'],
    [273_600, '3 d 4 h'],
  ])('%s s is %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it('has picoseconds, per cent, counts, negative numbers and dates', () => {
    expect(picoseconds(0.004)).toBe('0.004 ps');
    expect(picoseconds(32.414)).toBe('32.41 ps');
    expect(picoseconds(1500)).toBe('1,500.0 ps');
    expect(percent(0.0314)).toBe('3.1 %');
    expect(percent(-0.176)).toBe('−18 %');
    expect(percent(-0.0001)).toBe('0.0 %');
    expect(count(1_234_567)).toBe('1,234,567');
    expect(fixed(-1234.5, 2)).toBe('−1,234.50');
    expect(plural(1, 'structure')).toBe('1 structure');
    expect(plural(0, 'structure')).toBe('0 structures');
    expect(significant(1.234e-7, 3)).toBe('1.23e−7');
    expect(moment('2025-06-03T09:41:12Z')).toBe('2025-06-03 09:41 UTC');
    expect(moment('yesterday')).toBe('yesterday');
  });
});
