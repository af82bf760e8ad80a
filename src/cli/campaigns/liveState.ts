import type { TaskProgress } from '../../../activities/protocol.js';
import type { Stage as CampaignStage, CampaignState, WalkerState } from '../../campaign/state.js';
import { expectedErrorInterval } from '../../report/expectedError.js';
import type { LiveState, LiveWalker, Stage } from '../live/types.js';
import type { Observation } from './observe.js';

/** Samples of ε_B that the picture shows. */
const RECENT = 400;

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
        training: state.training.random + state.training.phonon + state.training.md,
        fromMd: state.training.md,
        pending: state.pending.filter((p) => p.group !== 'ideal').length,
        quarantined: state.quarantined,
      },
      fittingError: state.forceField?.fittingError ?? null,
      expectedError: expectedError(state),
      progress: convergenceProgress(state, walkers),
      timeLeft: timeLeft(state, walkers),
      elapsed: seen.elapsed,
      server,
      results,
      messages: messages(seen),
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

/**
 * Seconds that convergence is still away: the structures that are missing, at the pace at which MD has brought them so
 * far. ε_B² falls as 1/N (learning curve ε̄_B² ∝ P_eff/(β N_y)), so a ratio r needs N·(r/0.35)² structures. A guide, no promise.
 */
export function timeLeft(state: CampaignState, live: readonly LiveWalker[]): number | null {
  const { rules, training, assessment } = state;
  const rate = live.reduce((sum, w) => sum + (w.stepsPerSecond ?? 0), 0);
  if (state.verdict || rate === 0 || training.md < 3) return null;
  const { minStructures, levelledRatio } = rules.convergence;
  const ratio = assessment?.ratio ?? null;
  const byRatio = ratio === null ? 0 : training.md * (ratio / levelledRatio) * (ratio / levelledRatio);
  const missing = Math.max(0, Math.max(minStructures, byRatio) - training.md);
  const steps = live.reduce((sum, w) => sum + w.step, 0);
  const lastStretch = rules.convergence.stepsSinceRefit * live.length;
  const perStructure = steps / training.md;
  const referenceSeconds =
    state.cost.referenceRuns > 0 ? state.cost.referenceSeconds / state.cost.referenceRuns : 0;
  return (
    (missing * perStructure + lastStretch) / rate + (missing * referenceSeconds) / Math.max(1, rules.slots)
  );
}

function messages({ activities }: Observation): string[] {
  return activities.flatMap(({ type, attempt, lastFailure }) =>
    attempt > 1 && lastFailure ? [`${type}: attempt ${attempt}, since ${lastFailure}`] : [],
  );
}
