/** A row-major window: entry (i, j) is `data[offset + i·stride + j]`. */
export interface Window {
  readonly data: Float64Array;
  readonly offset: number;
  readonly stride: number;
}

/** The window whose entry (0, 0) is entry (i, j) of `w`. */
export function at(w: Window, i: number, j: number): Window {
  return { data: w.data, offset: w.offset + i * w.stride + j, stride: w.stride };
}
