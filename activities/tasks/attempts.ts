import type { Attempt } from '../../src/campaign/ledger.js';
import type { Progress } from '../../src/reference/progress.js';
import { canonicalJson } from '../../src/store/canonical.js';
import { CorruptArtifactError, MissingArtifactError } from '../../src/store/errors.js';
import type { Ref, Store } from '../../src/store/types.js';

const NAMESPACE = 'label-attempt';

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
