import { mkdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Attempt } from '../../src/campaign/ledger.js';
import type { ReferenceSettings } from '../../src/campaign/schema.js';
import type { LabelOutcome } from '../../src/campaign/state.js';
import { displacedPositions } from '../../src/crystal/displaced.js';
import { createCalculator } from '../../src/reference/catalogue.js';
import { ReferenceFailure } from '../../src/reference/failures.js';
import { checkLabel, checkStructure } from '../../src/reference/gate.js';
import type { Calculator, FailureClass, ReferenceStructure } from '../../src/reference/types.js';
import { putLabel } from '../../src/store/artifacts/label.js';
import { getStructure } from '../../src/store/artifacts/structure.js';
import { hashOf } from '../../src/store/canonical.js';
import { TaskStopped } from '../protocol.js';
import type { ActivityInput } from '../types.js';
import { type CampaignContext, campaignContext } from './context.js';
import type { TaskEnvironment } from './environment.js';
import { importedLabel } from './importedData.js';

/** Failures that count against a structure; those of machine, disk or input are not its fault. */
const PROGRAM_FAILURES: readonly FailureClass[] = ['program-known', 'program-unknown'];
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
  const { store, report } = environment;
  const { supercell } = context;
  const structure: ReferenceStructure = {
    lattice: supercell.crystal.lattice,
    species: supercell.crystal.species,
    positions: displacedPositions(supercell, await getStructure(store, command.ref)),
  };
  const limits = reference.gate;
  const attempts: Attempt[] = [];
  let seconds = 0;
  const unfit = checkStructure(structure, limits);
  if (unfit) return { accepted: false, reason: unfit.reason, attempts, seconds };
  let reason = '';
  for (let number = 1; number <= reference.attempts; number++) {
    report({ phase: 'label', structure: command.structure, attempt: number });
    const clock = process.hrtime.bigint();
    const started = new Date().toISOString();
    const attempted = await attempt(environment, calculator, structure, `${command.id}-${number}`);
    const elapsed = Number(process.hrtime.bigint() - clock) / 1e9;
    seconds += elapsed;
    const record = { number, host: hostname(), started, seconds: elapsed };
    if (attempted instanceof ReferenceFailure) {
      reason = attempted.message;
      attempts.push({
        ...record,
        program: calculator.name,
        outcome: 'failed',
        reason,
        evidence: attempted.evidence,
      });
      continue;
    }
    const verdict = checkLabel(structure, attempted, limits);
    const said = { program: attempted.program, evidence: attempted.evidence };
    if (verdict.accepted) {
      const { energy, forces } = attempted;
      const origin = { structure: command.ref.hash, reference: hashOf(calculator.identity) };
      const stored = await store.link(
        'label',
        key,
        await putLabel(store, { energy, forces, netForce: verdict.netForce }, origin),
      );
      attempts.push({ ...record, ...said, outcome: 'accepted' });
      return { accepted: true, label: stored, adopted: false, attempts, seconds };
    }
    reason = verdict.reason;
    attempts.push({ ...record, ...said, outcome: 'rejected', reason });
  }
  return { accepted: false, reason, attempts, seconds };
}

/** One run in its own folder. Failures of the program are an answer; those of the machine are the retry policy's. */
async function attempt(
  { places, shouldStop }: TaskEnvironment,
  calculator: Calculator,
  structure: ReferenceStructure,
  name: string,
) {
  const scratch = join(places.work, 'scratch', `${name}-${process.pid}`);
  await mkdir(scratch, { recursive: true });
  const abort = new AbortController();
  const poll = setInterval(() => shouldStop() && abort.abort(), STOP_POLL_MS);
  try {
    return await calculator.evaluate(structure, { signal: abort.signal, scratch });
  } catch (error) {
    if (abort.signal.aborted) throw new TaskStopped();
    if (error instanceof ReferenceFailure && PROGRAM_FAILURES.includes(error.failureClass)) return error;
    throw error;
  } finally {
    clearInterval(poll);
    await rm(scratch, { recursive: true, force: true });
  }
}
