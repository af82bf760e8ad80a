import type { LedgerEntryBody } from '../../campaign/ledger.js';
import type { Group } from '../../campaign/state.js';
import {
  getLabel,
  LABELS,
  type Label,
  type LabelOrigin,
  labelKey,
  originOfLabel,
} from '../../store/artifacts/label.js';
import { getLabelImport, type LabelImport } from '../../store/artifacts/labelImport.js';
import { supercellOfStructure } from '../../store/artifacts/structure.js';
import type { Ref } from '../../store/types.js';
import type { LabelledCampaign } from './campaign.js';

/** Groups of labels: those of the campaign, and labels that are there for any campaign of the same reference. */
export const LABEL_GROUPS = ['ideal', 'random', 'phonon', 'imported', 'md', 'other'] as const;
export type LabelGroup = Group | 'other';

/** How a campaign came by a label. */
export type LabelSource = 'computed' | 'adopted' | 'imported';

/** One label of a campaign's reference. */
export interface LabelRow {
  readonly group: LabelGroup;
  /** Number in the campaign; null for one that is not the campaign's. */
  readonly number: number | null;
  readonly structure: Ref;
  readonly label: Ref;
  readonly source: LabelSource;
  readonly origin: LabelOrigin;
  /** The file that it was brought in from. */
  readonly from?: LabelImport;
  /** Attempts that this campaign made at it. */
  readonly attempts: number;
  /** Program and version that computed it, where it is known. */
  readonly program?: string;
  /** The campaign that had it computed, where it is known. */
  readonly campaign?: string;
}

export interface LabelCatalogue {
  /** The campaign's own, in the order of asking. */
  readonly own: readonly LabelRow[];
  /** Of the same reference and supercell, not asked for by the campaign so far: adopted as soon as they are. */
  readonly others: readonly LabelRow[];
}

/** Every label that a campaign has or would adopt. */
export async function catalogueLabels(opened: LabelledCampaign): Promise<LabelCatalogue> {
  const makers = makersOf(opened);
  const own = await ownLabels(opened, makers);
  return { own, others: await otherLabels(opened, makers, new Set(own.map(({ label }) => label.hash))) };
}

/** The numbers of a label. */
export function numbersOf({ store }: Pick<LabelledCampaign, 'store'>, { label }: LabelRow): Promise<Label> {
  return getLabel(store, label);
}

interface Maker {
  readonly campaign: string;
  readonly program?: string;
}

/** Who had each label computed, from all ledgers of the store. */
function makersOf({ survey }: LabelledCampaign): ReadonlyMap<string, Maker> {
  const makers = new Map<string, Maker>();
  for (const { entries } of survey.chains) {
    const [started] = entries;
    if (started.type !== 'started') continue;
    const programs = new Map<number, string>();
    for (const entry of entries) {
      if (entry.type === 'attempt') programs.set(entry.structure, entry.attempt.program);
      if (entry.type === 'labelled' && !entry.adopted)
        makers.set(entry.label.hash, {
          campaign: started.name,
          program: programs.get(entry.structure),
        });
    }
  }
  return makers;
}

async function ownLabels(
  opened: LabelledCampaign,
  makers: ReadonlyMap<string, Maker>,
): Promise<readonly LabelRow[]> {
  const { ledger } = opened;
  const asked = new Map(ledger.flatMap((e) => (e.type === 'asked' ? [[e.structure, e]] : [])));
  const rows: LabelRow[] = [];
  for (const entry of ledger) {
    if (entry.type !== 'labelled') continue;
    const { group, ref } = asked.get(entry.structure)!;
    const attempts = ledger.filter((e) => e.type === 'attempt' && e.structure === entry.structure).length;
    const row = await rowOf(
      opened,
      makers,
      { group, number: entry.structure, structure: ref, attempts },
      entry,
    );
    rows.push(row);
  }
  return rows.sort((a, b) => a.number! - b.number!);
}

type Known = Pick<LabelRow, 'group' | 'number' | 'structure' | 'attempts'>;

async function rowOf(
  { store, reference }: LabelledCampaign,
  makers: ReadonlyMap<string, Maker>,
  known: Known,
  { label, adopted }: Pick<Extract<LedgerEntryBody, { type: 'labelled' }>, 'label' | 'adopted'>,
): Promise<LabelRow> {
  const origin = await originOfLabel(store, label);
  const from = await getLabelImport(store, label);
  const maker = makers.get(label.hash);
  const program = maker?.program ?? from?.program;
  const campaign = maker?.campaign ?? from?.campaign;
  // What comes from a file of `initial.data` names that file as its reference.
  const fromFile = from !== undefined || (known.group === 'imported' && origin.reference !== reference);
  return {
    ...known,
    label,
    origin,
    source: adopted ? (fromFile ? 'imported' : 'adopted') : 'computed',
    ...(from && { from }),
    ...(program !== undefined && { program }),
    ...(campaign !== undefined && { campaign }),
  };
}

async function otherLabels(
  opened: LabelledCampaign,
  makers: ReadonlyMap<string, Maker>,
  own: ReadonlySet<string>,
): Promise<readonly LabelRow[]> {
  const { store, survey, reference, cell } = opened;
  const structures = new Map(
    survey.frames.flatMap(({ format, object: { hash, bytes } }) =>
      format === 'anharmony-structure' ? [[hash, { kind: 'structure', hash, bytes } as Ref]] : [],
    ),
  );
  const rows: LabelRow[] = [];
  for (const { format, object } of survey.frames) {
    if (format !== 'anharmony-label' || own.has(object.hash)) continue;
    const label: Ref = { kind: 'label', hash: object.hash, bytes: object.bytes };
    const origin = await originOfLabel(store, label);
    const structure = structures.get(origin.structure);
    if (origin.reference !== reference || structure === undefined) continue;
    if ((await supercellOfStructure(store, structure)) !== cell.supercellHash) continue;
    // One of two that were computed at once has the name; the other is nobody's.
    const named = await store.resolve(LABELS, labelKey(structure, reference));
    if (named?.hash !== label.hash) continue;
    const known: Known = { group: 'other', number: null, structure, attempts: 0 };
    rows.push(await rowOf(opened, makers, known, { label, adopted: true }));
  }
  return rows.sort((a, b) => (a.structure.hash < b.structure.hash ? -1 : 1));
}
