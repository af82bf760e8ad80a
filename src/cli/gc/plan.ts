import type { CampaignBundle } from '../../campaign/bundle.js';
import { endOf, oldForceFields } from '../../campaign/ending.js';
import type { LedgerEntryBody } from '../../campaign/ledger.js';
import { listFiles, type StoredFile } from '../../store/folderInventory.js';
import { isRef } from '../../store/ref.js';
import type { Store } from '../../store/types.js';
import type { Home } from '../home.js';
import { type Chain, type Survey, surveyStore } from './survey.js';

/** What may be freed, and why. */
export type FreeableKind = (typeof KINDS)[number]['kind'];

export const KINDS = [
  {
    kind: 'force fields older than the latest two',
    why: 'computed again from labels when asked for',
  },
  { kind: 'sums over training sets', why: 'computed again from labels when asked for' },
  { kind: 'objects that nothing names', why: 'of what was never recorded' },
  { kind: 'progress of campaigns that have ended', why: 'their segments of MD are in the store' },
  { kind: 'scratch and temporary files', why: 'of processes that have died' },
] as const;

export interface Freeable {
  readonly kind: FreeableKind;
  readonly file: StoredFile;
}

export interface Plan {
  readonly freeable: readonly Freeable[];
  /** Objects that nothing names but that one of the unfinished campaigns may have under way. */
  readonly leftAlone: readonly StoredFile[];
  /** Campaigns that have not come to an end of their own. */
  readonly unfinished: readonly string[];
  /** Everything that stays in the store. */
  readonly kept: { readonly objects: number; readonly bytes: number };
}

/** Files this young (ms) may belong to a process that works at this moment. */
const YOUNG_MS = 3_600_000;

/** Formats of what may be freed where nothing names it. Structures, labels and test sets are worth more than their room. */
const FREED_UNNAMED: readonly string[] = [
  'anharmony-force-field',
  'anharmony-trace',
  'anharmony-checkpoint',
  'posterior',
];

/** Says what could be freed in a home; changes nothing. `now` in ms since 1970. */
export async function planCollection(home: Home, store: Store, now: number): Promise<Plan> {
  const survey = await surveyStore(home.store, store);
  const campaigns = await knownCampaigns(store, survey);
  const unfinished = campaigns.filter((c) => !c.ended).map((c) => c.name);
  const old = oldOf(survey.chains);
  const named = namedBy(survey);
  const isOld = ({ modified }: StoredFile) => now - modified > YOUNG_MS;
  const freeable: Freeable[] = [];
  const leftAlone: StoredFile[] = [];
  for (const { format, object } of survey.frames) {
    if (format === 'gram') freeable.push({ kind: 'sums over training sets', file: object });
    else if (old.has(object.hash))
      freeable.push({ kind: 'force fields older than the latest two', file: object });
    else if (!named.has(object.hash) && FREED_UNNAMED.includes(format)) {
      if (unfinished.length > 0 || !isOld(object)) leftAlone.push(object);
      else freeable.push({ kind: 'objects that nothing names', file: object });
    }
  }
  const work = await workFiles(home, campaigns, isOld);
  const all = [...survey.frames.map(({ object }) => object), ...survey.others];
  const bytesOf = (files: readonly StoredFile[]) => files.reduce((sum, { bytes }) => sum + bytes, 0);
  const freed = freeable.map(({ file }) => file);
  return {
    freeable: [...freeable, ...work],
    leftAlone,
    unfinished,
    kept: { objects: all.length - freed.length, bytes: bytesOf(all) - bytesOf(freed) },
  };
}

interface KnownCampaign {
  readonly name: string;
  readonly ended: boolean;
}

/** Campaigns that a name stands for; one without a ledger has not begun, or is about to. */
async function knownCampaigns(store: Store, { links, chains }: Survey): Promise<readonly KnownCampaign[]> {
  const known: KnownCampaign[] = [];
  for (const { namespace, ref } of links) {
    if (namespace !== 'campaign') continue;
    const { settings } = JSON.parse(new TextDecoder().decode(await store.get(ref))) as CampaignBundle;
    const own = chains.filter(
      ({ entries: [first] }) => first.type === 'started' && first.campaign.hash === ref.hash,
    );
    known.push({ name: settings.name, ended: own.some(({ entries }) => endOf(entries) !== null) });
  }
  return known;
}

/** Force fields that are old in every ledger which has them. */
function oldOf(chains: readonly Chain[]): ReadonlySet<string> {
  const old = new Set(chains.flatMap(({ entries }) => [...oldForceFields(entries)]));
  for (const { entries } of chains) {
    const own = oldForceFields(entries);
    for (const entry of entries)
      if (entry.type === 'refitted' && !own.has(entry.forceField.ref.hash))
        old.delete(entry.forceField.ref.hash);
  }
  return old;
}

/** Whatever a ledger or a link names. */
function namedBy({ chains, links }: Survey): ReadonlySet<string> {
  const named = new Set(links.map(({ ref }) => ref.hash));
  const seen = new Set<LedgerEntryBody>();
  const collect = (value: unknown): void => {
    if (isRef(value)) named.add(value.hash);
    else if (value !== null && typeof value === 'object')
      for (const inner of Object.values(value)) collect(inner);
  };
  for (const { entries } of chains) {
    for (const entry of entries) {
      if (!seen.has(entry)) collect(entry);
      seen.add(entry);
    }
  }
  return named;
}

async function workFiles(
  { work, store }: Home,
  campaigns: readonly KnownCampaign[],
  isOld: (file: StoredFile) => boolean,
): Promise<Freeable[]> {
  const found: Freeable[] = [];
  const unfinished = campaigns.filter((c) => !c.ended).map((c) => `/progress/${c.name}/`);
  for (const file of (await listFiles(work)).filter(isOld)) {
    const running = unfinished.some((folder) =>
      file.path.slice(work.length).replaceAll('\\', '/').startsWith(folder),
    );
    const progress = file.path.endsWith('.bin');
    if (progress && !running) found.push({ kind: 'progress of campaigns that have ended', file });
    if (!progress) found.push({ kind: 'scratch and temporary files', file });
  }
  for (const file of (await listFiles(`${store}/temporary`)).filter(isOld))
    found.push({ kind: 'scratch and temporary files', file });
  return found;
}
