/** An estimated time, two figures: `70 ms`, `4.2 s`, `28 min`. */
export function approximately(seconds: number): string {
  if (seconds < 1) return `${Number((1e3 * seconds).toPrecision(2))} ms`;
  return seconds < 600 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`;
}

/** Estimated memory, to the next ten MiB. */
export function mebibytes(bytes: number): string {
  return `${Math.max(10, Math.ceil(bytes / 10485760) * 10)} MiB`;
}

/** Why not all structures are left out, and how to have it otherwise. */
export function leavingOutLine(count: number, all: number, seconds: number, seed: number): string {
  return `estimate: leaving out all ${all} structures would take ${approximately(seconds)}: ${count} are drawn with --seed ${seed}; --leave-out all takes all`;
}

/** The program without matrices. */
export const PROGRAM_BYTES = 1e8;
