import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskEnvironment } from '../../../activities/tasks/environment.js';
import { newCampaign } from '../../../src/campaign/begin.js';
import { rulesOf } from '../../../src/campaign/bundle.js';
import type { LedgerEntryBody } from '../../../src/campaign/ledger.js';
import type { CampaignEvent, Command } from '../../../src/campaign/messages.js';
import type { CampaignState } from '../../../src/campaign/state.js';
import { assembleCampaign, type LoadedCampaign } from '../../../src/cli/campaigns/file.js';
import { registerCampaign } from '../../../src/cli/campaigns/registry.js';
import type { Home } from '../../../src/cli/home.js';
import { performHere } from '../../../src/cli/study/perform.js';
import { openFolderStore } from '../../../src/store/folderStore.js';
import { type LedgerEntry, readLedger } from '../../../src/store/ledger.js';
import type { Ref, Store } from '../../../src/store/types.js';
import { driveCampaign } from '../../../src/study/driver.js';

/** Solid argon, a second or two: a few structures from MD of 32 atoms. */
export const QUICK = `name: quick
crystal: argon.POSCAR # fcc
supercell: [2, 2, 2]
expansion: { cutoffs: { 2: 5.0, 3: 4.0, 4: 4.0 } } # Å
reference: { calculator: lennard-jones, epsilon: 0.0104, sigma: 3.40, cutoff: 8.5 }
md: { temperature: 40, timestep: 5 fs }
acquisition: { window: 200, minWindow: 100, stall: { after: 500 fs, structures: 5 } }
convergence: { minTime: 1 ps, sinceRefit: 200 fs, minStructures: 5 }
limits: { time: 20 ps }
`;

/** Campaigns with the program's own tasks and a store on disk, without a server. */
export interface Stage {
  readonly folder: string;
  readonly home: Home;
  readonly store: Store;
  readonly environment: TaskEnvironment;
  remove(): void;
}

export async function openStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'anharmony-audit-'));
  cpSync('examples/argon.POSCAR', join(folder, 'argon.POSCAR'));
  const home = join(folder, '.anharmony');
  const places: Home = {
    home,
    store: join(home, 'store'),
    work: join(home, 'work'),
    runs: join(folder, 'runs'),
    log: join(home, 'log'),
  };
  const store = await openFolderStore(places.store);
  const environment = { places, store, report: () => undefined, shouldStop: () => false };
  return { folder, home: places, store, environment, remove: () => rmSync(folder, { recursive: true }) };
}

export function campaignFrom({ folder }: Stage, text: string): LoadedCampaign {
  const path = join(folder, 'campaign.yaml');
  writeFileSync(path, text);
  return assembleCampaign(readFileSync(path, 'utf8'), path);
}

export interface Played {
  readonly campaign: LoadedCampaign;
  readonly ref: Ref;
  readonly state: CampaignState;
  readonly head: Ref;
  readonly entries: readonly LedgerEntry<LedgerEntryBody>[];
}

export type Meddle = (
  perform: (command: Command) => Promise<CampaignEvent>,
) => (command: Command) => Promise<CampaignEvent>;

/** Runs a campaign to its end, or from a state on. */
export async function playCampaign(
  stage: Stage,
  campaign: LoadedCampaign,
  { from, meddle = (perform) => perform }: { from?: CampaignState; meddle?: Meddle } = {},
): Promise<Played> {
  const { bundle, fingerprint } = campaign;
  const ref = await registerCampaign(stage.store, campaign);
  const start = from ?? newCampaign(bundle.settings.name, fingerprint, ref, rulesOf(bundle.settings));
  const perform = performHere(stage.environment, ref, bundle.settings.name);
  const state = await driveCampaign(start, meddle(perform));
  const head = state.ledger.head!;
  return { campaign, ref, state, head, entries: await readLedger<LedgerEntryBody>(stage.store, head) };
}

export { only } from '../../campaign/played.js';
