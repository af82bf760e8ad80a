import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { campaignContext } from '../../../activities/tasks/context.js';
import { RESULT_FILES } from '../../../activities/tasks/publish.js';
import { idealForces } from '../../../activities/tasks/report/diagnostics.js';
import { entriesOf } from '../../../activities/tasks/report/entries.js';
import type { LedgerEntryBody } from '../../campaign/ledger.js';
import type { Addition } from '../../campaign/messages.js';
import { inputError } from '../../errors.js';
import type { Expansion } from '../../expansion/types.js';
import type { LabelledStructure } from '../../regression/trainingRows.js';
import type { PriorName } from '../../regression/types.js';
import { getLabel } from '../../store/artifacts/label.js';
import { getStructure } from '../../store/artifacts/structure.js';
import { getTestSet } from '../../store/artifacts/testSet.js';
import { getTrainingSet } from '../../store/artifacts/trainingSet.js';
import { openFolderStore } from '../../store/folderStore.js';
import { parseLedgerLines } from '../../store/ledger.js';
import type { Ref, Store } from '../../store/types.js';
import { findBundle } from '../campaigns/registry.js';
import type { Home } from '../home.js';
import type { SelectionData } from './evaluate.js';

/** A campaign's labels, and what it chose itself. */
export interface CampaignData extends SelectionData {
  readonly expansion: Expansion;
  readonly prior: PriorName;
}

/** The training set of a campaign's latest force field, from its ledger and the store; needs no server. */
export async function campaignData(home: Home, name: string): Promise<CampaignData> {
  const store = await openFolderStore(home.store);
  const { ref } = await findBundle(store, name);
  const context = await campaignContext(store, ref);
  const ledger = parseLedgerLines<LedgerEntryBody>(await readLedger(home, name));
  const refit = entriesOf(ledger, 'refitted').at(-1);
  if (refit === undefined) {
    throw inputError({ field: 'CAMPAIGN', message: 'has no training set yet', got: name });
  }
  const { entries } = await getTrainingSet<Addition>(store, refit.trainingSet);
  const train: LabelledStructure[] = [];
  for (const { structure, label } of entries) train.push(await labelled(store, structure, label));
  const { regression, expansion } = context.settings;
  const { cutoffs, ...options } = expansion;
  const testSet = entriesOf(ledger, 'test-set').at(-1);
  return {
    supercell: context.supercell,
    train,
    test: testSet ? await testStructures(store, testSet.testSet) : [],
    idealForces: await idealForces(store, context, ledger),
    labelNoise: regression.labelNoise,
    expansion: { cutoffs, options },
    prior: regression.prior,
  };
}

async function readLedger(home: Home, name: string): Promise<string> {
  const path = join(home.runs, name, RESULT_FILES.ledger);
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw inputError({
      field: 'CAMPAIGN',
      message: 'its ledger has not been written yet',
      got: path,
      hint: `\`anharmony report ${name}\` writes it, also for a campaign that is running`,
    });
  }
}

async function labelled(store: Store, structure: Ref, label: Ref): Promise<LabelledStructure> {
  const { forces } = await getLabel(store, label);
  return { displacements: await getStructure(store, structure), forces };
}

async function testStructures(store: Store, ref: Ref): Promise<LabelledStructure[]> {
  const { frames, displacements, forces } = await getTestSet(store, ref);
  const n = displacements.length / frames;
  return Array.from({ length: frames }, (_, k) => ({
    displacements: displacements.slice(k * n, (k + 1) * n),
    forces: forces.slice(k * n, (k + 1) * n),
  }));
}
