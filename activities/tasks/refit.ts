import type { LabelCheck } from '../../src/campaign/ledger.js';
import type { Addition, RefitCommand } from '../../src/campaign/messages.js';
import type { ForceFieldSummary } from '../../src/campaign/state.js';
import { encodeForceField, type ForceField, parametersHash } from '../../src/forcefield/forceField.js';
import { parameterBlocks } from '../../src/regression/blocks.js';
import { bayesianError, meanAbsoluteError, rootMeanSquareError } from '../../src/regression/metrics.js';
import { predictedMean, predictiveVariance } from '../../src/regression/posterior.js';
import { fitRidge, type RidgeStart } from '../../src/regression/ridge.js';
import { checkIdealForces } from '../../src/regression/trainingRows.js';
import type { Posterior } from '../../src/regression/types.js';
import { getLabel } from '../../src/store/artifacts/label.js';
import { getTestSet } from '../../src/store/artifacts/testSet.js';
import { getTrainingSet, putTrainingSet } from '../../src/store/artifacts/trainingSet.js';
import type { Ref, Store } from '../../src/store/types.js';
import type { ActivityInput } from '../types.js';
import { type CampaignContext, campaignContext } from './context.js';
import type { TaskEnvironment } from './environment.js';
import { readForceFieldArtifact } from './model.js';
import { TrainingData } from './trainingData.js';

/** Above this many parameters hyperparameters are sought again only when the training set has grown by a tenth. */
const KEEP_ABOVE = 1500;
const KEEP_GROWTH = 1.1;

let kept: { readonly key: string; readonly data: TrainingData } | undefined;

/** Takes new labels into the training set and fits the force field again (eqs. 2–4). */
export async function refit(
  { store, report }: TaskEnvironment,
  { campaign, name, command }: ActivityInput<'refit'>,
) {
  report({ phase: 'fit' });
  const clock = process.hrtime.bigint();
  const context = await campaignContext(store, campaign);
  const ideal = await idealForces(store, context, command.idealLabel);
  const data = trainingData(store, context, ideal.forces, command.idealLabel);
  const before = await lastFit(store, data, command);
  const groups = await trainingGroups(store, command);
  const entries = groups.flat();
  const posterior = regress(context, await data.gram(groups), before, entries.length);
  const trainingSet = await putTrainingSet(store, { entries });
  const field = forceFieldOf(context, posterior, {
    campaign: name,
    fingerprint: context.fingerprint,
    trainingSet: trainingSet.hash,
    structures: entries.length,
    soughtAt: posterior.kept ? before.soughtAt : entries.length,
  });
  const summary: ForceFieldSummary = {
    ref: await store.put('force-field', encodeForceField(field)),
    parametersHash: parametersHash(field.parameters),
    fittingError: 1 / Math.sqrt(posterior.beta),
    logEvidence: posterior.logEvidence ?? null,
    hyperparameters: posterior.hyperparameters,
    effectiveParameters: posterior.effectiveParameters,
    notDetermined: posterior.notDetermined,
    test: command.testSet && (await testErrors(store, data, posterior, command.testSet)),
  };
  const count = (group: string) => entries.filter((e) => e.group === group).length;
  return {
    type: 'refitted' as const,
    command: command.id,
    forceField: summary,
    trainingSet,
    counts: {
      random: count('random'),
      phonon: count('phonon'),
      md: count('md'),
      ...(count('imported') > 0 && { imported: count('imported') }),
    },
    checks: before.checks,
    // Said once, with the first fit.
    warnings: command.previous === null ? ideal.warnings : [],
    seconds: Number(process.hrtime.bigint() - clock) / 1e9,
  };
}

function trainingData(
  store: Store,
  context: CampaignContext,
  forces: Float64Array,
  ideal: Ref,
): TrainingData {
  const key = `${context.basis.hash}:${context.supercellHash}:${ideal.hash}:${context.settings.regression.subtractIdealForces}`;
  if (kept?.key !== key) kept = { key, data: new TrainingData(store, context, forces) };
  return kept.data;
}

async function idealForces(store: Store, { settings, supercell }: CampaignContext, label: Ref) {
  const { forces } = await getLabel(store, label);
  const warning = checkIdealForces(forces, settings.regression.allowIdealForces);
  return {
    forces: settings.regression.subtractIdealForces ? forces : new Float64Array(3 * supercell.siteOf.length),
    warnings: warning === undefined ? [] : [warning],
  };
}

