import { open } from 'node:fs/promises';

/** Bytes looked at: programs may print gigabytes. */
const WINDOW = 16_384;
/** Longer lines are cut. */
const WIDTH = 200;

/** The last lines of a text file that are not empty; none where it cannot be read. */
export async function lastLines(path: string, count: number): Promise<readonly string[]> {
  let text: string;
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const start = Math.max(0, size - WINDOW);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
      text = buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return [];
  }
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd().slice(0, WIDTH));
  return lines.filter((line) => line !== '').slice(-count);
}
