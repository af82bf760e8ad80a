import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Attempt } from '../../src/campaign/ledger.js';
import type { ReferenceSettings } from '../../src/campaign/schema.js';
import type { LabelOutcome } from '../../src/campaign/state.js';
import { displacedPositions } from '../../src/crystal/displaced.js';
import { computeLabel } from '../../src/reference/attempts.js';
import { createCalculator } from '../../src/reference/catalogue.js';
import { checkStructure } from '../../src/reference/gate.js';
import { Detached } from '../../src/reference/launchers/types.js';
import type { Calculator, ReferenceStructure } from '../../src/reference/types.js';
import { putLabel } from '../../src/store/artifacts/label.js';
import { getStructure } from '../../src/store/artifacts/structure.js';
import { hashOf } from '../../src/store/canonical.js';
import { TaskStopped } from '../protocol.js';
import type { ActivityInput } from '../types.js';
import { type CampaignContext, campaignContext } from './context.js';
import type { TaskEnvironment } from './environment.js';
import { importedLabel } from './importedData.js';

/** How often a running program is checked for a request to stop. */
const STOP_POLL_MS = 200;

/**
 * Reference forces for one structure: adopted where any campaign has them already, else computed, put through the label
 * gate, and tried again a few times. A structure that fails them all is quarantined with its history; that is an outcome.
 */
export async function label(environment: TaskEnvironment, { campaign, command }: ActivityInput<'label'>) {
  const { store } = environment;
  const context = await campaignContext(store, campaign);
  if (command.group === 'imported') {
    const outcome = await importedLabel(store, context, command.ref);
    return { type: 'labelled' as const, command: command.id, structure: command.structure, outcome };
  }
  const reference = command.reference ?? context.settings.reference;
  const calculator = calculatorOf(context, reference);
  const key = `${command.ref.hash}:${hashOf(calculator.identity)}`;
  const known = await store.resolve('label', key);
  const outcome: LabelOutcome =
    known === undefined
      ? await compute(environment, context, { calculator, reference }, command, key)
      : { accepted: true, label: known, adopted: true, attempts: [], seconds: 0 };
  return { type: 'labelled' as const, command: command.id, structure: command.structure, outcome };
}

export function calculatorOf(
  { supercell, bundle }: Pick<CampaignContext, 'supercell' | 'bundle'>,
  reference: ReferenceSettings = bundle.settings.reference,
): Calculator {
  const { lattice, species } = supercell.crystal;
  return createCalculator(reference, { lattice, species, folder: bundle.folder });
}

async function compute(
  environment: TaskEnvironment,
  context: CampaignContext,
  { calculator, reference }: { readonly calculator: Calculator; readonly reference: ReferenceSettings },
  command: ActivityInput<'label'>['command'],
  key: string,
): Promise<LabelOutcome> {
  const { store, places, report } = environment;
  const { supercell } = context;
  const structure: ReferenceStructure = {
    lattice: supercell.crystal.lattice,
    species: supercell.crystal.species,
    positions: displacedPositions(supercell, await getStructure(store, command.ref)),
  };
  const { gate: limits, attempts } = reference;
  const unfit = checkStructure(structure, limits);
  if (unfit) return { accepted: false, reason: unfit.reason, attempts: [], seconds: 0 };
  const answer = await stoppable(environment, (signal) =>
    computeLabel({
      calculator,
      structure,
      limits,
      attempts,
      signal,
      scratch: join(places.work, 'scratch', scratchName(calculator, key, command.id)),
      onAttempt: (attempt) => report({ phase: 'label', structure: command.structure, attempt }),
    }),
  );
  const done = {
    attempts: answer.attempts.map((attempt): Attempt => ({ ...attempt, host: hostname() })),
    seconds: answer.attempts.reduce((sum, attempt) => sum + attempt.seconds, 0),
  };
  if (!answer.accepted) return { accepted: false, reason: answer.reason, ...done };
  const { energy, forces } = answer.result;
  const last = answer.attempts[answer.attempts.length - 1];
  const origin = {
    structure: command.ref.hash,
    reference: hashOf(calculator.identity),
    ...(last.changesPhysics && { changedPhysics: last.corrections }),
  };
  const stored = await putLabel(store, { energy, forces, netForce: answer.netForce }, origin);
  return { accepted: true, label: await store.link('label', key, stored), adopted: false, ...done };
}

/** Programs that outlive this one are found again by their folder; those that do not share it with nobody. */
function scratchName({ launcher }: Calculator, key: string, command: string): string {
  return launcher?.durable ? `label-${hashOf(key).slice(0, 24)}` : `${command}-${process.pid}`;
}

/** Runs work with a signal that the task's own stop request sets off. */
async function stoppable<T>(
  { shouldStop, isHandedOver }: TaskEnvironment,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const poll = setInterval(() => {
    if (shouldStop()) abort.abort(isHandedOver?.() ? new Detached() : undefined);
  }, STOP_POLL_MS);
  try {
    return await work(abort.signal);
  } catch (error) {
    throw abort.signal.aborted ? new TaskStopped() : error;
  } finally {
    clearInterval(poll);
  }
}
