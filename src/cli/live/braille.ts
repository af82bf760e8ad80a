/** Bits of a braille character (U+2800 …) by dot column and dot row. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/** A plot of characters: rows from top to bottom, each cell with what belongs to the line and to the threshold. */
export interface BraillePlot {
  readonly rows: readonly (readonly BrailleCell[])[];
  /** Values at the lower and upper edge. */
  readonly low: number;
  readonly high: number;
}

export interface BrailleCell {
  readonly character: string;
  readonly of: 'line' | 'threshold' | 'nothing';
}

/**
 * `values` (oldest first) as a line over `width` × `height` characters, each 2 × 4 dots, with a dotted threshold.
 * Where several values share a dot column all between the smallest and the largest is filled: no peak is lost.
 */
export function braillePlot(
  values: ArrayLike<number>,
  threshold: number | null,
  width: number,
  height: number,
): BraillePlot {
  const finite = Array.from(values).filter((value) => Number.isFinite(value));
  const shown = threshold !== null && Number.isFinite(threshold) ? threshold : null;
  const { low, high } = range(shown === null ? finite : [...finite, shown]);
  const rowOf = (value: number) => Math.round(((high - value) / (high - low)) * (height * 4 - 1));
  const line = new Uint8Array(width * height);
  const dotted = new Uint8Array(width * height);
  drawLine(line, finite, rowOf, width);
  if (shown !== null) drawThreshold(dotted, rowOf(shown), width);
  const rows = Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) =>
      cell(line[row * width + column], dotted[row * width + column]),
    ),
  );
  return { rows, low, high };
}

function cell(line: number, dotted: number): BrailleCell {
  if (line !== 0) return { character: String.fromCharCode(0x2800 + (line | dotted)), of: 'line' };
  if (dotted !== 0) return { character: String.fromCharCode(0x2800 + dotted), of: 'threshold' };
  return { character: ' ', of: 'nothing' };
}

/** The values' own range with a little air; one unit around a constant. */
function range(values: readonly number[]): { readonly low: number; readonly high: number } {
  if (values.length === 0) return { low: 0, high: 1 };
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const air = (high - low) * 0.05;
  if (air > 0) return { low: low - air, high: high + air };
  const half = Math.abs(low) * 0.5 || 0.5;
  return { low: low - half, high: low + half };
}

function drawLine(
  bits: Uint8Array,
  values: readonly number[],
  rowOf: (value: number) => number,
  width: number,
): void {
  const columns = width * 2;
  let previous: number | null = null;
  for (let column = 0; column < columns; column++) {
    const span = columnSpan(values, column, columns);
    if (span === null) continue;
    let top = rowOf(span.high);
    let bottom = rowOf(span.low);
    if (previous !== null) {
      top = Math.min(top, previous);
      bottom = Math.max(bottom, previous);
    }
    for (let row = top; row <= bottom; row++) setDot(bits, column, row, width);
    previous = rowOf(span.last);
  }
}

/** The values that fall on one dot column; a short series is drawn at the right, one column a value. */
function columnSpan(values: readonly number[], column: number, columns: number) {
  const n = values.length;
  const from = n <= columns ? column - (columns - n) : Math.floor((column * n) / columns);
  const to = n <= columns ? from + 1 : Math.floor(((column + 1) * n) / columns);
  if (from < 0 || to > n || to <= from) return null;
  let low = values[from];
  let high = values[from];
  for (let i = from + 1; i < to; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return { low, high, last: values[to - 1] };
}

function drawThreshold(bits: Uint8Array, row: number, width: number): void {
  for (let column = 0; column < width * 2; column += 2) setDot(bits, column, row, width);
}

function setDot(bits: Uint8Array, column: number, row: number, width: number): void {
  bits[Math.floor(row / 4) * width + Math.floor(column / 2)] |= DOTS[column % 2][row % 4];
}
