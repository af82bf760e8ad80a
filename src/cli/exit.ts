import type { Verdict } from '../campaign/state.js';

/** Exit codes of the command line. */
export const EXIT = { converged: 0, failure: 1, input: 2, unconverged: 3, interrupted: 130 } as const;

export function exitCodeOf(verdict: Verdict | null): number {
  switch (verdict?.kind) {
    case 'converged':
      return EXIT.converged;
    case 'exhausted':
    case 'stalled':
    case 'stopped':
      return EXIT.unconverged;
    case 'cancelled':
      return EXIT.interrupted;
    default:
      return EXIT.failure;
  }
}
