import type { CampaignBundle } from '../../src/campaign/bundle.js';
import { type InheritableLabel, inheritable, MOST_IMPORTED } from '../../src/campaign/inheritance.js';
import type { Inheritance, LedgerEntryBody } from '../../src/campaign/ledger.js';
import { parseData } from '../../src/crystal/data.js';
import { displacedPositions } from '../../src/crystal/displaced.js';
import { inputError } from '../../src/errors.js';
import { checkLabel } from '../../src/reference/gate.js';
import { getLabel, originOfLabel } from '../../src/store/artifacts/label.js';
import { getStructure, supercellOfStructure } from '../../src/store/artifacts/structure.js';
import { hashOf } from '../../src/store/canonical.js';
import { MissingArtifactError } from '../../src/store/errors.js';
import { readLedger } from '../../src/store/ledger.js';
import { refOf } from '../../src/store/ref.js';
import type { Ref, Store } from '../../src/store/types.js';
import { type CampaignCell, type CampaignContext, cellOf } from './context.js';
import { importLabel } from './importedData.js';
import { calculatorOf } from './label.js';

/** Labels of a parent that hold in another campaign, and what became of the others. */
export interface HeldLabels {
  readonly labels: readonly InheritableLabel[];
  readonly inheritance: Inheritance;
}

/** Takes over the labels of the campaign's parent that hold; undefined where it has no parent. */
export async function inherit(store: Store, context: CampaignContext) {
  const { bundle } = context;
  if (bundle.settings.parent === undefined) return undefined;
  const { labels, inheritance } = await heldLabels(store, bundle, context);
  for (const { ref, label } of labels) await importLabel(store, context, ref, label);
  return { structures: labels.map(({ ref }) => ref), inheritance };
}

/**
 * The labels of a campaign's parent that hold in it: of structures of the same supercell, by a reference with the same
 * settings, accepted by the campaign's own gate. Their artifacts say what they are of, so the parent's own file is not asked.
 * @throws InputError where the store has no such ledger
 */
export async function heldLabels(
  store: Store,
  bundle: CampaignBundle,
  cell: CampaignCell = cellOf(bundle),
): Promise<HeldLabels> {
  const { campaign, ledger: hash } = bundle.settings.parent!;
  const { head, ledger, fingerprint } = await parentLedger(store, campaign, hash);
  const judge = labelJudge(store, bundle, cell);
  const held: InheritableLabel[] = [];
  const left = new Map<string, number>();
  for (const label of inheritable(ledger)) {
    const reason = await judge(label);
    if (reason === null) held.push(label);
    else left.set(reason, (left.get(reason) ?? 0) + 1);
  }
  const files = (bundle.data ?? []).reduce((n, { text, name }) => n + parseData(text, name).frames.length, 0);
  // The latest were asked for by the best force field.
  const labels = held.slice(Math.max(0, held.length + files - MOST_IMPORTED));
  if (labels.length < held.length) {
    const reason = `older than the latest ${labels.length}: at most ${MOST_IMPORTED} structures are imported`;
    left.set(reason, held.length - labels.length);
  }
  const reasons = [...left].map(([reason, n]) => ({ reason, labels: n }));
  const inheritance = { parent: campaign, fingerprint, head, taken: labels.length, left: reasons };
  return { labels, inheritance };
}

/** Why a label does not hold; null where it does. */
function labelJudge(store: Store, bundle: CampaignBundle, { supercell, supercellHash }: CampaignCell) {
  const reference = hashOf(calculatorOf({ supercell, bundle }).identity);
  const { lattice, species } = supercell.crystal;
  return async ({ group, ref, label }: InheritableLabel): Promise<string | null> => {
    if ((await supercellOfStructure(store, ref)) !== supercellHash) return 'of another crystal or supercell';
    if ((await originOfLabel(store, label)).reference !== reference)
      return group === 'imported'
        ? 'from files or another reference: name the files in initial.data'
        : 'by a reference with other settings';
    const positions = displacedPositions(supercell, await getStructure(store, ref));
    const { forces, energy } = await getLabel(store, label);
    const result = { forces, energy, converged: true, program: '', seconds: 0 };
    const verdict = checkLabel({ lattice, species, positions }, result, bundle.settings.reference.gate);
    return verdict.accepted ? null : `refused by the gate: ${verdict.reason}`;
  };
}

async function parentLedger(store: Store, campaign: string, hash: string) {
  const ref: Ref = { kind: 'ledger-entry', hash, bytes: 0 };
  const content = await store.get(ref).catch((error: unknown) => {
    if (!(error instanceof MissingArtifactError)) throw error;
    throw inputError({
      field: 'parent.ledger',
      message: `the store has no such entry of the ledger of ${campaign}`,
      got: hash,
      hint: 'a fork needs the store of its parent: use the same --home',
    });
  });
  const head = refOf('ledger-entry', content);
  const ledger = await readLedger<LedgerEntryBody>(store, head);
  const [started] = ledger;
  if (started.type === 'started' && started.name === campaign)
    return { head, ledger, fingerprint: started.fingerprint };
  throw inputError({
    field: 'parent.campaign',
    message: 'this ledger is of another campaign',
    got: campaign,
    expected: started.type === 'started' ? started.name : undefined,
  });
}
