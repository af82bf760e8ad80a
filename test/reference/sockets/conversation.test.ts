import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionOf } from '../../../src/reference/sockets/connection.js';
import { forcesBySocket } from '../../../src/reference/sockets/conversation.js';
import { BOHR, HARTREE } from '../../../src/units.js';

const structure = {
  lattice: Float64Array.of(4, 0.1, 0.2, 0.3, 5, 0.4, 0.5, 0.6, 6),
  species: ['Ne', 'Ar'],
  positions: Float64Array.of(0, 0.25, -1, 2, 3.5, 7),
};
const text = (message: string): Buffer => Buffer.from(message.padEnd(12));
const int = (value: number): Buffer => Buffer.from(Int32Array.of(value).buffer);
const reals = (...values: number[]): Buffer => Buffer.from(Float64Array.from(values).buffer);

/** All that a client says in one conversation, as i-PI's own client says it. Hartree and hartree/bohr. */
function clientBytes({
  first = ['NEEDINIT', 'READY'],
  answer = 'HAVEDATA',
  energy = -1.5,
  atoms = 2,
  forces = [0.01, -0.02, 0.03, -0.01, 0.02, -0.03],
  extras = '{"a": 1}',
  length = extras.length,
}: {
  first?: readonly string[];
  answer?: string;
  energy?: number;
  atoms?: number;
  forces?: number[];
  extras?: string;
  length?: number;
} = {}): Buffer {
  const virial = reals(...new Array<number>(9).fill(0));
  return Buffer.concat([
    ...[...first, answer, 'FORCEREADY'].map(text),
    reals(energy),
    int(atoms),
    reals(...forces),
    virial,
    int(length),
    Buffer.from(extras),
  ]);
}

/** A stream that brings these chunks, one after another, and remembers what it was sent. */
function scripted(chunks: readonly Buffer[], ends = true) {
  const sent: Buffer[] = [];
  const rest = [...chunks];
  const stream = new Duplex({
    read() {
      // Later, as from a network.
      setImmediate(() => {
        if (rest.length > 0) stream.push(rest.shift());
        else if (ends) stream.push(null);
      });
    },
    write(bytes: Buffer, _, done) {
      sent.push(bytes);
      done();
    },
  });
  return { connection: connectionOf(stream), sent: () => Buffer.concat(sent) };
}

const converse = (chunks: readonly Buffer[]) => forcesBySocket(scripted(chunks).connection, structure, 3);

describe('what goes over the wire', () => {
  it('is i-PI’s: padded headers, transposed cell and inverse in bohr, little-endian', async () => {
    const { connection, sent } = scripted([clientBytes()]);
    await forcesBySocket(connection, structure, 3);
    const cell = [4, 0.3, 0.5, 0.1, 5, 0.6, 0.2, 0.4, 6].map((x) => x / BOHR);
    const expected = [
      text('STATUS'),
      text('INIT'),
      int(3),
      int(1),
      Buffer.from(' '),
      text('STATUS'),
      text('POSDATA'),
      reals(...cell),
    ];
    const bytes = sent();
    let at = 0;
    for (const part of expected) {
      expect(bytes.subarray(at, at + part.length)).toEqual(part);
      at += part.length;
    }
    // What is sent as the inverse is the inverse of what is sent as the cell.
    const inverse = Array.from({ length: 9 }, (_, i) => bytes.readDoubleLE(at + 8 * i));
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) {
        const product = [0, 1, 2].reduce((s, k) => s + cell[3 * i + k] * inverse[3 * k + j], 0);
        expect(product).toBeCloseTo(i === j ? 1 : 0, 12);
      }
    at += 72;
    const tail = [
      int(2),
      reals(...structure.positions.map((x) => x / BOHR)),
      text('STATUS'),
      text('GETFORCE'),
    ];
    expect(bytes.subarray(at)).toEqual(Buffer.concat(tail));
  });

  it('comes back in eV and eV/Å', async () => {
    const { energy, forces, extras } = await converse([clientBytes()]);
    expect(energy).toBe(-1.5 * HARTREE);
    expect(forces[2]).toBeCloseTo((0.03 * HARTREE) / BOHR, 13);
    expect(extras).toBe('{"a": 1}');
  });

  it('may come cut anywhere, byte by byte, or all at once', async () => {
    const bytes = clientBytes();
    const whole = await converse([bytes]);
    for (let cut = 1; cut < bytes.length; cut++)
      expect(await converse([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole);
    expect(await converse([...bytes].map((byte) => Buffer.of(byte)))).toEqual(whole);
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, async (where) => {
        const ends = [0, ...where.sort((a, b) => a - b), bytes.length];
        const chunks = ends.slice(1).map((end, i) => bytes.subarray(ends[i], end));
        expect(await converse(chunks)).toEqual(whole);
      }),
      { numRuns: 50, seed: 5 },
    );
  });

  it('a client that needs no INIT is sent none', async () => {
    const { connection, sent } = scripted([clientBytes({ first: ['READY'] })]);
    await forcesBySocket(connection, structure, 3);
    expect(sent().includes('INIT ')).toBe(false);
  });
});

describe('a client that goes wrong', () => {
  it.each([
    ['another protocol', Buffer.from('HTTP/1.1 400 Bad Request'), /not i-PI/],
    ['forces before they are asked for', clientBytes({ first: ['HAVEDATA'] }), /answers HAVEDATA/],
    ['no data after positions', clientBytes({ answer: 'READY' }), /answers READY/],
    ['forces for a billion atoms', clientBytes({ atoms: 2 ** 30 }), /for 1073741824 atoms instead of 2/],
    ['forces for fewer than no atoms', clientBytes({ atoms: -2 }), /for -2 atoms/],
    ['endless extras', clientBytes({ length: 2 ** 31 - 1 }), /2147483647 bytes of extras/],
    ['extras of negative length', clientBytes({ length: -1 }), /-1 bytes/],
    ['a force that is no number', clientBytes({ forces: [0, 0, 0, 0, Number.NaN, 0] }), /force on atom 2/],
    ['an infinite energy', clientBytes({ energy: Number.POSITIVE_INFINITY }), /energy is not a finite/],
  ])('%s', async (_, bytes, message) => {
    await expect(converse([bytes])).rejects.toThrow(message);
    await expect(converse([bytes])).rejects.toMatchObject({ name: 'ProtocolError' });
  });

  it('one that closes after any number of bytes: the connection is lost', async () => {
    const bytes = clientBytes();
    for (let cut = 0; cut < bytes.length; cut++)
      await expect(converse([bytes.subarray(0, cut)])).rejects.toMatchObject({ name: 'ConnectionLost' });
  });

  it('any bytes: a failure or an answer, and never a long wait', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const outcome = await converse([Buffer.from(bytes)]).catch((error: Error) => error.name);
        expect(outcome).toMatch(/^(ProtocolError|ConnectionLost)$/);
      }),
      { numRuns: 100, seed: 6 },
    );
  });
});
