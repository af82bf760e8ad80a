import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashBytes } from '../../src/store/canonical.js';
import { MissingArtifactError } from '../../src/store/errors.js';
import type { Ref, Store } from '../../src/store/types.js';

export interface StoreUnderTest {
  readonly store: Store;
  /** Another handle on the same store, as a second process has it; absent where a store belongs to one process. */
  reopen?(): Promise<Store>;
  close(): Promise<void>;
}

const text = (s: string) => new TextEncoder().encode(s);

/** The laws of every store. */
export function storeConformance(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name}: laws of a store`, () => {
    let subject: StoreUnderTest;
    let store: Store;
    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });
    afterEach(() => subject.close());

    it('gives back what was put, and its address is the SHA-256 of the bytes', async () => {
      // FIPS 180-4, the one-block example "abc".
      const ref = await store.put('label', text('abc'));
      expect(ref).toEqual({
        kind: 'label',
        hash: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
        bytes: 3,
      });
      expect(await store.get(ref)).toEqual(text('abc'));
    });

    it('round-trips any bytes, none and many', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (content) => {
          expect(await store.get(await store.put('trace', content))).toEqual(content);
        }),
        { numRuns: 25 },
      );
      const large = new Uint8Array(3_000_001).map((_, i) => (i * 31) & 255);
      const ref = await store.put('gram', large);
      expect(Buffer.compare(await store.get(ref), large)).toBe(0);
      expect(await store.put('gram', large)).toEqual(ref);
    });

    it('stores a view of a larger buffer as the bytes of the view', async () => {
      const whole = text('0123456789');
      const ref = await store.put('label', whole.subarray(2, 5));
      expect(await store.get(ref)).toEqual(text('234'));
    });

    it('keeps its own copy of what was put and of what it gave', async () => {
      const content = text('fixed');
      const ref = await store.put('label', content);
      content.fill(0);
      (await store.get(ref)).fill(0);
      expect(await store.get(ref)).toEqual(text('fixed'));
    });

    it('gives equal content one address whatever its kind, and finds it by the hash alone', async () => {
      const a = await store.put('structure', text('same'));
      const b = await store.put('label', text('same'));
      expect(b.hash).toBe(a.hash);
      expect(await store.get({ ...a, bytes: 0 })).toEqual(text('same'));
    });

    it('says what it has, and fails for what it has not', async () => {
      const ref: Ref = { kind: 'label', hash: hashBytes(text('absent')), bytes: 6 };
      expect(await store.has(ref)).toBe(false);
      await expect(store.get(ref)).rejects.toBeInstanceOf(MissingArtifactError);
      await store.put('label', text('absent'));
      expect(await store.has(ref)).toBe(true);
      expect(await store.has({ ...ref, bytes: 5 })).toBe(false);
    });

    it('lets the first link stand', async () => {
      const first = await store.put('label', text('first'));
      const second = await store.put('label', text('second'));
      expect(await store.resolve('labels', 'key')).toBeUndefined();
      expect(await store.link('labels', 'key', first)).toEqual(first);
      expect(await store.link('labels', 'key', second)).toEqual(first);
      expect(await store.resolve('labels', 'key')).toEqual(first);
      expect(await store.resolve('other', 'key')).toBeUndefined();
      expect(await store.resolve('labels', 'other')).toBeUndefined();
    });

    it('takes any text as a key', async () => {
      const ref = await store.put('label', text('x'));
      for (const key of ['', '../../etc', 'a/b', '\u0000', 'Å'.repeat(5000)]) {
        expect(await store.link('labels', key, ref)).toEqual(ref);
        expect(await store.resolve('labels', key)).toEqual(ref);
      }
    });

    it('does not link what it does not have', async () => {
      const ref: Ref = { kind: 'label', hash: hashBytes(text('never')), bytes: 5 };
      await expect(store.link('labels', 'key', ref)).rejects.toBeInstanceOf(MissingArtifactError);
      expect(await store.resolve('labels', 'key')).toBeUndefined();
    });

    it('gives all who link at once the same answer', async () => {
      const refs = await Promise.all([...'abcdefgh'].map((c) => store.put('label', text(c))));
      const second = (await subject.reopen?.()) ?? store;
      const answers = await Promise.all(
        refs.map((ref, i) => (i % 2 === 0 ? store : second).link('labels', 'contended', ref)),
      );
      expect(new Set(answers.map((ref) => ref.hash)).size).toBe(1);
      expect(await second.resolve('labels', 'contended')).toEqual(answers[0]);
    });

    it('survives many puts of the same content at once', async () => {
      const second = (await subject.reopen?.()) ?? store;
      const content = new Uint8Array(100_000).fill(7);
      const refs = await Promise.all(
        Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? store : second).put('checkpoint', content)),
      );
      expect(new Set(refs.map((ref) => ref.hash)).size).toBe(1);
      expect(Buffer.compare(await store.get(refs[0]), content)).toBe(0);
    });
  });
}
