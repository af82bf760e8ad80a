import { statSync } from 'node:fs';
import { type CampaignCell, cellOf } from '../../../activities/tasks/context.js';
import { calculatorOf } from '../../../activities/tasks/label.js';
import type { CampaignBundle } from '../../campaign/bundle.js';
import type { LedgerEntryBody } from '../../campaign/ledger.js';
import { InputError } from '../../errors.js';
import type { Calculator } from '../../reference/types.js';
import { originOfLabel } from '../../store/artifacts/label.js';
import { hashOf } from '../../store/canonical.js';
import { openFolderStore } from '../../store/folderStore.js';
import type { Ref, Store } from '../../store/types.js';
import { campaignOf, loadCampaign } from '../campaigns/file.js';
import { findBundle } from '../campaigns/registry.js';
import { type Chain, type Survey, surveyStore } from '../gc/survey.js';
import { homeOf } from '../home.js';
import { requireHome } from '../serverAccess.js';

/** A campaign whose labels are looked at, with everything in its home's store. */
export interface LabelledCampaign {
  readonly store: Store;
  readonly bundle: CampaignBundle;
  readonly cell: CampaignCell;
  readonly survey: Survey;
  /** What it has done so far; empty for one that never ran here. */
  readonly ledger: readonly LedgerEntryBody[];
  /** Hash of the reference's identity. */
  readonly reference: string;
  /** Absent where it cannot be made on this machine: a file of its code is missing. */
  readonly calculator?: Calculator;
  /** What is missing then. */
  readonly missing?: InputError;
}

/**
 * Opens a campaign by its name, or by its file whether it ever ran or not. Needs no server: the ledger of a campaign that runs is in the
 * store as far as it goes.
 * @param options `create`: the home's store is made where there is none
 * @throws InputError where there is no such campaign, and where nothing tells its reference
 */
export async function openLabels(
  campaign: string,
  options: { readonly home?: string; readonly create?: boolean },
): Promise<LabelledCampaign> {
  const home = homeOf(options);
  if (options.create !== true) requireHome(home);
  // A mistyped file must leave no empty store behind.
  const loaded = isFile(campaign) ? loadCampaign(campaign) : undefined;
  const store = await openFolderStore(home.store);
  const survey = await surveyStore(home.store, store);
  const known = loaded
    ? { bundle: loaded.bundle, ref: await ownRef(store, loaded) }
    : await findBundle(store, campaign);
  const { bundle, ref } = known;
  const ledger = ref ? ledgerOf(survey.chains, ref) : [];
  const cell = cellOf(bundle);
  return { store, bundle, cell, survey, ledger, ...(await referenceOf(store, bundle, cell, ledger)) };
}

/** A campaign's name has no folder and no ending of a file. */
function isFile(campaign: string): boolean {
  return /[/\\]|\.ya?ml$/.test(campaign) || statSync(campaign, { throwIfNoEntry: false })?.isFile() === true;
}

/** The campaign of this file in the store; undefined where it never ran, or its name stands for another configuration. */
async function ownRef(
  store: Store,
  { bundle, fingerprint }: ReturnType<typeof loadCampaign>,
): Promise<Ref | undefined> {
  const ref = await store.resolve('campaign', bundle.settings.name);
  if (ref === undefined) return undefined;
  const stands = await findBundle(store, bundle.settings.name);
  return campaignOf(stands.bundle).fingerprint === fingerprint ? ref : undefined;
}

function ledgerOf(chains: readonly Chain[], campaign: Ref): readonly LedgerEntryBody[] {
  const own = chains
    .map(({ entries }) => entries)
    .filter(([first]) => first.type === 'started' && first.campaign.hash === campaign.hash);
  return own.reduce((longest, entries) => (entries.length > longest.length ? entries : longest), []);
}

/** Which labels are the campaign's: from its settings, else from a label that it has had computed. */
async function referenceOf(
  store: Store,
  bundle: CampaignBundle,
  { supercell }: CampaignCell,
  ledger: readonly LedgerEntryBody[],
): Promise<Pick<LabelledCampaign, 'reference' | 'calculator' | 'missing'>> {
  let missing: InputError;
  try {
    const calculator = calculatorOf({ supercell, bundle });
    if (!calculator.missing) return { reference: hashOf(calculator.identity), calculator };
    missing = new InputError(calculator.missing);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    missing = error;
  }
  const ideal = ledger.find((entry) => entry.type === 'asked' && entry.group === 'ideal');
  const label = ledger.find(
    (entry) => entry.type === 'labelled' && ideal?.type === 'asked' && entry.structure === ideal.structure,
  );
  if (label?.type !== 'labelled') throw missing;
  return { reference: (await originOfLabel(store, label.label)).reference, missing };
}
