import { FailureError } from '../errors.js';
import { createGuard, type Wreck } from '../md/guard.js';
import { copyState, kineticEnergy, kineticTemperature } from '../md/state.js';
import { createIntegrator, thermostatMemory } from '../md/thermostat.js';
import type { PickRule } from '../uncertainty/types.js';
import { createDecider, type Decision } from './decider.js';
import type { ErrorSummary, Exploration, ExplorationHooks, WalkerModel } from './model.js';
import { createTraceRecorder } from './traceRecorder.js';
import type {
  ExplorationInput,
  ExplorationOutcome,
  ExplorationProgress,
  Trace,
  WalkerCheckpoint,
} from './types.js';
import { ANCHOR_INTERVAL } from './walker.js';

/**
 * One walker's part of a round (METHOD, "When to ask for ab initio forces"; CAMPAIGN, "Rounds"): molecular dynamics with
 * ε_B at every `every`-th step until M structures are picked, the round's last step is reached, or the guard ends it.
 *
 * What it does depends on its input and the model alone: given a progress instead of an input it goes on to the same
 * bits. Synchronous; meant for a worker thread.
 */
export function explore(
  from: ExplorationInput | ExplorationProgress,
  model: WalkerModel,
  hooks: ExplorationHooks = {},
): Exploration {
  const run = startRun(
    'input' in from ? from : { input: from, checkpoint: from.checkpoint, picks: [] },
    model,
  );
  const { state, input } = run;
  while (state.step < input.untilStep) {
    const wreck = advance(run);
    if (wreck !== undefined) return wrecked(run, wreck);
    if (state.step % input.acquisition.every === 0) assess(run, hooks);
    if (run.picks.length >= input.lookahead) return ended(run, 'triggered');
    if (hooks.wantsCheckpoint?.(state.step) === true) hooks.onCheckpoint?.(progressOf(run));
    if (hooks.shouldStop?.() === true) return { outcome: 'stopped', progress: progressOf(run) };
  }
  return ended(run, 'reached');
}

/** Everything that changes while a walker runs. */
type Run = ReturnType<typeof startRun>;

function startRun(from: Omit<ExplorationProgress, 'trace'> & { readonly trace?: Trace }, model: WalkerModel) {
  const { input, checkpoint } = from;
  const { walker, acquisition } = input;
  const picked = input.pickedBefore + from.picks.length;
  const state = copyState(checkpoint.state);
  const forces = new Float64Array(state.displacements.length);
  for (const pick of from.picks) model.addStructure(pick.displacements);
  return {
    input,
    model,
    integrator: createIntegrator({ thermostat: 'langevin', ...walker }, model.masses, model.force),
    guard: createGuard({ ...model, temperature: walker.temperature, memory: thermostatMemory(walker) }),
    decider: createDecider({ acquisition, fittingError: model.fittingError, picked }, checkpoint),
    recorder: createTraceRecorder(from.trace),
    row: new Float64Array(9),
    state,
    forces,
    potential: model.force(state.displacements, forces),
    kinetic: 0,
    temperature: 0,
    picks: [...from.picks],
    /** A person's wish that is still open. */
    wanted: input.sample === true && !from.picks.some(({ rule }) => rule === 'person'),
    anchor: { state: copyState(checkpoint.anchor.state), picked: checkpoint.anchor.picked },
    wrecks: checkpoint.wrecks,
    sinceRefit: { ...checkpoint.sinceRefit },
  };
}

/** One MD step; what is wrong with the new state, if anything. */
function advance(run: Run): Wreck | undefined {
  const { state, model, anchor } = run;
  run.potential = run.integrator.step(state, run.forces);
  run.kinetic = kineticEnergy(state.velocities, model.masses);
  run.temperature = kineticTemperature(run.kinetic, model.masses.length);
  run.sinceRefit.steps++;
  const wreck = run.guard.check(state.displacements, run.temperature, run.potential, state.step);
  if (wreck === undefined && state.step % ANCHOR_INTERVAL === 0) {
    anchor.state.step = state.step;
    anchor.state.displacements.set(state.displacements);
    anchor.state.velocities.set(state.velocities);
    anchor.picked = false;
  }
  return wreck;
}

