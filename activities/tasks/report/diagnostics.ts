import type { LedgerEntryBody } from '../../../src/campaign/ledger.js';
import type { Addition } from '../../../src/campaign/messages.js';
import type { ForceField } from '../../../src/forcefield/forceField.js';
import { parameterBlocks } from '../../../src/regression/blocks.js';
import { createDiagnosis } from '../../../src/regression/diagnostics.js';
import type { DiagnosticsOutcome } from '../../../src/report/diagnostics/sections.js';
import { getLabel } from '../../../src/store/artifacts/label.js';
import { getTrainingSet } from '../../../src/store/artifacts/trainingSet.js';
import type { Store } from '../../../src/store/types.js';
import type { CampaignContext } from '../context.js';
import { TrainingData } from '../trainingData.js';
import { entriesOf } from './entries.js';

/** Structures are left out one by one up to so many parameters (half a second each at the limit), orders up to so many. */
const LEAVE_OUT_LIMIT = 1500;
const REFIT_LIMIT = 300;

/** Leaves each training structure of the latest fit out in turn. `field` is that fit's force field. */
export async function campaignDiagnostics(
  store: Store,
  context: CampaignContext,
  ledger: readonly LedgerEntryBody[],
  field: ForceField | undefined,
): Promise<DiagnosticsOutcome> {
  const refit = entriesOf(ledger, 'refitted').at(-1);
  if (refit === undefined || field === undefined)
    return { diagnosed: null, without: 'Nothing has been fitted yet.' };
  if (field.precisionFactor === undefined)
    return {
      diagnosed: null,
      without: 'Least squares have no posterior that could leave a structure out.',
    };
  const n = field.parameters.length;
  if (n > LEAVE_OUT_LIMIT) {
    return {
      diagnosed: null,
      without: `Structures were not left out one by one: ${n} parameters are more than the ${LEAVE_OUT_LIMIT} up to which that is done.`,
    };
  }
  const { entries } = await getTrainingSet<Addition>(store, refit.trainingSet);
  const data = new TrainingData(store, context, await idealForces(store, context, ledger));
  const blocks = parameterBlocks(context.space);
  const posterior = {
    parameters: field.parameters,
    precisionFactor: field.precisionFactor,
    beta: field.beta,
    hyperparameters: field.hyperparameters,
    logEvidence: field.logEvidence,
    effectiveParameters: refit.forceField.effectiveParameters,
    notDetermined: refit.forceField.notDetermined,
    rows: 0,
  };
  const diagnosis = createDiagnosis(posterior, blocks, context.supercell.crystal.species);
  for (const { structure, label } of entries) {
    const { a, y } = await data.rows(structure, label);
    diagnosis.add(a, y);
  }
  const gram = n > REFIT_LIMIT ? undefined : await data.gram(byGroup(entries));
  return {
    diagnosed: {
      diagnostics: diagnosis.finish(gram),
      numbers: entries.map((entry) => entry.id),
      sources: entries.map(sourceOf),
    },
  };
}

/** [3N] what was subtracted from all training forces, eV/Å. */
export async function idealForces(
  store: Store,
  { settings, supercell }: CampaignContext,
  ledger: readonly LedgerEntryBody[],
): Promise<Float64Array> {
  const ideal = entriesOf(ledger, 'asked').find((entry) => entry.group === 'ideal');
  const label = entriesOf(ledger, 'labelled').find((entry) => entry.structure === ideal?.structure);
  if (label === undefined || !settings.regression.subtractIdealForces)
    return new Float64Array(3 * supercell.siteOf.length);
  return (await getLabel(store, label.label)).forces;
}

function byGroup(entries: readonly Addition[]): Addition[][] {
  const groups = [...new Set(entries.map((entry) => entry.group))];
  return groups.map((group) => entries.filter((entry) => entry.group === group));
}

function sourceOf({ group, pick }: Addition): string {
  return pick === null ? group : `MD, walker ${pick.walker}, step ${pick.step}`;
}
