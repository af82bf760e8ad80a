import { type CampaignContext, campaignContext } from '../../../activities/tasks/context.js';
import { readForceFieldArtifact } from '../../../activities/tasks/model.js';
import { asPosterior } from '../../../activities/tasks/refit.js';
import { idealForces } from '../../../activities/tasks/report/diagnostics.js';
import { TrainingData } from '../../../activities/tasks/trainingData.js';
import type { LedgerEntryBody } from '../../campaign/ledger.js';
import type { Addition } from '../../campaign/messages.js';
import { parameterBlocks } from '../../regression/blocks.js';
import { bayesianError } from '../../regression/metrics.js';
import { predictiveVariance } from '../../regression/posterior.js';
import { fitRidge } from '../../regression/ridge.js';
import { getStructure } from '../../store/artifacts/structure.js';
import { getTrainingSet } from '../../store/artifacts/trainingSet.js';
import { MissingArtifactError } from '../../store/errors.js';
import type { Ref, Store } from '../../store/types.js';

type Refit = Extract<LedgerEntryBody, { type: 'refitted' }>;
type PosteriorFactor = ReturnType<typeof asPosterior>;

/** Computes ε_B of structures under the force fields that took them in, eV/Å. */
export interface ErrorsAfter {
  /** ε_B by number of structure, of all that this refit added; empty where the regression has no posterior. */
  of(refit: Refit): Promise<ReadonlyMap<number, number>>;
}

export async function errorsAfter(
  store: Store,
  campaign: Ref,
  ledger: readonly LedgerEntryBody[],
): Promise<ErrorsAfter> {
  const context = await campaignContext(store, campaign);
  const data = new TrainingData(store, context, await idealForces(store, context, ledger));
  const structures = new Map(ledger.flatMap((e) => (e.type === 'asked' ? [[e.structure, e.ref]] : [])));
  return {
    async of(refit) {
      const posterior = await posteriorOf(store, context, data, refit);
      const errors = new Map<number, number>();
      if (posterior.precisionFactor === undefined) return errors;
      for (const id of refit.added) {
        const u = await getStructure(store, structures.get(id)!);
        const { a } = data.rowsOf(u, new Float64Array(u.length));
        errors.set(id, bayesianError(predictiveVariance(posterior, a)));
      }
      return errors;
    },
  };
}

/** That of the store; where its factor was freed, one from the same labels with the recorded hyperparameters: equal but for the last bits. */
async function posteriorOf(
  store: Store,
  { space, settings }: CampaignContext,
  data: TrainingData,
  { forceField, trainingSet }: Refit,
): Promise<PosteriorFactor> {
  try {
    return asPosterior(await readForceFieldArtifact(store, forceField.ref));
  } catch (error) {
    if (!(error instanceof MissingArtifactError)) throw error;
  }
  const { entries } = await getTrainingSet<Addition>(store, trainingSet);
  const groups = [...new Set(entries.map((entry) => entry.group))];
  const gram = await data.gram(groups.map((group) => entries.filter((entry) => entry.group === group)));
  const { prior, labelNoise } = settings.regression;
  const { hyperparameters, fittingError } = forceField;
  const start = { hyperparameters, beta: 1 / (fittingError * fittingError) };
  return fitRidge(gram, parameterBlocks(space), { prior, labelNoise, start, keep: true });
}
