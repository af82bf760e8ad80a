import type { LedgerEntryBody } from './ledger.js';
import type { CampaignState, LearningPoint } from './state.js';

/** A number with the range in which it is expected to lie two times out of three. */
export interface Estimate {
  readonly expected: number;
  readonly low: number;
  /** Null: unknown. */
  readonly high: number | null;
}

/** How fast a campaign goes. */
export interface Pace {
  /** MD steps of all walkers together per second. */
  readonly stepsPerSecond: number;
  /** Whether labels and refits are in these seconds already. */
  readonly wholeCampaign: boolean;
}

/** How far convergence is still away. */
export interface Forecast {
  /** Structures from MD that are still needed; null while there are hardly any, or where ε_B does not fall. */
  readonly structures: Estimate | null;
  /** Wall-clock s; null where structures or pace are unknown. */
  readonly seconds: Estimate | null;
  /** p of ε_B² ∝ N^−p as it was found, and from how many force fields. */
  readonly exponent: number | null;
  readonly points: number;
  /** The limit of the campaign that is reached before, as things go. */
  readonly limitFirst: 'time' | 'structures' | null;
}

/** Points of the learning curve that a state keeps. */
const KEPT = 24;
/** p is 1 where P_eff and β stand still, ± what was seen of argon and silicon. */
const PRIOR_EXPONENT = 1;
const PRIOR_DEVIATION = 0.3;
/** ln of a ratio² is not known better than this from a picosecond of MD. */
const SMALLEST_SCATTER = 0.15;

/** The learning curve with one more look at convergence; the latest look at one training set stands. */
export function learn(points: readonly LearningPoint[], point: LearningPoint): readonly LearningPoint[] {
  return [...points.filter((p) => p.structures < point.structures), point].slice(-KEPT);
}

/** The learning curve of a campaign as its ledger tells it; the same as that of the state. */
export function learningOf(ledger: readonly LedgerEntryBody[]): readonly LearningPoint[] {
  let points: readonly LearningPoint[] = [];
  let structures = 0;
  for (const entry of ledger) {
    if (entry.type === 'refitted') {
      const { random, phonon, md } = entry.counts;
      structures = random + phonon === 0 ? md : 0;
    } else if (entry.type === 'assessed' && entry.assessment.ratio !== null && structures > 0) {
      points = learn(points, { structures, ratio: entry.assessment.ratio });
    }
  }
  return points;
}

export interface LearningCurve {
  readonly exponent: number;
  readonly exponentDeviation: number;
  /** Mean of ln N and of ln ratio² over the points, and the standard error of the latter. */
  readonly at: { readonly x: number; readonly y: number; readonly error: number };
}

/**
 * ε̄_B² ∝ P_eff/(β N_y), hence (μ/β^{-1/2})² ∝ N^−p with p = 1 while P_eff stands still: a line through ln ratio² against
 * ln N, with p = 1 ± 0.3 as prior knowledge, so that two points say little and twenty say much.
 */
export function learningCurve(points: readonly LearningPoint[]): LearningCurve | null {
  const n = points.length;
  if (n === 0) return null;
  const xs = points.map((p) => Math.log(p.structures));
  const ys = points.map((p) => 2 * Math.log(p.ratio));
  const x = xs.reduce((a, b) => a + b, 0) / n;
  const y = ys.reduce((a, b) => a + b, 0) / n;
  const sxx = xs.reduce((sum, xi) => sum + (xi - x) * (xi - x), 0);
  const sxy = xs.reduce((sum, xi, i) => sum + (xi - x) * (ys[i] - y), 0);
  const weight = 1 / (PRIOR_DEVIATION * PRIOR_DEVIATION);
  let scatter = SMALLEST_SCATTER;
  let slope = -PRIOR_EXPONENT;
  // The scatter decides how much the prior weighs, and follows from the line: three rounds settle both.
  for (let round = 0; round < 3; round++) {
    const precision = 1 / (scatter * scatter);
    slope = (sxy * precision - PRIOR_EXPONENT * weight) / (sxx * precision + weight);
    const residual = xs.reduce((sum, xi, i) => {
      const d = ys[i] - y - slope * (xi - x);
      return sum + d * d;
    }, 0);
    scatter = Math.max(SMALLEST_SCATTER, n > 1 ? Math.sqrt(residual / (n - 1)) : 2 * SMALLEST_SCATTER);
  }
  return {
    exponent: -slope,
    exponentDeviation: 1 / Math.sqrt(sxx / (scatter * scatter) + weight),
    at: { x, y, error: scatter / Math.sqrt(n) },
  };
}

