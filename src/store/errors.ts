import { FailureError } from '../errors.js';
import type { Ref } from './types.js';

/** What stands in the way: rights, room, or the disk itself. Each waits for something else to change. */
export type StoreFault = 'permission' | 'full' | 'io';

/** The disk did not do what was asked of it. Nothing is half written; the same call may succeed later. */
export class StoreError extends FailureError {
  constructor(
    readonly fault: StoreFault,
    /** The operating system's name of it, such as ENOSPC. */
    readonly code: string,
    readonly path: string,
    action = 'write',
    options?: ErrorOptions,
  ) {
    super(`cannot ${action} ${path}: ${reason(fault, code)}`, hint(fault), options);
  }
}

/** An artifact whose bytes are not those that were put. */
export class CorruptArtifactError extends FailureError {
  constructor(
    readonly ref: Ref,
    readonly path: string,
    found: string,
  ) {
    super(
      `the ${ref.kind} ${ref.hash} is corrupt (${found}): ${path}`,
      'put it back from a backup and run the same command again; without one, start the campaign under another name: it takes over every label that is whole and computes only the rest again',
    );
  }
}

/** An artifact that is not in the store. */
export class MissingArtifactError extends FailureError {
  constructor(
    readonly ref: Ref,
    readonly path: string,
  ) {
    super(
      `the ${ref.kind} ${ref.hash} is not in the store: ${path}`,
      'is this the store (--home) that the campaign ran with? Put the file back from a backup, or start the campaign under another name: it takes over every label that is there',
    );
  }
}

const FAULTS: Readonly<Record<string, StoreFault>> = {
  EACCES: 'permission',
  EPERM: 'permission',
  EROFS: 'permission',
  ENOSPC: 'full',
  EDQUOT: 'full',
  // A limit on file sizes (`ulimit -f`) is met like a full disk.
  EFBIG: 'full',
};

/** The error code of a failed system call; undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A failed system call as a `StoreError`; anything else is given back as it is. */
export function storeError(error: unknown, action: string, path: string): unknown {
  const code = systemCode(error);
  if (error instanceof FailureError || code === undefined) return error;
  const fault = FAULTS[code] ?? 'io';
  return new StoreError(fault, code, path, action, { cause: error });
}

function reason(fault: StoreFault, code: string): string {
  if (fault === 'full') return `no room left on the disk (${code})`;
  if (code === 'EROFS') return 'the file system is read-only (EROFS)';
  if (fault === 'permission') return `permission denied (${code})`;
  if (code === 'ENOTDIR') return 'a part of the path is a file, not a folder (ENOTDIR)';
  return `the disk answered ${code}`;
}

function hint(fault: StoreFault): string {
  if (fault === 'full')
    return 'free some space, then run the same command again; nothing was left half written';
  if (fault === 'permission')
    return 'give yourself write permission there, or choose another folder with --home';
  return 'check the path and the disk, or choose another folder with --home';
}
