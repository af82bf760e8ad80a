/**
 * Something a person gave us is wrong: a campaign file, a crystal, a data file, a flag.
 * Never retried; the command line prints it without a stack trace and exits with 2.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
  }
}

/** One thing wrong with the input. */
export interface Problem {
  /** Where: a path in the campaign file (`expansion.cutoffs.3`), a file and line (`data.xyz:12`), or a flag (`--cutoffs`). */
  readonly field: string;
  /** What is wrong with it, in one sentence without a full stop. */
  readonly message: string;
  /** What was found, rendered short. */
  readonly got?: string;
  /** What would be accepted. */
  readonly expected?: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** Throws an `InputError` about a single field. */
export function inputError(problem: Problem): InputError {
  return new InputError([problem]);
}

/** Something that should work did not (disk, server, a program): exits with 1, a hint where there is one. */
export class FailureError extends Error {
  override readonly name = 'FailureError';
  constructor(
    message: string,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** One problem as a person reads it. */
export function formatProblem(p: Problem): string {
  const parts = [`${p.field}: ${p.message}`];
  if (p.got !== undefined) parts.push(`got ${p.got}`);
  if (p.expected !== undefined) parts.push(`expected ${p.expected}`);
  const line = parts.join('; ');
  return p.hint === undefined ? line : `${line}\n  hint: ${p.hint}`;
}