/** The training set after this refit: groups in order, each by structure number. */
async function trainingGroups(
  store: Store,
  command: RefitCommand,
): Promise<readonly (readonly Addition[])[]> {
  const before = command.trainingSet
    ? (await getTrainingSet<Addition>(store, command.trainingSet)).entries
    : [];
  const all = [...before, ...command.additions].sort((a, b) => a.id - b.id);
  const groups = command.dropSynthetic
    ? (['imported', 'md'] as const)
    : (['random', 'phonon', 'imported', 'md'] as const);
  return groups.map((group) => all.filter((entry) => entry.group === group));
}

function regress(
  context: CampaignContext,
  gram: Parameters<typeof fitRidge>[0],
  { start, soughtAt }: LastFit,
  structures: number,
): Posterior & { readonly kept: boolean } {
  const { prior, labelNoise } = context.settings.regression;
  const keep = start !== undefined && gram.parameters > KEEP_ABOVE && structures < KEEP_GROWTH * soughtAt;
  return {
    ...fitRidge(gram, parameterBlocks(context.space), { prior, labelNoise, start, keep }),
    kept: keep,
  };
}

/** What a refit takes from the force field before it; the field itself, the size of P×P numbers, is let go. */
interface LastFit {
  readonly checks: readonly LabelCheck[];
  readonly start?: RidgeStart;
  /** Structures when hyperparameters were last sought. */
  readonly soughtAt: number;
}

async function lastFit(store: Store, data: TrainingData, command: RefitCommand): Promise<LastFit> {
  if (command.previous === null) return { checks: [], soughtAt: 0 };
  const previous = await readForceFieldArtifact(store, command.previous);
  const provenance = previous.provenance as { readonly soughtAt?: number };
  return {
    checks: await checkLabels(data, previous, command.additions),
    start: { hyperparameters: previous.hyperparameters, beta: previous.beta },
    soughtAt: provenance.soughtAt ?? 0,
  };
}

function forceFieldOf(
  context: CampaignContext,
  posterior: Posterior,
  provenance: ForceField['provenance'],
): ForceField {
  const { parameters, precisionFactor, beta, hyperparameters, logEvidence } = posterior;
  return {
    primitive: context.primitive,
    cutoffs: context.space.cutoffs,
    ...(context.space.options !== undefined && { options: context.space.options }),
    basis: context.basis.hash,
    parameters,
    precisionFactor,
    beta,
    hyperparameters,
    logEvidence,
    supercell: context.supercell.matrix,
    provenance,
  };
}

/** Every new label is a check of the force field that asked for it: predicted σ against the residual before the refit. */
async function checkLabels(
  data: TrainingData,
  previous: ForceField,
  additions: readonly Addition[],
): Promise<LabelCheck[]> {
  const checks: LabelCheck[] = [];
  for (const { id, structure, label } of additions) {
    const { a, y } = await data.rows(structure, label);
    const error = bayesianError(predictiveVariance(asPosterior(previous), a));
    checks.push({
      structure: id,
      predicted: Math.sqrt(1 / previous.beta + error * error),
      found: rootMeanSquareError(predictedMean(previous.parameters, a), y),
    });
  }
  return checks;
}

/** The posterior of a force field, for its error bars alone. */
export function asPosterior({
  parameters,
  precisionFactor,
}: ForceField): Parameters<typeof predictiveVariance>[0] {
  return {
    parameters,
    precisionFactor,
    beta: 0,
    hyperparameters: { prior: 'none' },
    effectiveParameters: 0,
    notDetermined: [],
    rows: 0,
  };
}

async function testErrors(store: Store, data: TrainingData, { parameters }: Posterior, ref: Ref) {
  const { frames, displacements, forces } = await getTestSet(store, ref);
  const components = displacements.length / frames;
  const predicted = new Float64Array(displacements.length);
  const reference = new Float64Array(displacements.length);
  for (let k = 0; k < displacements.length; k += components) {
    const { a, y } = data.rowsOf(
      displacements.subarray(k, k + components),
      forces.subarray(k, k + components),
    );
    predicted.set(predictedMean(parameters, a), k);
    reference.set(y, k);
  }
  return {
    mae: meanAbsoluteError(predicted, reference),
    rmse: rootMeanSquareError(predicted, reference),
    frames,
  };
}
