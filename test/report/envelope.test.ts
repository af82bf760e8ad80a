import { describe, expect, it } from 'vitest';
import { envelope } from '../../src/report/envelope.js';
import { sampleTrace } from './sample.js';

describe('envelope', () => {
  it('keeps a short trace as it is', () => {
    const trace = sampleTrace(1, 50);
    const points = envelope(trace, 500);
    expect(points.map((p) => p.error)).toEqual([...trace.error]);
    expect(points.map((p) => p.time)).toEqual([...trace.time]);
    expect(points.every((p) => p.low === p.high)).toBe(true);
  });

  it('loses no peak of a million samples', () => {
    const trace = sampleTrace(1, 1_000_000);
    trace.error[654_321] = 0.5;
    trace.error[123_456] = 0.0001;
    const points = envelope(trace, 500);
    expect(points.length).toBe(500);
    expect(Math.max(...points.map((p) => p.high))).toBe(0.5);
    expect(Math.min(...points.map((p) => p.low))).toBe(0.0001);
    expect(points.every((p) => p.low <= p.error && p.error <= p.high)).toBe(true);
  });

  it('leaves out what is not finite and averages the rest', () => {
    const trace = sampleTrace(1, 4);
    trace.error[1] = Number.NaN;
    trace.error[3] = Number.POSITIVE_INFINITY;
    expect(envelope(trace, 100)).toHaveLength(2);
    const [joined] = envelope(trace, 1);
    expect(joined.error).toBeCloseTo((trace.error[0] + trace.error[2]) / 2, 15);
    expect(joined.high).toBe(Math.max(trace.error[0], trace.error[2]));
    expect(joined.threshold).toBeNaN();
  });

  it('survives an empty trace and one that stands still', () => {
    expect(envelope(sampleTrace(1, 0), 10)).toEqual([]);
    const still = { ...sampleTrace(1, 20), time: new Float64Array(20) };
    expect(envelope(still, 10).length).toBe(20);
  });
});
