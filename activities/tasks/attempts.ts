import type { Attempt } from '../../src/campaign/ledger.js';
import type { AttemptList, LabelOutcome } from '../../src/campaign/state.js';
import type { Progress } from '../../src/reference/progress.js';
import { canonicalJson } from '../../src/store/canonical.js';
import { CorruptArtifactError, MissingArtifactError } from '../../src/store/errors.js';
import { refOf } from '../../src/store/ref.js';
import type { Ref, Store } from '../../src/store/types.js';

const NAMESPACE = 'label-attempt';
const FORMAT = 'anharmony-attempt-list';
/** Characters of what is said in short. */
const SHORT = 160;

/** An attempt at a label that came to its end, and the label where it was accepted. */
export interface MadeAttempt {
  readonly attempt: Attempt;
  readonly label?: Ref;
  /** What the next attempt has to know: corrections so far, and how often it was tried. */
  readonly progress: Omit<Progress, 'attempts'>;
}

/** The attempts at one label in one campaign, each in the store as soon as it has ended. */
export interface Attempts {
  /** First to last; one whose label is gone or damaged does not count. */
  made(): Promise<readonly MadeAttempt[]>;
  /** Adds the next one; gives what stands there where another worker was first. */
  add(made: MadeAttempt): Promise<MadeAttempt>;
}

/** @param key of the campaign and the label it wants */
export function openAttempts(store: Store, key: string): Attempts {
  const nameOf = (number: number) => `${key}:${number}`;
  const read = async (ref: Ref): Promise<MadeAttempt> =>
    JSON.parse(new TextDecoder().decode(await store.get(ref))) as MadeAttempt;
  return {
    async made() {
      const found: MadeAttempt[] = [];
      for (;;) {
        const ref = await store.resolve(NAMESPACE, nameOf(found.length + 1));
        if (ref === undefined) return found;
        const made = await read(ref);
        if (made.label !== undefined && !(await isWhole(store, made.label))) return found;
        found.push(made);
      }
    },
    async add(made) {
      const ref = await store.put('label-attempt', canonicalJson(plain(made)));
      return read(await store.link(NAMESPACE, nameOf(made.attempt.number), ref));
    },
  };
}

async function isWhole(store: Store, ref: Ref): Promise<boolean> {
  try {
    await store.get(ref);
    return true;
  } catch (error) {
    if (error instanceof CorruptArtifactError || error instanceof MissingArtifactError) return false;
    throw error;
  }
}

/** Without fields that are absent. */
function plain(made: MadeAttempt): unknown {
  return JSON.parse(JSON.stringify(made));
}

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
