import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const built = existsSync(here('../../dist/src/uncertainty/errorHelper.js'));

/**
 * The committed hashes were found on Node 20, 22 and 24, on 1, 2 and 4 threads (`npm run test:bits` tries all of them). They change
 * only where the numerics do: then `npm run test:bits -- --write`.
 */
describe.skipIf(!built)('basis, regression, phonons and MD with error bars (needs the built program)', () => {
  it('have the committed bits', () => {
    const out = execFileSync(process.execPath, [here('job.mjs'), '2'], { encoding: 'utf8' });
    const { hashes, threads } = JSON.parse(out) as { hashes: Record<string, string>; threads: number };
    expect(threads).toBe(2);
    expect(hashes).toEqual(JSON.parse(readFileSync(here('hashes.json'), 'utf8')));
  });
});
