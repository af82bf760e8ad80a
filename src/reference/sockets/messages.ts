import { inverse3 } from '../../numerics/matrix3.js';
import { BOHR, HARTREE } from '../../units.js';
import type { ReferenceStructure } from '../types.js';

/**
 * The bytes of the i-PI protocol: a header of 12 ASCII characters, then numbers, little-endian, in Hartree atomic units (Ceriotti,
 * More, Manolopoulos, Comput. Phys. Commun. 185, 1019 (2014), and its `interfaces/sockets.py`).
 */
export const HEADER = 12;
export const INT = 4;
export const REAL = 8;

export function header(message: string): Buffer {
  return Buffer.from(message.padEnd(HEADER), 'latin1');
}

/** @param rid which replica the client works for: it may keep what it knows of each */
export function initMessage(rid: number): Buffer {
  const body = Buffer.alloc(2 * INT + 1, ' ');
  body.writeInt32LE(rid, 0);
  // Some clients cannot read a text of no length.
  body.writeInt32LE(1, INT);
  return Buffer.concat([header('INIT'), body]);
}

export function posdataMessage({ lattice, positions }: ReferenceStructure): Buffer {
  const body = Buffer.alloc(REAL * (18 + positions.length) + INT);
  let at = 0;
  const put = (x: number): void => {
    at = body.writeDoubleLE(x, at);
  };
  // Rows are lattice vectors here, columns there.
  const putTransposed = (m: Float64Array): void => {
    for (let i = 0; i < 9; i++) put(m[3 * (i % 3) + Math.floor(i / 3)]);
  };
  const cell = lattice.map((x) => x / BOHR);
  putTransposed(cell);
  putTransposed(inverse3(cell));
  at = body.writeInt32LE(positions.length / 3, at);
  for (const x of positions) put(x / BOHR);
  return Buffer.concat([header('POSDATA'), body]);
}

/** eV of a real in hartree. */
export function energyOf(bytes: Buffer): number {
  return HARTREE * bytes.readDoubleLE(0);
}

/** [3·atoms] eV/Å of reals in hartree/bohr. */
export function forcesOf(bytes: Buffer): Float64Array {
  return Float64Array.from(
    { length: bytes.length / REAL },
    (_, i) => (HARTREE / BOHR) * bytes.readDoubleLE(REAL * i),
  );
}
