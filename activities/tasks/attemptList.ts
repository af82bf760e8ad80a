import type { Attempt } from '../../src/campaign/ledger.js';
import type { AttemptList, LabelOutcome } from '../../src/campaign/state.js';
import { canonicalJson } from '../../src/store/canonical.js';
import { refOf } from '../../src/store/ref.js';
import type { Store } from '../../src/store/types.js';

const FORMAT = 'anharmony-attempt-list';
/** Characters of what is said in short. */
const SHORT = 160;

/** Puts a list of attempts into the store; null where there are none. */
export async function putAttempts(store: Store, attempts: readonly Attempt[]): Promise<AttemptList | null> {
  const list = listOf(attempts);
  if (list) await store.put('attempt-list', encode(attempts));
  return list;
}

/** What stands for attempts that are in the ledger. */
export function listOf(attempts: readonly Attempt[]): AttemptList | null {
  if (attempts.length === 0) return null;
  const list = refOf('attempt-list', encode(attempts));
  const failed = attempts.findLast((attempt) => !succeeded(attempt));
  if (failed === undefined || !succeeded(attempts.at(-1)!)) return { list, count: attempts.length };
  const trouble = inShort(`attempt ${failed.number} ${failed.outcome}: ${failed.reason ?? ''}`);
  return { list, count: attempts.length, trouble };
}

/** Trusts the hash for their form: only this program writes them. */
export async function getAttempts(store: Store, { list }: AttemptList): Promise<readonly Attempt[]> {
  const { attempts } = JSON.parse(new TextDecoder().decode(await store.get(list)));
  return attempts;
}

/** There is no label, and why. */
export function refused(
  reason: string,
  attempts: AttemptList | null = null,
  seconds = 0,
): LabelOutcome & { readonly accepted: false } {
  return { accepted: false, reason: inShort(reason), attempts, seconds };
}

function succeeded({ outcome }: Attempt): boolean {
  return outcome === 'accepted' || outcome === 'adopted';
}

function encode(attempts: readonly Attempt[]): Uint8Array {
  return canonicalJson({ format: FORMAT, version: 1, attempts });
}

function inShort(text: string): string {
  return text.length > SHORT ? `${text.slice(0, SHORT - 1)}…` : text;
}
