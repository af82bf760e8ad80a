import { duration, fixed, forceError, mev, picoseconds, plural } from '../../report/numbers.js';
import type { LiveEvent } from './types.js';

/** An event as a sentence for a person. */
export function eventSentence(event: LiveEvent): string {
  switch (event.kind) {
    case 'stage':
      return `round ${event.round}: ${event.stage}`;
    case 'pick':
      return `walker ${event.walker} took its structure at ${picoseconds(event.time)} (${event.rule}): ε_B ${mev(event.error)}, threshold ${forceError(event.threshold)}`;
    case 'label':
      return `reference forces for structure ${event.structure} in ${duration(event.seconds)}`;
    case 'refit':
      return `refit on ${plural(event.structures, 'structure')}: β^-1/2 = ${forceError(event.fittingError)}`;
    case 'assessment':
      return event.converged ? `converged: ${event.reason}` : `not converged: ${event.reason}`;
    case 'message':
      return event.level === 'info' ? event.text : `${event.level}: ${event.text}`;
    case 'finished':
      return `${event.verdict}: ${event.reason}`;
  }
}

type Field = string | number | null;

/** What an event says beside its kind, as names and values for plain lines; force errors in meV/Å. */
export function eventFields(event: LiveEvent): Readonly<Record<string, Field>> {
  switch (event.kind) {
    case 'stage':
      return { stage: event.stage, round: event.round };
    case 'pick':
      return {
        time_ps: fixedNumber(event.time, 4),
        rule: event.rule,
        error_meV: millis(event.error),
        threshold_meV: millis(event.threshold),
      };
    case 'label':
      return {
        structure: event.structure,
        attempts: event.attempts,
        seconds: fixedNumber(event.seconds, 3),
      };
    case 'refit':
      return {
        structures: event.structures,
        from_md: event.fromMd,
        fitting_error_meV: millis(event.fittingError),
        log_evidence: fixedNumber(event.logEvidence, 2),
      };
    case 'assessment':
      return {
        converged: String(event.converged),
        ratio: fixedNumber(event.ratio, 4),
        expected_rmse_meV: millis(event.expectedRmse),
        reason: event.reason,
      };
    case 'message':
      return { level: event.level, text: event.text };
    case 'finished':
      return { verdict: event.verdict, reason: event.reason };
  }
}

/** eV/Å as meV/Å to four decimals, without the grouping that people like and programs do not. */
export function millis(error: number | null): string | null {
  return error === null ? null : fixedNumber(error * 1e3, 4);
}

/** A number for programs: plain digits, an ASCII minus sign. */
export function fixedNumber(value: number | null, decimals: number): string | null {
  if (value === null || !Number.isFinite(value)) return null;
  return fixed(value, decimals).replace(/,/g, '').replace('−', '-');
}
