import { statfs } from 'node:fs/promises';

/** ms between two looks. */
const LOOK = 500;
/** Bytes: less than any output of a reference program. */
const LEAST_ROOM = 1 << 16;

/** Room on the disk of a folder, as it is seen while something runs. */
export interface RoomWatch {
  /** Whether there was none at any time so far. */
  wasFull(): Promise<boolean>;
  end(): void;
}

/**
 * Watches the room on the disk of a folder. A program that finds none fails as it likes, its last words cut off by the same disk; when
 * it has ended there may be room again.
 */
export function watchRoom(folder: string): RoomWatch {
  let full = false;
  const look = async (): Promise<void> => {
    const { bavail, bsize } = await statfs(folder);
    full ||= bavail * bsize < LEAST_ROOM;
  };
  // What cannot be looked at now tells nothing.
  const tryLook = () => look().catch(() => undefined);
  const timer = setInterval(() => void tryLook(), LOOK).unref();
  return {
    async wasFull() {
      await tryLook();
      return full;
    },
    end: () => clearInterval(timer),
  };
}
