import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText } from '../../src/numerics/canonical.js';
import { decodeFrame, encodeFrame, FrameError, float64Of, int32Of } from '../../src/numerics/frame.js';

const sample = () =>
  encodeFrame(
    'anharmony.test',
    2,
    { cutoffs: [8, 5], note: 'Å' },
    {
      positions: Float64Array.of(0, -0, 1 / 3, Number.NaN, Number.POSITIVE_INFINITY),
      sites: Int32Array.of(-1, 7, 2_147_483_647),
      odd: Uint8Array.of(1, 2, 3),
      single: Float32Array.of(1.5),
      none: new Float64Array(0),
    },
  );

function fault(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof FrameError) return error.fault;
    throw error;
  }
  return 'none';
}

describe('frame', () => {
  it('gives back what it was given, bit for bit', () => {
    const { version, header, arrays } = decodeFrame(sample(), 'anharmony.test', 2);
    expect(version).toBe(2);
    expect(header).toEqual({ cutoffs: [8, 5], note: 'Å' });
    expect(Object.keys(arrays)).toEqual(['none', 'odd', 'positions', 'single', 'sites']);
    expect(Object.is(arrays.positions[1], -0)).toBe(true);
    expect(arrays.positions).toEqual(Float64Array.of(0, -0, 1 / 3, Number.NaN, Number.POSITIVE_INFINITY));
    expect(arrays.sites).toEqual(Int32Array.of(-1, 7, 2_147_483_647));
    expect(arrays.odd).toEqual(Uint8Array.of(1, 2, 3));
    expect(arrays.single).toEqual(Float32Array.of(1.5));
    expect(arrays.none).toEqual(new Float64Array(0));
  });

  it('round-trips any arrays', () => {
    fc.assert(
      fc.property(fc.float64Array(), fc.int32Array(), fc.uint8Array(), fc.string(), (a, b, c, name) => {
        const frame = decodeFrame(encodeFrame('f', 1, null, { [`x${name}`]: a, b, c }), 'f', 1);
        expect(frame.arrays.b).toEqual(b);
        expect(frame.arrays.c).toEqual(c);
      }),
      { numRuns: 100 },
    );
  });

  it('has the same bytes whatever the order of keys and arrays', () => {
    const a = encodeFrame('f', 1, { a: 1, b: 2 }, { x: Float64Array.of(1), y: Int32Array.of(2) });
    const b = encodeFrame('f', 1, { b: 2, a: 1 }, { y: Int32Array.of(2), x: Float64Array.of(1) });
    expect(a).toEqual(b);
  });

  it('reads a Buffer at an odd offset of a larger one into copies', () => {
    const bytes = sample();
    const pool = Buffer.alloc(bytes.length + 13);
    pool.set(bytes, 13);
    const { arrays } = decodeFrame(pool.subarray(13), 'anharmony.test', 2);
    pool.fill(0);
    expect(arrays.positions[2]).toBe(1 / 3);
    expect(arrays.positions.byteOffset).toBe(0);
    expect(arrays.positions.buffer.byteLength).toBe(40);
  });

  it('writes only the part of the buffer that an array views', () => {
    const whole = Float64Array.of(1, 2, 3, 4);
    const frame = decodeFrame(encodeFrame('f', 1, {}, { part: whole.subarray(1, 3) }), 'f', 1);
    expect(frame.arrays.part).toEqual(Float64Array.of(2, 3));
  });

  it('detects truncation at every length and bytes that were added', () => {
    const bytes = sample();
    for (let length = 0; length < bytes.length; length++) {
      const seen = fault(() => decodeFrame(bytes.subarray(0, length), 'anharmony.test', 2));
      expect(['truncated', 'not-a-frame']).toContain(seen);
    }
    const longer = new Uint8Array(bytes.length + 8);
    longer.set(bytes);
    expect(fault(() => decodeFrame(longer, 'anharmony.test', 2))).toBe('malformed');
  });

  it('never throws anything but FrameError on damaged bytes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (position, flip) => {
        const bytes = sample();
        bytes[position % bytes.length] ^= flip;
        fault(() => decodeFrame(bytes, 'anharmony.test', 2));
      }),
      { numRuns: 500 },
    );
  });

  it('names other formats, newer versions and missing arrays', () => {
    expect(fault(() => decodeFrame(sample(), 'anharmony.other', 2))).toBe('other-format');
    expect(fault(() => decodeFrame(sample(), 'anharmony.test', 1))).toBe('newer-version');
    expect(fault(() => decodeFrame(new TextEncoder().encode('{"json": true}'), 'f', 1))).toBe('not-a-frame');
    const frame = decodeFrame(sample(), 'anharmony.test', 2);
    expect(float64Of(frame, 'positions')).toHaveLength(5);
    expect(int32Of(frame, 'sites')).toHaveLength(3);
    expect(fault(() => float64Of(frame, 'sites'))).toBe('missing-array');
    expect(fault(() => int32Of(frame, 'absent'))).toBe('missing-array');
    expect(fault(() => float64Of(frame, 'constructor'))).toBe('missing-array');
  });
});

describe('canonical JSON', () => {
  // RFC 8785, section 3.2.2 and 3.2.3: the specification's own example.
  it('gives the text of the RFC', () => {
    const value = {
      numbers: [JSON.parse('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalText(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it.each([
    ['a Map', { state: { walkers: new Map() } }, '$.state.walkers'],
    ['a typed array', { positions: Float64Array.of(1) }, '$.positions'],
    ['NaN', { a: [1, Number.NaN] }, '$.a[1]'],
    ['undefined in an array', [undefined], '$[0]'],
    ['a bigint', { n: 1n }, '$.n'],
    ['a Date', { at: new Date(0) }, '$.at'],
  ])('refuses %s and names its path', (_, value, path) => {
    expect(() => canonicalText(value)).toThrow(path);
  });

  it('leaves out undefined keys and refuses cycles', () => {
    expect(canonicalText({ b: 1, a: undefined })).toBe('{"b":1}');
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(() => canonicalText(cycle)).toThrow('$.self');
    const shared = { x: 1 };
    expect(canonicalText([shared, shared])).toBe('[{"x":1},{"x":1}]');
  });
});