/** Computes ε_B, decides, records. */
function assess(run: Run, hooks: ExplorationHooks): void {
  const { state, input, model, sinceRefit } = run;
  const summary = model.error(state.displacements);
  const error = quantityOf(run, summary);
  if (!Number.isFinite(error)) {
    throw new FailureError(
      `walker ${input.walker.walker}, step ${state.step}: the Bayesian error is ${error}`,
      'displacements and forces are finite: the force field file or the program is wrong',
    );
  }
  const decision = run.decider.decide(state.step, error, run.wanted);
  run.wanted = false;
  record(run, summary, decision);
  sinceRefit.samples++;
  sinceRefit.sum += summary.rms;
  sinceRefit.sumOfSquares += summary.rms * summary.rms;
  if (decision.rule !== null) {
    pick(run, decision.rule, decision, summary);
    if (run.picks.length < input.lookahead) model.addStructure(state.displacements);
  }
  if (hooks.onProgress !== undefined) {
    const { step, mean, deviation, threshold } = decision;
    const { temperature } = run;
    hooks.onProgress({ step, rms: summary.rms, error, mean, deviation, threshold, temperature });
  }
}

/** The number that the criterion looks at. */
function quantityOf({ input }: Run, summary: ErrorSummary): number {
  return input.acquisition.quantity === 'rms' ? summary.rms : summary.largestAtom;
}

/** In the order of TRACE_COLUMNS. */
function record(run: Run, summary: ErrorSummary, decision: Decision): void {
  const { row } = run;
  row[0] = decision.step;
  row[1] = summary.rms;
  row[2] = summary.largestAtom;
  row[3] = decision.mean;
  row[4] = decision.deviation;
  row[5] = decision.threshold;
  row[6] = run.temperature;
  row[7] = run.potential;
  row[8] = run.kinetic;
  run.recorder.add(row);
}

/** Takes the current structure. */
function pick(run: Run, rule: PickRule, decision: Decision, summary: ErrorSummary): void {
  const { state, anchor, picks } = run;
  const { step, error, threshold, mean, deviation } = decision;
  picks.push({
    walker: run.input.walker.walker,
    step,
    displacements: state.displacements.slice(),
    rule,
    error,
    threshold,
    mean,
    deviation,
    rmsError: summary.rms,
    worstAtom: summary.worstAtom,
    worstAtomError: summary.largestAtom,
    temperature: run.temperature,
  });
  if (step === anchor.state.step) anchor.picked = true;
}

/**
 * METHOD, blow-up guard. First wreck of an interval: back to the state at its first step, which is labelled. Second: half
 * way from there to the ideal lattice, and that is labelled. Third: a person must look. A structure that was picked already
 * is not picked again: the same walk in a better force field, or else the second wreck, follows. Nor is the ideal lattice, whose
 * label is 0 = 0: a walk that began there and has brought nothing else waits for a person at once.
 */
function wrecked(run: Run, wreck: Wreck): Exploration {
  const { state, anchor, decider, model } = run;
  const at = state.step;
  const interval = anchor.state.step;
  const count = run.wrecks.interval === interval ? run.wrecks.count + 1 : 1;
  run.wrecks = { interval, count };
  const detail = `wreck ${count} after step ${interval}, at step ${at}: ${wreck.detail}`;
  if (count === 2) {
    for (let i = 0; i < anchor.state.displacements.length; i++) anchor.state.displacements[i] *= 0.5;
    anchor.picked = false;
  }
  decider.rewind(interval);
  state.step = interval;
  state.displacements.set(anchor.state.displacements);
  state.velocities.set(anchor.state.velocities);
  if (count > 2) return ended(run, 'stuck', detail);
  const ideal = state.displacements.every((x) => x === 0);
  if (ideal && run.picks.length === 0)
    return ended(run, 'stuck', `${detail}; it began at the ideal lattice, whose forces teach nothing`);
  if (!anchor.picked && !ideal) {
    run.temperature = kineticTemperature(kineticEnergy(state.velocities, model.masses), model.masses.length);
    const summary = model.error(state.displacements);
    pick(run, 'wreck', decider.takeAfterWreck(interval, quantityOf(run, summary)), summary);
  }
  return ended(run, 'wrecked', detail);
}

function ended(run: Run, outcome: ExplorationOutcome, detail?: string): Exploration {
  const { picks } = run;
  return { outcome, checkpoint: checkpointOf(run), picks, trace: run.recorder.snapshot(), detail };
}

function progressOf(run: Run): ExplorationProgress {
  const { input, picks } = run;
  return { input, checkpoint: checkpointOf(run), picks: [...picks], trace: run.recorder.snapshot() };
}

function checkpointOf(run: Run): WalkerCheckpoint {
  return {
    ...run.decider.state(),
    state: copyState(run.state),
    anchor: { state: copyState(run.anchor.state), picked: run.anchor.picked },
    wrecks: run.wrecks,
    sinceRefit: { ...run.sinceRefit },
  };
}
