import { campaignContext } from '../../../activities/tasks/context.js';
import { calculatorOf } from '../../../activities/tasks/label.js';
import type { LedgerEntryBody } from '../../campaign/ledger.js';
import { displacedPositions } from '../../crystal/displaced.js';
import { InputError } from '../../errors.js';
import { checkLabel } from '../../reference/gate.js';
import { getLabel, originOfLabel } from '../../store/artifacts/label.js';
import { getLabelImport } from '../../store/artifacts/labelImport.js';
import { getStructure } from '../../store/artifacts/structure.js';
import { hashOf } from '../../store/canonical.js';
import type { Ref, Store } from '../../store/types.js';

type Context = Awaited<ReturnType<typeof campaignContext>>;
type Labelled = Extract<LedgerEntryBody, { type: 'labelled' }>;

/**
 * Each label of a campaign against the gate and against what it says it is of: its own structure, and one reference for all. Labels
 * of `initial.data` and of structures that a person had tried again with other settings have a reference of their own.
 */
export async function verifyLabels(
  store: Store,
  campaign: Ref,
  ledger: readonly LedgerEntryBody[],
): Promise<string> {
  const context = await campaignContext(store, campaign);
  const asked = new Map(ledger.flatMap((e) => (e.type === 'asked' ? [[e.structure, e]] : [])));
  const labelled = ledger.filter((entry): entry is Labelled => entry.type === 'labelled');
  const others = withOtherSettings(ledger);
  let first: string | undefined;
  const files = new Map<string, number>();
  let stated = 0;
  for (const { structure, label, adopted } of labelled) {
    const { ref, group } = asked.get(structure)!;
    await requireGate(store, context, structure, ref, label);
    const origin = await originOfLabel(store, label);
    if (origin.structure !== ref.hash)
      throw new Error(`structure ${structure}: its label is of another structure`);
    if (group !== 'imported' && !others.has(structure)) {
      first ??= origin.reference;
      if (origin.reference !== first)
        throw new Error(`structure ${structure}: its label is of a reference with other settings`);
    }
    const from = adopted ? await getLabelImport(store, label) : undefined;
    if (from) files.set(from.file, (files.get(from.file) ?? 0) + 1);
    if (origin.foreign !== undefined) stated++;
  }
  const here = referenceHash(context);
  return [
    `${labelled.length} labels pass it, each of its structure and all of one reference`,
    // No fault of the labels: a program's file was changed since, or this is another machine.
    ...(here !== undefined && first !== undefined && here !== first
      ? ['what the reference is on this machine is something else today']
      : []),
    ...[...files].map(([file, n]) => `${n} imported from ${file}`),
    ...(stated > 0 ? [`the settings of ${stated} are as a person stated`] : []),
  ].join('; ');
}

async function requireGate(
  store: Store,
  { supercell, settings }: Context,
  number: number,
  structure: Ref,
  label: Ref,
): Promise<void> {
  const { forces, energy } = await getLabel(store, label);
  const { lattice, species } = supercell.crystal;
  const positions = displacedPositions(supercell, await getStructure(store, structure));
  const result = { forces, energy, converged: true, program: '', seconds: 0 };
  const verdict = checkLabel({ lattice, species, positions }, result, settings.reference.gate);
  if (!verdict.accepted) throw new Error(`structure ${number}: ${verdict.reason}`);
}

/** Undefined where this machine lacks a file of the reference code. */
function referenceHash(context: Context): string | undefined {
  try {
    const { missing, identity } = calculatorOf(context);
    return missing ? undefined : hashOf(identity);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Structures that a person had tried again with other settings. */
function withOtherSettings(ledger: readonly LedgerEntryBody[]): ReadonlySet<number> {
  return new Set(
    ledger.flatMap((entry) =>
      entry.type === 'steered' &&
      entry.order.kind === 'resolve' &&
      entry.order.answer.kind === 'retry' &&
      entry.order.answer.reference !== null
        ? [entry.order.structure]
        : [],
    ),
  );
}