/** Structures from MD at which the ratio is expected to reach `ratio`; null where ε_B does not fall. */
export function structuresFor(curve: LearningCurve, ratio: number): Estimate | null {
  const { exponent, exponentDeviation, at } = curve;
  if (!(exponent > 0.1)) return null;
  const way = (at.y - 2 * Math.log(ratio)) / exponent;
  const deviation =
    Math.sqrt(at.error * at.error + way * way * exponentDeviation * exponentDeviation) / exponent;
  return {
    expected: Math.exp(at.x + way),
    low: Math.exp(at.x + way - deviation),
    high: Math.exp(at.x + way + deviation),
  };
}

/**
 * What a campaign still needs, from how its ε_B has fallen; `pace`: default that of its MD so far. A guide, no promise: pace
 * and learning curve are taken as they were.
 */
export function forecast(state: CampaignState, pace: Pace = ownPace(state)): Forecast {
  const points = state.learning ?? [];
  const curve = learningCurve(points);
  const structures = structuresStillNeeded(state, curve);
  const steps = structures && stepsLeft(state, structures);
  return {
    structures,
    seconds:
      steps && structures && pace.stepsPerSecond > 0 ? secondsLeft(state, structures, steps, pace) : null,
    exponent: curve?.exponent ?? null,
    points: points.length,
    limitFirst: structures && steps && limitBefore(state, structures, steps),
  };
}

/** What the number of structures still needed rests on. */
type LearningState = Pick<CampaignState, 'assessment' | 'rules'> & {
  readonly training: { readonly md: number };
};

/** Structures from MD that are still needed. */
export function structuresStillNeeded(
  { training, assessment, rules }: LearningState,
  curve: LearningCurve | null,
): Estimate | null {
  const { minStructures, ratio, levelledRatio, tolerance } = rules.convergence;
  if (curve === null) {
    if (training.md < 3) return null;
    const least = Math.max(0, minStructures - training.md);
    return { expected: least, low: least, high: null };
  }
  const spread = assessment?.spread ?? null;
  const goal = structuresFor(curve, spread !== null && spread >= tolerance ? ratio : levelledRatio);
  if (goal === null) return null;
  const missing = (needed: number) => Math.max(0, Math.ceil(Math.max(minStructures, needed)) - training.md);
  return { expected: missing(goal.expected), low: missing(goal.low), high: goal.high && missing(goal.high) };
}

/** MD steps of all walkers: to the structures at the pace at which MD brought them so far, then those without a refit. */
function stepsLeft(state: CampaignState, structures: Estimate): Estimate {
  const { walkers, training, rules } = state;
  const { minSteps, stepsSinceRefit } = rules.convergence;
  const done = walkers.reduce((sum, w) => sum + w.step, 0);
  const each = training.md > 0 ? done / training.md : 0;
  const since = Math.min(...walkers.map((w) => w.sinceRefit.steps));
  const shortest = Math.min(...walkers.map((w) => w.step));
  const steps = (missing: number) => {
    const stretch = missing > 0 ? stepsSinceRefit : Math.max(0, stepsSinceRefit - since);
    const minimum = Math.max(0, minSteps - shortest) * walkers.length;
    return Math.max(minimum, missing * each + stretch * walkers.length);
  };
  const { expected, low, high } = structures;
  return { expected: steps(expected), low: steps(low), high: high === null ? null : steps(high) };
}

function secondsLeft(state: CampaignState, structures: Estimate, steps: Estimate, pace: Pace): Estimate {
  const { cost, rules } = state;
  const label = cost.referenceRuns > 0 ? cost.referenceSeconds / cost.referenceRuns / rules.slots : 0;
  const refit = cost.refits > 0 ? cost.fitSeconds / cost.refits / rules.lookahead : 0;
  const each = pace.wholeCampaign ? 0 : label + refit;
  const seconds = (n: number, md: number) => md / pace.stepsPerSecond + n * each;
  return {
    expected: seconds(structures.expected, steps.expected),
    low: seconds(structures.low, steps.low),
    high: structures.high === null || steps.high === null ? null : seconds(structures.high, steps.high),
  };
}

function limitBefore(state: CampaignState, structures: Estimate, steps: Estimate): Forecast['limitFirst'] {
  const { limits } = state.rules;
  if (state.picked + structures.expected > limits.structures) return 'structures';
  const left = state.walkers.reduce((sum, w) => sum + Math.max(0, limits.steps - w.step), 0);
  return steps.expected > left ? 'time' : null;
}

/** Walkers run side by side: each counts its own seconds. */
function ownPace({ cost, walkers }: CampaignState): Pace {
  const stepsPerSecond = cost.mdSeconds > 0 ? (walkers.length * cost.mdSteps) / cost.mdSeconds : 0;
  return { stepsPerSecond, wholeCampaign: false };
}
