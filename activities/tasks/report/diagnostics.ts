import type { LedgerEntryBody } from '../../../src/campaign/ledger.js';
import type { Addition } from '../../../src/campaign/messages.js';
import type { ForceField } from '../../../src/forcefield/forceField.js';
import { parameterBlocks } from '../../../src/regression/blocks.js';
import { createDiagnosis } from '../../../src/regression/diagnostics.js';
import { leaveOutCount, leaveOutSample } from '../../../src/regression/sample.js';
import type { DiagnosticsOutcome } from '../../../src/report/diagnostics/sections.js';
import { getLabel } from '../../../src/store/artifacts/label.js';
import { getTrainingSet } from '../../../src/store/artifacts/trainingSet.js';
import type { Store } from '../../../src/store/types.js';
import type { CampaignContext } from '../context.js';
import { TrainingData } from '../trainingData.js';
import { entriesOf } from './entries.js';

/** The fit is repeated without each order up to so many parameters. */
const REFIT_LIMIT = 300;
/** Draws the structures where leaving out all would take too long. */
const SEED = 1;

/** Leaves each training structure of the latest fit, or a sample of them, out in turn. `field` is that fit's force field. */
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
  const rows = 3 * context.supercell.siteOf.length;
  const sample = leaveOutSample(entries.length, leaveOutCount(entries.length, rows, n), SEED);
  const drawn = sample.map((index) => entries[index]);
  for (const { structure, label } of drawn) {
    const { a, y } = await data.rows(structure, label);
    diagnosis.add(a, y);
  }
  const gram = n > REFIT_LIMIT ? undefined : await data.gram(byGroup(entries));
  return {
    diagnosed: {
      diagnostics: diagnosis.finish(gram),
      numbers: drawn.map((entry) => entry.id),
      sources: drawn.map(sourceOf),
      of: entries.length,
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
