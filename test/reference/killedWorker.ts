import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { createCalculator } from '../../src/reference/catalogue.js';
import type { ReferenceStructure } from '../../src/reference/types.js';

const OWNER = fileURLToPath(new URL('programs/labelOwner.mjs', import.meta.url));

interface Wanted {
  readonly settings: Parameters<typeof createCalculator>[0];
  readonly structure: ReferenceStructure;
  /** Of the campaign. */
  readonly folder: string;
  readonly scratch: string;
}

/** Lets another process begin a label with a real program, and kills it (SIGKILL) once the program is on record and `when` is true. */
export async function killWorker(
  { settings, structure, folder, scratch }: Wanted,
  when: () => boolean,
): Promise<void> {
  const { lattice, species, positions } = structure;
  const plain = { lattice: [...lattice], species, positions: [...positions] };
  const args = [OWNER, JSON.stringify(settings), JSON.stringify(plain), folder, scratch];
  const worker = spawn(process.execPath, args, { stdio: 'inherit' });
  const record = join(scratch, 'process.json');
  const known = () => existsSync(record) && readFileSync(record, 'utf8').includes('"process"');
  while (!known() || !when()) {
    if (worker.exitCode !== null) throw new Error('the worker ended before it was killed');
    await sleep(20);
  }
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}
