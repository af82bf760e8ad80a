import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Attempt } from '../../src/campaign/ledger.js';
import type { ReferenceSettings } from '../../src/campaign/schema.js';
import type { LabelOutcome } from '../../src/campaign/state.js';
import { displacedPositions } from '../../src/crystal/displaced.js';
import { InputError } from '../../src/errors.js';
import { type AcceptedResult, computeLabel } from '../../src/reference/attempts.js';
import { createCalculator } from '../../src/reference/catalogue.js';
import { checkStructure } from '../../src/reference/gate.js';
import { Detached, Superseded } from '../../src/reference/launchers/types.js';
import { type Progress, START } from '../../src/reference/progress.js';
import type { Calculator } from '../../src/reference/types.js';
import { LABELS, labelKey, putLabel } from '../../src/store/artifacts/label.js';
import { getStructure } from '../../src/store/artifacts/structure.js';
import { makeFolder } from '../../src/store/atomicFile.js';
import { hashOf } from '../../src/store/canonical.js';
import type { Ref, Store } from '../../src/store/types.js';
import { TaskStopped } from '../protocol.js';
import type { ActivityInput } from '../types.js';
import { putAttempts, refused } from './attemptList.js';
import { type Attempts, type MadeAttempt, openAttempts } from './attempts.js';
import { campaignFolder } from './campaignFolder.js';
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
  const outcome = await ownWords(command, () => referenceLabel(environment, context, command));
  return { type: 'labelled' as const, command: command.id, structure: command.structure, outcome };
}

/** What a person has said wrong of one structure costs this structure its label, not the campaign its life. */
async function ownWords(
  { reference }: ActivityInput<'label'>['command'],
  make: () => Promise<LabelOutcome>,
): Promise<LabelOutcome> {
  try {
    return await make();
  } catch (error) {
    if (reference === undefined || !(error instanceof InputError)) throw error;
    return refused(error.message);
  }
}

async function referenceLabel(
  environment: TaskEnvironment,
  context: CampaignContext,
  command: ActivityInput<'label'>['command'],
): Promise<LabelOutcome> {
  const { store } = environment;
  const settings = command.reference ?? context.settings.reference;
  const folder = campaignFolder(environment.places.work, context.fingerprint);
  const calculator = calculatorOf(context, settings, folder);
  const key = labelKey(command.ref, hashOf(calculator.identity));
  const wanted: Wanted = { context, settings, calculator, command, key };
  const log = openAttempts(store, `${context.fingerprint}:${command.id}:${key}`);
  const made = await log.made();
  const known = await store.resolve(LABELS, key);
  // What this campaign has computed itself, before its worker died, is no label of somebody else.
  const own = made.some((attempt) => attempt.label !== undefined);
  if (known === undefined || own) return compute(environment, wanted, log, made);
  return { accepted: true, label: known, adopted: true, attempts: null, seconds: 0 };
}

export function calculatorOf(
  { supercell, bundle }: Pick<CampaignContext, 'supercell' | 'bundle'>,
  reference: ReferenceSettings = bundle.settings.reference,
  folder: string = bundle.folder,
): Calculator {
  const { lattice, species } = supercell.crystal;
  return createCalculator(reference, { lattice, species, folder });
}

/** A label that is to be computed. */
interface Wanted {
  readonly context: CampaignContext;
  readonly settings: ReferenceSettings;
  readonly calculator: Calculator;
  readonly command: ActivityInput<'label'>['command'];
  /** Names the label, whichever campaign wants it. */
  readonly key: string;
}

/**
 * Each attempt has its record in the store before its label has a name and its folder goes: whatever dies then, it is neither
 * made again nor taken for somebody else's.
 */
async function compute(
  environment: TaskEnvironment,
  wanted: Wanted,
  log: Attempts,
  before: readonly MadeAttempt[],
): Promise<LabelOutcome> {
  const { store, places, report, residents } = environment;
  const { context, settings, calculator, command, key } = wanted;
  let stored = before.at(-1)?.label;
  if (stored !== undefined) return accepted(environment, key, stored, before);
  const { crystal } = context.supercell;
  const structure = {
    lattice: crystal.lattice,
    species: crystal.species,
    positions: displacedPositions(context.supercell, await getStructure(store, command.ref)),
  };
  const unfit = checkStructure(structure, settings.gate);
  if (unfit) return refused(unfit.reason);
  const made = [...before];
  const onEnded = async ({ attempts, ...progress }: Progress, label?: AcceptedResult): Promise<void> => {
    const attempt: Attempt = { ...attempts[attempts.length - 1], host: hostname() };
    if (label) stored = await putAccepted(environment, wanted, attempt, label);
    made.push(await log.add({ attempt, progress, ...(stored && { label: stored }) }));
  };
  // The same folder for the same label: a program or a job that outlived its worker is found there.
  const scratch = join(places.work, 'scratch', hashOf({ key, command: command.id }).slice(0, 32));
  await makeFolder(scratch);
  const answer = await stoppable(environment, (signal) =>
    computeLabel({
      calculator,
      structure,
      limits: settings.gate,
      attempts: settings.attempts,
      signal,
      residents,
      scratch,
      from: progressAfter(before),
      onAttempt: (attempt) => report({ phase: 'label', structure: command.structure, attempt }),
      onEnded,
    }),
  );
  if (stored !== undefined) return accepted(environment, key, stored, made);
  const { attempts, seconds } = await summary(store, made);
  return refused(answer.accepted ? '' : answer.reason, attempts, seconds);
}

async function accepted(
  { store }: TaskEnvironment,
  key: string,
  label: Ref,
  made: readonly MadeAttempt[],
): Promise<LabelOutcome> {
  const linked = await store.link(LABELS, key, label);
  return { accepted: true, label: linked, adopted: false, ...(await summary(store, made)) };
}

async function summary(store: Store, made: readonly MadeAttempt[]) {
  const attempts = made.map(({ attempt }) => attempt);
  const seconds = attempts.reduce((sum, attempt) => sum + attempt.seconds, 0);
  return { attempts: await putAttempts(store, attempts), seconds };
}

/** Where the attempts go on. */
function progressAfter(made: readonly MadeAttempt[]): Progress {
  const last = made.at(-1);
  if (last === undefined) return START;
  return {
    ...last.progress,
    attempts: made.map(({ attempt: { host: _, outcome, ...record } }) => ({
      ...record,
      outcome: outcome === 'adopted' ? 'accepted' : outcome,
    })),
  };
}

function putAccepted(
  { store }: TaskEnvironment,
  { command, calculator }: Wanted,
  attempt: Attempt,
  { result, netForce }: AcceptedResult,
): Promise<Ref> {
  const { energy, forces } = result;
  const origin = {
    structure: command.ref.hash,
    reference: hashOf(calculator.identity),
    ...(attempt.changesPhysics && { changedPhysics: attempt.corrections }),
  };
  return putLabel(store, { energy, forces, netForce }, origin);
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
    throw abort.signal.aborted || error instanceof Superseded ? new TaskStopped() : error;
  } finally {
    clearInterval(poll);
  }
}
