import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** What one of several at work has taken away from all before it. */
export interface Claim {
  /** Distinguishes its holder. */
  readonly holder: string;
  /** False once somebody else has taken it. Throws the system's error where that cannot be read. */
  isMine(): boolean;
}

/** Takes a claim: a file that names its holder. Throws the system's error where it cannot be written. */
export function takeClaim(path: string): Claim {
  const holder = randomUUID();
  const temporary = `${path}.${holder}.tmp`;
  try {
    writeFileSync(temporary, holder);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  return { holder, isMine: () => readFileSync(path, 'utf8') === holder };
}
