import type { TaskProgress } from '../../../activities/protocol.js';
import { type CampaignContext, campaignContext } from '../../../activities/tasks/context.js';
import type { TaskEnvironment } from '../../../activities/tasks/environment.js';
import { newCampaign } from '../../campaign/begin.js';
import { type CampaignBundle, fingerprintSource, rulesOf } from '../../campaign/bundle.js';
import type { LedgerEntryBody } from '../../campaign/ledger.js';
import type { CampaignSettings } from '../../campaign/schema.js';
import type { CampaignState } from '../../campaign/state.js';
import { FailureError } from '../../errors.js';
import { canonicalJson, hashOf } from '../../store/canonical.js';
import { openFolderStore } from '../../store/folderStore.js';
import { readLedger } from '../../store/ledger.js';
import { type Course, courseOf } from '../../study/course.js';
import { driveCampaign } from '../../study/driver.js';
import { TO_MEV } from '../../units.js';
import type { Home } from '../home.js';
import { performHere } from './perform.js';

/** Wall-clock milliseconds between two lines of progress. */
const INTERVAL_MS = 5000;

/** Where campaigns are run for comparison: in this process, with the store of the home, so that labels are shared. */
export interface Studio {
  readonly environment: TaskEnvironment;
  readonly bundle: CampaignBundle;
  readonly say: (line: string) => void;
}

/** A campaign that was run for a study. */
export interface StudiedCampaign {
  readonly context: CampaignContext;
  readonly state: CampaignState;
  readonly ledger: readonly LedgerEntryBody[];
  readonly course: Course;
}

export async function openStudio(
  home: Home,
  bundle: CampaignBundle,
  say: (line: string) => void,
): Promise<Studio> {
  const environment: TaskEnvironment = {
    places: home,
    store: await openFolderStore(home.store),
    report: progressLines(say, bundle.settings.md.timestep),
    shouldStop: () => false,
  };
  return { environment, bundle, say };
}

/** Runs a campaign to its end. Throws where it failed: a study of failures compares nothing. */
export async function runCampaign(
  studio: Studio,
  settings: CampaignSettings,
  how: { readonly screened: boolean } = { screened: true },
): Promise<StudiedCampaign> {
  const { environment, say } = studio;
  const { store } = environment;
  const bundle: CampaignBundle = { ...studio.bundle, settings };
  const ref = await store.put('campaign-file', canonicalJson(bundle));
  const start = newCampaign(settings.name, hashOf(fingerprintSource(bundle)), ref, rulesOf(settings));
  say(`campaign ${settings.name}`);
  const state = await driveCampaign(
    start,
    performHere(environment, ref, settings.name, how.screened),
    ({ forceField, training }, after) => {
      if (after.type === 'refit' && forceField) say(refitLine(training.md, forceField));
    },
  );
  if (state.verdict === null || state.verdict.kind === 'failed' || state.forceField === null) {
    throw new FailureError(
      `campaign ${settings.name} came to nothing: ${state.verdict?.reason ?? 'no verdict'}`,
    );
  }
  say(`  ${state.verdict.kind}: ${state.verdict.reason}`);
  const ledger = await readLedger<LedgerEntryBody>(store, state.ledger.head);
  const context = await campaignContext(store, ref);
  return { context, state, ledger, course: courseOf(ledger, settings.md.timestep) };
}

function refitLine(fromMd: number, { fittingError, test }: NonNullable<CampaignState['forceField']>): string {
  const found = test ? `, test RMSE ${(TO_MEV * test.rmse).toFixed(3)}` : '';
  return `  refit with ${fromMd} structures from MD: β^-½ ${(TO_MEV * fittingError).toFixed(3)}${found} meV/Å`;
}

function progressLines(say: (line: string) => void, timestep: number): (progress: TaskProgress) => void {
  let next = Date.now() + INTERVAL_MS;
  return (progress) => {
    if (progress.phase !== 'md' || Date.now() < next) return;
    next = Date.now() + INTERVAL_MS;
    const time = (progress.step * timestep) / 1000;
    say(
      `  ${time.toFixed(1)} ps, ε_B ${(TO_MEV * progress.rms).toFixed(3)} meV/Å, ${progress.stepsPerSecond.toFixed(0)} steps/s`,
    );
  };
}
