import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type DataFormat, dataFormatOf, formatData, parseData } from '../../crystal/data.js';
import type { DataSelection } from '../../crystal/dataSelection.js';
import { readText } from '../../crystal/read.js';
import { inputError, type Problem } from '../../errors.js';
import { hashBytes } from '../../store/canonical.js';
import { readOutcar } from './outcar.js';

/** A text that `parseData` takes, and what of the file it was made from is no label. */
export interface DataText {
  readonly text: string;
  /** What the file itself is. */
  readonly format: DataFormat;
  /** SHA-256 of the file's own content, unpacked. */
  readonly sha256: string;
  /** Absent where `parseData` says it of the text. */
  readonly refused?: readonly Problem[];
}

/** How a data file is read. */
export interface Reading {
  readonly selection?: DataSelection;
  /** A Python with ASE, for OUTCARs. */
  readonly python?: string;
}

/**
 * A data file as text: what is compressed (gzip) is unpacked, an OUTCAR goes through ASE, and of a selection only the
 * structures are kept, as extended XYZ.
 * @param field what an error about the file itself names
 * @throws InputError
 */
export function readDataFile(path: string, field: string, reading: Reading = {}): DataText {
  return dataText(readPlain(path, field), path, reading);
}

/** The same from a text that stands, or would stand, at `path`. */
export function dataText(text: string, path: string, { selection, python }: Reading): DataText {
  const name = basename(path);
  const own = {
    format: dataFormatOf(text, name),
    sha256: hashBytes(new TextEncoder().encode(text)),
  };
  if (own.format === 'outcar') {
    const { frames, refused } = readOutcar(path, text, name, python);
    // Through the parser once more: it selects, and says where nothing is left.
    const kept = parseData(formatData(frames), name, selection).frames;
    return { ...own, text: formatData(kept), refused };
  }
  if (selection === undefined) return { ...own, text };
  const { frames, refused } = parseData(text, name, selection);
  return { ...own, text: formatData(frames), refused };
}

/** A text file, unpacked where its content is compressed, whatever its name says. */
function readPlain(path: string, field: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    // Refuses what is not there in the words of every other file.
    return readText(path, field);
  }
  if (bytes[0] !== GZIP[0] || bytes[1] !== GZIP[1]) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes).toString('utf8');
  } catch (error) {
    throw inputError({
      field,
      message: `the file cannot be unpacked: ${(error as Error).message}`,
      got: path,
      expected: 'a whole gzip file',
    });
  }
}

/** How every gzip file begins. */
const GZIP = [0x1f, 0x8b] as const;
