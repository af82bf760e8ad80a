import type { TaskProgress } from '../../../activities/protocol.js';
import { forecast } from '../../campaign/forecast.js';
import { totalOf } from '../../campaign/ledger.js';
import type { Stage as CampaignStage, CampaignState, WalkerState } from '../../campaign/state.js';
import { expectedErrorInterval } from '../../report/expectedError.js';
import type { LiveState, LiveWalker, Stage } from '../live/types.js';
import type { Observation } from './observe.js';

/** Samples of ε_B that the picture shows. */
const RECENT = 400;
/** Wall-clock before a pace is told, s. */
const PACE_SECONDS = 3;

type MdProgress = Extract<TaskProgress, { phase: 'md' }>;

const STAGES: Readonly<Record<CampaignStage, Stage>> = {
  prepare: 'initialise',
  displace: 'initialise',
  explore: 'MD',
  screen: 'MD',
  label: 'reference',
  refit: 'refit',
  publish: 'converged?',
  done: 'converged?',
};

export interface Surroundings {
  readonly server: string;
  readonly results: string;
}

/** Turns observations of a campaign into what the views show; remembers recent ε_B and rates between them. */
export function createLiveTracker({ server, results }: Surroundings) {
  const recent = new Map<number, number[]>();
  const latest = new Map<number, MdProgress>();
  const pace = createPace();
  return (seen: Observation): LiveState | null => {
    const state = seen.status?.state;
    if (!state) return null;
    for (const { progress } of seen.activities) if (progress?.phase === 'md') remember(progress);
    const walkers = state.walkers.map((walker) => liveWalker(state, walker));
    const initial = state.round === 0;
    return {
      campaign: state.name,
      verdict: state.verdict?.kind ?? 'running',
      stage: initial ? 'initialise' : STAGES[state.stage],
      round: state.round,
      walkers: initial ? [] : walkers,
      structures: {
        training: totalOf(state.training),
        fromMd: state.training.md,
        pending: state.pending.filter((p) => p.group !== 'ideal').length,
        quarantined: state.quarantined,
      },
      fittingError: state.forceField?.fittingError ?? null,
      expectedError: expectedError(state),
      progress: convergenceProgress(state, walkers),
      ...waysLeft(state, walkers, pace(seen, walkers)),
      elapsed: seen.elapsed,
      server,
      results,
      messages: [...pauseMessage(state), ...messages(seen)],
    };
  };

  function remember(progress: MdProgress): void {
    const before = latest.get(progress.walker);
    if (before && before.step === progress.step) return;
    latest.set(progress.walker, progress);
    const samples = recent.get(progress.walker) ?? [];
    samples.push(...progress.recent);
    recent.set(progress.walker, samples.slice(-RECENT));
  }

  function liveWalker({ rules }: CampaignState, { walker, step }: WalkerState): LiveWalker {
    const progress = latest.get(walker);
    const now = progress && progress.step >= step ? progress : undefined;
    const finite = (x: number | undefined) => (x !== undefined && Number.isFinite(x) ? x : null);
    return {
      walker,
      step: now?.step ?? step,
      time: ((now?.step ?? step) * rules.timestep) / 1000,
      stepsPerSecond: progress?.stepsPerSecond ?? null,
      temperature: progress?.temperature ?? null,
      error: finite(progress?.error),
      mean: finite(progress?.mean),
      deviation: finite(progress?.deviation),
      threshold: finite(progress?.threshold),
      recent: recent.get(walker) ?? [],
    };
  }
}

function expectedError({ assessment, training }: CampaignState): LiveState['expectedError'] {
  return assessment?.expectedRmse == null
    ? null
    : expectedErrorInterval(assessment.expectedRmse, training.md);
}

export function convergenceProgress(
  { rules, training, assessment, walkers }: CampaignState,
  live: readonly LiveWalker[],
): LiveState['progress'] {
  const c = rules.convergence;
  const ps = (steps: number) => (steps * rules.timestep) / 1000;
  const shortest = (values: readonly number[]) => (values.length === 0 ? 0 : Math.min(...values));
  const since = walkers.map((w, k) =>
    ps(w.sinceRefit.steps + Math.max(0, (live[k]?.step ?? w.step) - w.step)),
  );
  return {
    time: { have: shortest(live.map((w) => w.time)), need: ps(c.minSteps) },
    sinceRefit: { have: shortest(since), need: ps(c.stepsSinceRefit) },
    structures: { have: training.md, need: c.minStructures },
    ratio: { have: assessment?.ratio ?? null, strict: c.ratio, relaxed: c.levelledRatio },
    levelling: { have: assessment?.spread ?? null, need: c.tolerance },
  };
}

/** MD steps of all walkers per second of wall-clock, everything between two pieces of MD included; null until it can be told. */
function createPace() {
  let first: { readonly steps: number; readonly elapsed: number } | null = null;
  return ({ elapsed }: Observation, live: readonly LiveWalker[]): number | null => {
    const steps = live.reduce((sum, w) => sum + w.step, 0);
    if (steps > 0) first ??= { steps, elapsed };
    if (first === null || elapsed - first.elapsed < PACE_SECONDS || steps === first.steps) return null;
    return (steps - first.steps) / (elapsed - first.elapsed);
  };
}

/** The state with its walkers where they are now. */
function stateNow(state: CampaignState, live: readonly LiveWalker[]): CampaignState {
  const walkers = state.walkers.map((w, k) => {
    const ahead = Math.max(0, (live[k]?.step ?? w.step) - w.step);
    return { ...w, step: w.step + ahead, sinceRefit: { ...w.sinceRefit, steps: w.sinceRefit.steps + ahead } };
  });
  return { ...state, walkers };
}

/**
 * Structures and seconds that convergence is still away (campaign/forecast.ts).
 * @param pace MD steps of all walkers per second of wall-clock
 */
export function waysLeft(
  state: CampaignState,
  live: readonly LiveWalker[],
  pace: number | null,
): Pick<LiveState, 'timeLeft' | 'structuresLeft'> {
  if (state.verdict !== null) return { timeLeft: null, structuresLeft: null };
  const { structures, seconds } = forecast(stateNow(state, live), {
    stepsPerSecond: pace ?? 0,
    wholeCampaign: true,
  });
  return { timeLeft: seconds?.expected ?? null, structuresLeft: structures };
}

function pauseMessage({ paused, name }: CampaignState): string[] {
  return paused ? [`paused by ${paused.by}: \`anharmony resume ${name}\` lets it go on`] : [];
}

function messages({ activities }: Observation): string[] {
  return activities.flatMap(({ type, attempt, lastFailure }) =>
    attempt > 1 && lastFailure ? [`${type} is tried again: ${lastFailure}`] : [],
  );
}
