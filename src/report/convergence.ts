import { fixed, percent, picoseconds } from './numbers.js';
import type { ConvergenceProgress } from './types.js';

/** One convergence criterion in words and as a fraction of the way. */
export interface ConvergenceCheck {
  readonly name: string;
  readonly met: boolean;
  /** 0 … 1; 1 when met. */
  readonly fraction: number;
  /** E.g. `3.10 ps`. */
  readonly have: string;
  /** E.g. `5.00 ps`. */
  readonly need: string;
}

/** The criteria of METHOD, "Convergence", one by one; all must be met. */
export function convergenceChecks(progress: ConvergenceProgress): readonly ConvergenceCheck[] {
  const { time, sinceRefit, structures } = progress;
  return [
    atLeast('MD time', time, picoseconds),
    atLeast('MD since refit', sinceRefit, picoseconds),
    atLeast('Structures from MD', structures, (value) => fixed(value, 0)),
    ratioCheck(progress),
  ];
}

/** Whether β^{-1/2} has levelled off, so that the relaxed ratio suffices. */
export function hasLevelled({ levelling }: ConvergenceProgress): boolean {
  return levelling.have !== null && levelling.have < levelling.need;
}

/** The largest μ/β^{-1/2} that suffices as things stand. */
export function ratioLimit(progress: ConvergenceProgress): number {
  return hasLevelled(progress) ? progress.ratio.relaxed : progress.ratio.strict;
}

/** How far β^{-1/2} has levelled off, in words. */
export function levellingText({ levelling }: ConvergenceProgress): string {
  if (levelling.have === null) return 'too few counted refits';
  return `${percent(levelling.have)} over the last refits, levelled off below ${percent(levelling.need)}`;
}

function atLeast(
  name: string,
  { have, need }: { readonly have: number; readonly need: number },
  format: (value: number) => string,
): ConvergenceCheck {
  const met = have >= need;
  return { name, met, fraction: met ? 1 : clamp(have / need), have: format(have), need: `≥ ${format(need)}` };
}

function ratioCheck(progress: ConvergenceProgress): ConvergenceCheck {
  const limit = ratioLimit(progress);
  const have = progress.ratio.have;
  const met = have !== null && have <= limit;
  const suffix = hasLevelled(progress) ? ', β^{-1/2} has levelled off' : '';
  return {
    name: 'μ / β^{-1/2}',
    met,
    fraction: have === null ? 0 : met ? 1 : clamp(limit / have),
    have: fixed(have, 2),
    need: `≤ ${fixed(limit, 2)}${suffix}`,
  };
}

function clamp(value: number): number {
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 0;
}
