import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newCampaign } from '../../src/campaign/begin.js';
import { rulesOf } from '../../src/campaign/bundle.js';
import type { LedgerEntryBody } from '../../src/campaign/ledger.js';
import type { CampaignState } from '../../src/campaign/state.js';
import { loadCampaign } from '../../src/cli/campaigns/file.js';
import { performHere } from '../../src/cli/study/perform.js';
import { canonicalJson } from '../../src/store/canonical.js';
import { readLedger } from '../../src/store/ledger.js';
import { openMemoryStore } from '../../src/store/memoryStore.js';
import { courseOf } from '../../src/study/course.js';
import { driveCampaign } from '../../src/study/driver.js';

const example = fileURLToPath(new URL('../../examples/argon.yaml', import.meta.url));

/**
 * What `anharmony run examples/argon.yaml` prints at its end, with server and worker threads. It changes only where the
 * numerics do, in the last bits; then both must change together.
 */
const ARGON = 'sha256:b29d9b1b0d6ff1cbb35ab8d22524827eb0a31a593a240b94326d15c7168d3a90';

describe('a campaign without a server', () => {
  const store = openMemoryStore();
  const work = mkdtempSync(join(tmpdir(), 'anharmony-'));
  const { bundle, fingerprint } = loadCampaign(example);
  let end: CampaignState;
  afterAll(() => rmSync(work, { recursive: true }));

  beforeAll(async () => {
    const places = { store: work, work, runs: work };
    const environment = { places, store, report: () => undefined, shouldStop: () => false };
    const ref = await store.put('campaign-file', canonicalJson(bundle));
    const { name } = bundle.settings;
    const start = newCampaign(name, fingerprint, ref, rulesOf(bundle.settings));
    end = await driveCampaign(start, performHere(environment, ref, name));
  }, 120_000);

  it('ends with the force constants that `anharmony run` gives', () => {
    expect(end.stage).toBe('done');
    expect(end.verdict?.kind).toBe('converged');
    expect(end.forceField?.parametersHash).toBe(ARGON);
  });

  it('leaves a ledger that tells its course', async () => {
    const ledger = await readLedger<LedgerEntryBody>(store, end.ledger.head);
    const course = courseOf(ledger, bundle.settings.md.timestep);
    const last = course.points.at(-1)!;
    expect(course.points).toHaveLength(end.cost.refits);
    expect(last.fromMd).toBe(end.training.md);
    expect(last.rmse).toBe(end.forceField?.test?.rmse);
    expect(last.expected).toBe(end.assessment?.expectedRmse);
    expect(course.time).toBe((end.walkers[0].step * bundle.settings.md.timestep) / 1000);
    expect(Object.values(course.picks).reduce((a, b) => a + b, 0)).toBe(end.picked);
  });
});
