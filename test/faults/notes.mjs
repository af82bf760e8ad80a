// For programs that stand in for a reference code: each writes down in this file's folder when a run begins and ends, and what it was
// asked, and waits in between as long as a file `hold` exists there.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const HOLD = new URL('hold', import.meta.url);
const LOG = new URL('reference.log', import.meta.url);

export async function noted(input, work) {
  const asked = createHash('sha256').update(input).digest('hex');
  const note = (what) => appendFileSync(LOG, `${what} ${asked} ${process.pid}\n`);
  note('began');
  while (existsSync(HOLD)) await sleep(20);
  work();
  note('ended');
}
