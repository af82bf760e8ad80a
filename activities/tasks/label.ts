import { rm, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { ReferenceSettings } from '../../src/campaign/schema.js';
import type { LabelOutcome } from '../../src/campaign/state.js';
import { displacedPositions } from '../../src/crystal/displaced.js';
import { createCalculator } from '../../src/reference/catalogue.js';
import { ReferenceFailure } from '../../src/reference/failures.js';
import { checkLabel, checkStructure } from '../../src/reference/gate.js';
import type { Calculator, FailureClass, ReferenceStructure } from '../../src/reference/types.js';
import { putLabel } from '../../src/store/artifacts/label.js';
import { getStructure } from '../../src/store/artifacts/structure.js';
import { makeFolder } from '../../src/store/atomicFile.js';
import { hashOf } from '../../src/store/canonical.js';
import { StoreError } from '../../src/store/errors.js';
import { TaskStopped } from '../protocol.js';
import type { ActivityInput } from '../types.js';
import { type Attempts, type MadeAttempt, openAttempts } from './attempts.js';
import { campaignFolder } from './campaignFolder.js';
import { type CampaignContext, campaignContext } from './context.js';
import type { TaskEnvironment } from './environment.js';
import { importedLabel } from './importedData.js';

/** Failures that count against a structure; those of machine, disk or input are not its fault. */
const PROGRAM_FAILURES: readonly FailureClass[] = ['program-known', 'program-unknown'];
/** How often a running program is checked for a request to stop. */
const STOP_POLL_MS = 200;
/** Bytes: less than any output of a reference program. */
const LEAST_ROOM = 1 << 16;

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
  const settings = command.reference ?? context.settings.reference;
  const folder = campaignFolder(environment.places.work, context.fingerprint);
  const calculator = calculatorOf(context, settings, folder);
  const reference = hashOf(calculator.identity);
  const key = `${command.ref.hash}:${reference}`;
  const wanted: Wanted = { context, settings, calculator, command, reference, key };
  const attempts = openAttempts(store, `${context.fingerprint}:${command.id}:${key}`);
  const known = await store.resolve('label', key);
  // What this campaign has computed itself, before its worker died, is no label of somebody else.
  const own = (await attempts.made()).some((made) => made.label !== undefined);
  const outcome: LabelOutcome =
    known === undefined || own
      ? await compute(environment, wanted, attempts)
      : { accepted: true, label: known, adopted: true, attempts: [], seconds: 0 };
  return { type: 'labelled' as const, command: command.id, structure: command.structure, outcome };
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
  /** Hash of the reference settings that can change forces. */
  readonly reference: string;
  /** Names the label, whichever campaign wants it. */
  readonly key: string;
}

async function compute(environment: TaskEnvironment, wanted: Wanted, log: Attempts): Promise<LabelOutcome> {
  const { command, settings, calculator } = wanted;
  const structure = await referenceStructure(environment, wanted);
  const unfit = checkStructure(structure, settings.gate);
  if (unfit) return { accepted: false, reason: unfit.reason, attempts: [], seconds: 0 };
  const made: MadeAttempt[] = [...(await log.made())];
  for (;;) {
    const last = made.at(-1);
    const attempts = made.map(({ attempt }) => attempt);
    const seconds = attempts.reduce((sum, attempt) => sum + attempt.seconds, 0);
    if (last?.label) {
      const label = await environment.store.link('label', wanted.key, last.label);
      return { accepted: true, label, adopted: false, attempts, seconds };
    }
    if (made.length >= settings.attempts)
      return { accepted: false, reason: last?.attempt.reason ?? '', attempts, seconds };
    const number = made.length + 1;
    environment.report({ phase: 'label', structure: command.structure, attempt: number });
    made.push(await oneAttempt(environment, wanted, { structure, number, log, program: calculator.name }));
  }
}

async function referenceStructure({ store }: TaskEnvironment, { context, command }: Wanted) {
  const { crystal } = context.supercell;
  const displacements = await getStructure(store, command.ref);
  return {
    lattice: crystal.lattice,
    species: crystal.species,
    positions: displacedPositions(context.supercell, displacements),
  };
}

interface AttemptInput {
  readonly structure: ReferenceStructure;
  readonly number: number;
  readonly log: Attempts;
  readonly program: string;
}

/**
 * One attempt, with its record in the store before its label has a name and its folder goes: whatever dies then, it is neither made
 * again nor taken for somebody else's.
 */
async function oneAttempt(
  environment: TaskEnvironment,
  wanted: Wanted,
  { structure, number, log, program }: AttemptInput,
): Promise<MadeAttempt> {
  const { store, places } = environment;
  const { settings, command, reference, key } = wanted;
  const clock = process.hrtime.bigint();
  const started = new Date().toISOString();
  // The same folder for the same attempt: a program that outlived its worker is found there.
  const scratch = join(places.work, 'scratch', hashOf({ key, command: command.id, number }).slice(0, 32));
  const result = await evaluate(environment, wanted.calculator, structure, scratch);
  const record = {
    number,
    host: hostname(),
    started,
    seconds: Number(process.hrtime.bigint() - clock) / 1e9,
  };
  const made = async (): Promise<MadeAttempt> => {
    if (result instanceof ReferenceFailure) {
      const { message: reason, evidence } = result;
      return { attempt: { ...record, program, outcome: 'failed', reason, evidence } };
    }
    const said = { program: result.program, evidence: result.evidence };
    const verdict = checkLabel(structure, result, settings.gate);
    if (!verdict.accepted)
      return { attempt: { ...record, ...said, outcome: 'rejected', reason: verdict.reason } };
    const { energy, forces } = result;
    const origin = { structure: command.ref.hash, reference };
    const label = await putLabel(store, { energy, forces, netForce: verdict.netForce }, origin);
    return { attempt: { ...record, ...said, outcome: 'accepted' }, label };
  };
  const logged = await log.add(await made());
  await rm(scratch, { recursive: true, force: true });
  return logged;
}

/** One run in its own folder. Failures of the program are an answer; those of the machine are the retry policy's. */
async function evaluate(
  { shouldStop }: TaskEnvironment,
  calculator: Calculator,
  structure: ReferenceStructure,
  scratch: string,
) {
  await makeFolder(scratch);
  const abort = new AbortController();
  const poll = setInterval(() => shouldStop() && abort.abort(), STOP_POLL_MS);
  try {
    return await calculator.evaluate(structure, { signal: abort.signal, scratch });
  } catch (error) {
    if (abort.signal.aborted) {
      await rm(scratch, { recursive: true, force: true });
      throw new TaskStopped();
    }
    if (error instanceof ReferenceFailure && PROGRAM_FAILURES.includes(error.failureClass)) {
      await requireRoom(scratch);
      return error;
    }
    throw error;
  } finally {
    clearInterval(poll);
  }
}

/** A program that cannot write fails as it likes: where the disk is full, that is why, and no fault of the structure. */
async function requireRoom(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < LEAST_ROOM) throw new StoreError('full', 'ENOSPC', folder);
}
