import type { PickSummary, WalkerRound } from '../../src/campaign/state.js';
import { decodeCheckpoint, encodeCheckpoint, encodeTrace } from '../../src/exploration/codec.js';
import { explore as exploreWith } from '../../src/exploration/explore.js';
import type { WalkerReport } from '../../src/exploration/model.js';
import type {
  ExplorationInput,
  ExplorationResult,
  Pick,
  WalkerCheckpoint,
  WalkerSettings,
} from '../../src/exploration/types.js';
import { afterRefit, newWalker } from '../../src/exploration/walker.js';
import { harmonicCrystal } from '../../src/forcefield/harmonic.js';
import { highestFrequency } from '../../src/forcefield/phonons.js';
import { startTemperature } from '../../src/md/temperature.js';
import { requireTimestep } from '../../src/md/timestep.js';
import { STREAM } from '../../src/numerics/random/streams.js';
import { putStructure } from '../../src/store/artifacts/structure.js';
import { hashOf } from '../../src/store/canonical.js';
import { TaskStopped } from '../protocol.js';
import type { ActivityInput } from '../types.js';
import { checkpointTimes } from './checkpointTimes.js';
import { type CampaignContext, campaignContext } from './context.js';
import type { TaskEnvironment } from './environment.js';
import { atomMasses, readForceFieldArtifact, walkerModel } from './model.js';
import { drawPhonons } from './phonons.js';
import { openProgress } from './progress.js';

/** Wall-clock seconds between two reports of progress. */
const REPORT_SECONDS = 0.2;

/**
 * One walker's part of a round. Its progress goes to disk by atomic rename; whoever runs this again with the same input
 * goes on from there, to the same bits.
 */
export async function explore(
  environment: TaskEnvironment,
  { campaign, name, command }: ActivityInput<'explore'>,
) {
  const { store, places } = environment;
  const context = await campaignContext(store, campaign);
  const saved = openProgress(
    places.store,
    name,
    command.walker,
    hashOf({ campaign: campaign.hash, command }),
  );
  const input = await explorationInput(environment, context, command);
  const model = await walkerModel(store, context, command.forceField, environment.threadsPerWalker);
  const clock = startClock();
  const times = checkpointTimes(clock);
  const done = exploreWith(saved.read() ?? input, model, {
    onProgress: reporter(environment, command, input),
    wantsCheckpoint: times.isDue,
    onCheckpoint: (progress) => {
      const writing = startClock();
      saved.write(progress);
      times.written(writing());
    },
    shouldStop: environment.shouldStop,
  });
  if (done.outcome === 'stopped') {
    saved.write(done.progress);
    throw new TaskStopped();
  }
  const result = await storeRound(environment, context, done, input.checkpoint.state.step, clock());
  return { type: 'explored' as const, command: command.id, walker: command.walker, result };
}

async function explorationInput(
  { store }: TaskEnvironment,
  context: CampaignContext,
  command: ActivityInput<'explore'>['command'],
): Promise<ExplorationInput> {
  const { md, seed } = context.settings;
  const walker: WalkerSettings = {
    walker: command.walker,
    temperature: command.temperature,
    timestep: md.timestep,
    friction: md.friction,
    thermostat: md.thermostat,
    seed,
  };
  const stored = command.checkpoint && decodeCheckpoint(await store.get(command.checkpoint));
  const checkpoint =
    stored ??
    startWalker(context, walker, (await readForceFieldArtifact(store, command.forceField)).parameters);
  return {
    walker,
    acquisition: command.acquisition,
    checkpoint: stored && command.fresh ? afterRefit(checkpoint) : checkpoint,
    untilStep: command.untilStep,
    lookahead: command.lookahead,
    pickedBefore: command.pickedBefore,
    sample: command.sample,
  };
}

function startWalker(
  context: CampaignContext,
  walker: WalkerSettings,
  parameters: Float64Array,
): WalkerCheckpoint {
  const masses = atomMasses(context);
  requireResolvedPhonons(context, parameters);
  if (context.settings.initial.start === 'lattice') return newWalker(walker, masses, { from: 'sites' });
  const [displacements] = drawPhonons(context, {
    parameters,
    temperature: startTemperature(walker.temperature),
    stream: STREAM.walkerDisplacements,
    indices: [walker.walker],
  });
  return newWalker(walker, masses, { from: 'phonons', displacements });
}

/** The timestep can be judged as soon as there are phonons: before the first MD step. */
function requireResolvedPhonons(
  { space, supercell, primitive, settings }: CampaignContext,
  parameters: Float64Array,
): void {
  const harmonic = harmonicCrystal(space, parameters, primitive.masses);
  requireTimestep(settings.md.timestep, highestFrequency(harmonic, supercell.matrix), 'md.timestep');
}

async function storeRound(
  { store }: TaskEnvironment,
  { supercellHash }: CampaignContext,
  done: ExplorationResult,
  fromStep: number,
  seconds: number,
): Promise<WalkerRound> {
  const picks = [];
  for (const pick of done.picks) {
    picks.push({
      structure: await putStructure(store, supercellHash, pick.displacements),
      pick: summaryOf(pick),
    });
  }
  return {
    outcome: done.outcome,
    detail: done.detail,
    fromStep,
    toStep: done.checkpoint.state.step,
    checkpoint: await store.put('checkpoint', encodeCheckpoint(done.checkpoint)),
    trace: await store.put('trace', encodeTrace(done.trace)),
    picks,
    sinceRefit: done.checkpoint.sinceRefit,
    evaluations: done.trace.columns.step.length,
    seconds,
  };
}

/** Without the displacements, and with null where JSON has no number. */
function summaryOf({ displacements: _, ...pick }: Pick): PickSummary {
  const finite = (x: number) => (Number.isFinite(x) ? x : null);
  return {
    ...pick,
    threshold: finite(pick.threshold),
    mean: finite(pick.mean),
    deviation: finite(pick.deviation),
  };
}

function reporter(
  { report }: TaskEnvironment,
  command: ActivityInput<'explore'>['command'],
  input: ExplorationInput,
) {
  const { walker, untilStep } = command;
  let elapsed = startClock();
  let lastStep = -1;
  let recent: number[] = [];
  return ({ rms, step, error, mean, deviation, threshold, temperature }: WalkerReport): void => {
    if (lastStep < 0) lastStep = step - input.acquisition.every;
    recent.push(error);
    const seconds = elapsed();
    if (seconds < REPORT_SECONDS) return;
    const stepsPerSecond = (step - lastStep) / seconds;
    report({
      phase: 'md',
      walker,
      step,
      untilStep,
      stepsPerSecond,
      rms,
      error,
      mean,
      deviation,
      threshold,
      temperature,
      recent: thinned(recent),
    });
    elapsed = startClock();
    lastStep = step;
    recent = [];
  };
}

/** At most eight samples, the last among them. */
function thinned(samples: readonly number[]): number[] {
  const stride = Math.ceil(samples.length / 8);
  return samples.filter((_, k) => (samples.length - 1 - k) % stride === 0);
}

/** Wall-clock seconds since the call; for people only. */
function startClock(): () => number {
  const start = process.hrtime.bigint();
  return () => Number(process.hrtime.bigint() - start) / 1e9;
}
