/** An estimated time, two figures: `70 ms`, `4.2 s`, `28 min`. */
export function approximately(seconds: number): string {
  if (seconds < 1) return `${Number((1e3 * seconds).toPrecision(2))} ms`;
  return seconds < 600 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`;
}

/** A time that somebody waits for: `40 s`, `3 min`, `2.5 h`; `?` where it is not known. */
export function waiting(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
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
