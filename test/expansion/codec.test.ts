import { describe, expect, it } from 'vitest';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import { basisIdentity, decodeClusterSpace, encodeClusterSpace } from '../../src/expansion/codec.js';
import { canonicalText } from '../../src/numerics/canonical.js';
import { FrameError } from '../../src/numerics/frame.js';
import { exhaustiveSymmetry, silicon, tinSelenide, turned } from './crystals.js';

const space = buildClusterSpace(exhaustiveSymmetry(tinSelenide), { 2: 4, 3: 3.4, 4: 2.8 });
const bytes = encodeClusterSpace(space);

describe('a cluster space as bytes', () => {
  it('comes back as it was, bit for bit', () => {
    expect(decodeClusterSpace(bytes)).toEqual(space);
    expect(encodeClusterSpace(decodeClusterSpace(bytes))).toEqual(bytes);
  });

  it('survives the way to another thread', () => {
    expect(structuredClone(space)).toEqual(space);
  });

  it('is refused when it is cut short anywhere', () => {
    for (let k = 1; k <= 20; k++) {
      const part = bytes.slice(0, Math.floor((bytes.length * (k - 1)) / 20));
      expect(() => decodeClusterSpace(part)).toThrow(FrameError);
    }
  });

  it('is refused when its header promises other arrays', () => {
    const text = new TextDecoder('latin1').decode(bytes);
    const at = text.indexOf('"beforeSumRules":') + '"beforeSumRules":'.length;
    const changed = bytes.slice();
    changed[at] = changed[at] === 0x31 ? 0x32 : 0x31;
    expect(() => decodeClusterSpace(changed)).toThrow(FrameError);
  });
});

describe('the identity of a basis', () => {
  const identity = (...args: Parameters<typeof basisIdentity>) => canonicalText(basisIdentity(...args));
  const si = exhaustiveSymmetry(silicon);

  it('is plain JSON that depends on crystal, cutoffs and options, and on nothing else', () => {
    expect(identity(si, { 2: 4, 3: 3 })).toBe(identity(exhaustiveSymmetry(silicon), { 3: 3, 2: 4 }));
    const others = [
      identity(si, { 2: 4, 3: 3.1 }),
      identity(si, { 2: 4 }),
      identity(si, { 2: 4, 3: 3 }, { maximumSites: { 3: 2 } }),
      identity(si, { 2: 4, 3: 3 }, { pairCutoffs: { 3: { 'Si-Si': 2.5 } } }),
      identity(exhaustiveSymmetry(turned(silicon, [1, 0.1, 0, 0])), { 2: 4, 3: 3 }),
    ];
    expect(new Set([identity(si, { 2: 4, 3: 3 }), ...others]).size).toBe(6);
  });
});
