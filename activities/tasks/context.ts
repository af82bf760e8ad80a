import { basename } from 'node:path';
import type { CampaignBundle } from '../../src/campaign/bundle.js';
import { fingerprintSource, METHOD_VERSION } from '../../src/campaign/bundle.js';
import { parseCrystal } from '../../src/crystal/read.js';
import { buildSupercell } from '../../src/crystal/supercell.js';
import { analyseSymmetry } from '../../src/crystal/symmetry.js';
import type { PrimitiveCrystal, Supercell } from '../../src/crystal/types.js';
import { FailureError } from '../../src/errors.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import { basisIdentity, decodeClusterSpace, encodeClusterSpace } from '../../src/expansion/codec.js';
import type { ClusterSpace } from '../../src/expansion/types.js';
import { hashOf } from '../../src/store/canonical.js';
import type { Ref, Store } from '../../src/store/types.js';

/** What every task of a campaign starts from; kept by the thread from one task to the next. */
export interface CampaignContext extends CampaignCell {
  readonly bundle: CampaignBundle;
  readonly settings: CampaignBundle['settings'];
  /** What the campaign is, wherever its folder lies. */
  readonly fingerprint: string;
  readonly space: ClusterSpace;
  readonly basis: Ref;
}

/** The crystal of a campaign: what labels are of. */
export interface CampaignCell {
  readonly primitive: PrimitiveCrystal;
  readonly supercell: Supercell;
  /** Hash of the supercell's identity: names it in structures. */
  readonly supercellHash: string;
}

let kept: { readonly hash: string; readonly context: Promise<CampaignContext> } | undefined;

/** The context of a campaign. Thread-local: a thread works on one campaign after another, seldom on two by turns. */
export function campaignContext(store: Store, campaign: Ref): Promise<CampaignContext> {
  if (kept?.hash !== campaign.hash) {
    const context = load(store, campaign);
    kept = { hash: campaign.hash, context };
    context.catch(() => {
      kept = undefined;
    });
  }
  return kept.context;
}

async function load(store: Store, campaign: Ref): Promise<CampaignContext> {
  const bundle = await readBundle(store, campaign);
  const { settings } = bundle;
  const cell = cellOf(bundle);
  const { space, basis } = await clusterSpaceOf(store, cell.primitive, settings.expansion);
  return {
    ...cell,
    bundle,
    settings,
    fingerprint: hashOf(fingerprintSource(bundle)),
    space,
    basis,
  };
}

export function cellOf({ crystal, settings }: CampaignBundle): CampaignCell {
  const unit = parseCrystal(crystal.text, basename(crystal.name));
  const primitive = analyseSymmetry(unit, { symprec: settings.symprec });
  const supercell = buildSupercell(primitive, unit, settings.supercell.flat());
  return { primitive, supercell, supercellHash: supercellIdentity(supercell) };
}

export async function readBundle(store: Store, campaign: Ref): Promise<CampaignBundle> {
  const bundle = JSON.parse(new TextDecoder().decode(await store.get(campaign))) as CampaignBundle;
  if (bundle.methodVersion !== METHOD_VERSION) {
    throw new FailureError(
      `the campaign was started with method version ${bundle.methodVersion}, this program has ${METHOD_VERSION}`,
      'finish it with the version that started it, or start it anew under another name',
    );
  }
  return bundle;
}

type Expansion = CampaignBundle['settings']['expansion'];

/** The basis from the store where one was built before, by any campaign. */
async function clusterSpaceOf(store: Store, primitive: PrimitiveCrystal, { cutoffs, ...options }: Expansion) {
  const key = hashOf(basisIdentity(primitive, cutoffs, options));
  const known = await store.resolve('basis', key);
  if (known) return { space: decodeClusterSpace(await store.get(known)), basis: known };
  const space = buildClusterSpace(primitive, cutoffs, options);
  const basis = await store.link('basis', key, await store.put('basis', encodeClusterSpace(space)));
  return { space, basis };
}

function supercellIdentity({ crystal, matrix }: Supercell): string {
  return hashOf({
    lattice: [...crystal.lattice],
    species: crystal.species,
    positions: [...crystal.positions],
    matrix: [...matrix],
  });
}
