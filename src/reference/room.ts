import { statfs } from 'node:fs/promises';

/** ms between two looks. */
const LOOK = 500;

/** Room on the disk of a folder, as it was seen while something ran. */
export interface RoomWatch {
  /** Looks once more, and no more afterwards; the least room that was seen, bytes. */
  end(): Promise<number>;
}

/**
 * Watches the room on the disk of a folder. A program that finds none fails as it likes, its last words cut off by the same disk; when it
 * has ended there may be room again.
 */
export function watchRoom(folder: string): RoomWatch {
  let least = Number.POSITIVE_INFINITY;
  const look = async (): Promise<void> => {
    const { bavail, bsize } = await statfs(folder);
    least = Math.min(least, bavail * bsize);
  };
  // What cannot be looked at now tells nothing.
  const timer = setInterval(() => void look().catch(() => undefined), LOOK).unref();
  return {
    async end() {
      clearInterval(timer);
      await look().catch(() => undefined);
      return least;
    },
  };
}
