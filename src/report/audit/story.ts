import type { LedgerEntryBody } from '../../campaign/ledger.js';
import { forceError } from '../numbers.js';
import { sentences, type Telling } from './sentences.js';

/** An entry of the ledger in words, or what follows from several: then without a number. */
export interface Paragraph {
  readonly sequence: number | null;
  readonly lines: readonly string[];
}

type Refit = Extract<LedgerEntryBody, { type: 'refitted' }>;

/** A campaign's ledger as a story. */
export function story(ledger: readonly LedgerEntryBody[], telling: Telling): readonly Paragraph[] {
  return ledger.map((entry) => ({ sequence: entry.sequence, lines: sentences(entry, telling) }));
}

/**
 * Everything about one structure, from why it was taken to what its refit did; empty where the ledger has none of this number.
 * @param errorAfter ε_B of the structure under the force field that took it in, eV/Å; undefined where it is not known
 */
export function structureStory(
  ledger: readonly LedgerEntryBody[],
  structure: number,
  telling: Telling,
  errorAfter?: number,
): readonly Paragraph[] {
  const paragraphs = story(
    ledger.filter((entry) => isAbout(entry, structure)),
    telling,
  );
  const refit = refitOf(ledger, structure);
  if (refit === undefined) return paragraphs;
  return [...paragraphs, { sequence: null, lines: effect(ledger, refit, structure, errorAfter) }];
}

/** The refit that took a structure in. */
export function refitOf(ledger: readonly LedgerEntryBody[], structure: number): Refit | undefined {
  return ledger.find((entry): entry is Refit => entry.type === 'refitted' && entry.added.includes(structure));
}

function isAbout(entry: LedgerEntryBody, structure: number): boolean {
  switch (entry.type) {
    case 'screened':
      return entry.kept.includes(structure) || entry.dropped.includes(structure);
    case 'refitted':
      return entry.added.includes(structure);
    case 'steered':
      return entry.order.kind === 'resolve' && entry.order.structure === structure;
    default:
      // Also what other versions of the program say about a structure.
      return (entry as { readonly structure?: unknown }).structure === structure;
  }
}

function effect(
  ledger: readonly LedgerEntryBody[],
  refit: Refit,
  structure: number,
  errorAfter: number | undefined,
): string[] {
  const before = ledger.findLast((e): e is Refit => e.type === 'refitted' && e.sequence < refit.sequence);
  const check = refit.checks.find((c) => c.structure === structure);
  if (before === undefined || check === undefined)
    return ['effect of the refit: it is the first, there was no force field before it'];
  const was = before.forceField;
  const is = refit.forceField;
  const errorBefore = Math.sqrt(
    Math.max(0, check.predicted * check.predicted - was.fittingError * was.fittingError),
  );
  const after = errorAfter === undefined ? 'not computed' : forceError(errorAfter);
  const test =
    was.test && is.test ? `, test RMSE ${forceError(was.test.rmse)} → ${forceError(is.test.rmse)}` : '';
  return [
    `effect of the refit: fitting error β^{-1/2} ${forceError(was.fittingError)} → ${forceError(is.fittingError)}, ε_B of the structure ${forceError(errorBefore)} → ${after}${test}`,
    `predicted σ = sqrt(β^{-1} + ε_B²) = ${forceError(check.predicted)}, found residual ${forceError(check.found)}: ${(check.found / check.predicted).toFixed(2)} of it`,
  ];
}
