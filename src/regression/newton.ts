import { type Evidence, evidenceAt } from './evidence.js';
import { clamp, type Prior } from './priors/prior.js';
import {
  attempt,
  roundingOf,
  type SearchLimits,
  type SearchPoint,
  type SearchResult,
  TOLERANCE,
} from './search.js';
import { type CurvedSlope, curvedSlopeAt } from './secondDerivatives.js';
import { predictedGain, type TrustStep, trustStep } from './trustStep.js';
import type { Gram } from './types.js';

/** Longest step in a logarithm; others go at most through a tenth of what their bounds allow. */
export const LONGEST_STEP = 4;
/** Slope and information below which a hyperparameter is left where it is: rounding. */
const NOTHING = 1e-8;
/** Information of a hyperparameter whose standard error is ten: next to nothing is known of it. */
const VAGUE = 1e-2;
/** Gain in ln p that such hyperparameters are not moved for: others come to rest sooner without them. */
const NO_GAIN = 1e-2;
/** Radius of trust in longest steps: at first, and the largest, with which a long valley is walked. */
const [FIRST_RADIUS, WIDEST] = [0.5, 2];
/** Gain as a part of the predicted one below which a step is taken back, or trust halved, and up to which it is doubled. */
const [POOR, FAIR, GOOD] = [0.01, 0.25, 4];

/**
 * Maximises ln p(y|θ,β) within the bounds by Newton steps with all second derivatives, each within a region of trust that
 * shrinks where the evidence does not do as predicted and grows where it does. An evaluation costs half as much again as
 * that of `maximiseEvidence`, but directions of little information do no harm.
 */
export function maximiseByNewton(
  gram: Gram,
  prior: Prior,
  start: SearchPoint,
  maxLogBeta: number,
  { tolerance = TOLERANCE, limit = 200, enough, known }: SearchLimits = {},
): SearchResult {
  const lower = Float64Array.of(...prior.lower, Number.NEGATIVE_INFINITY);
  const upper = Float64Array.of(...prior.upper, maxLogBeta);
  /** METHOD: a relative change, of the log evidence, whose own rounding is that of its thousands of terms. */
  const negligible = ({ logEvidence }: Evidence) => tolerance * Math.max(1, Math.abs(logEvidence));
  const valueAt = (x: Float64Array): Evidence => evidenceAt(gram, prior, x.slice(0, -1), x[x.length - 1]);

  let x = Float64Array.of(...start.theta, start.logBeta).map((value, i) => clamp(value, lower[i], upper[i]));
  let point = known?.point ?? valueAt(x);
  let slope = curvedSlopeAt(gram, point);
  let radius = FIRST_RADIUS;
  for (let evaluations = 1; evaluations < limit; evaluations++) {
    const { step, interior } = stepFrom(x, slope, lower, upper, radius);
    const predicted = predictedGain(slope, step);
    if (interior && predicted < negligible(point)) return { point, slope, converged: true, evaluations };
    const trial = x.map((value, i) => clamp(value + step[i], lower[i], upper[i]));
    if (enough?.(trial, { point, slope })) return { point, slope, converged: false, evaluations };
    const next = attempt(() => valueAt(trial));
    const gain = next === undefined ? Number.NEGATIVE_INFINITY : next.logEvidence - point.logEvidence;
    const asPredicted = (gain + roundingOf(gram, trial)) / predicted;
    if (next === undefined || asPredicted < POOR) {
      radius /= 4;
      if (radius < tolerance) return { point, slope, converged: false, evaluations };
      continue;
    }
    if (asPredicted < FAIR) radius /= 2;
    else if (!interior && asPredicted < GOOD) radius = Math.min(WIDEST, 2 * radius);
    x = trial;
    point = next;
    slope = curvedSlopeAt(gram, next);
  }
  return { point, slope, converged: false, evaluations: limit };
}

function stepFrom(
  x: Float64Array,
  slope: CurvedSlope,
  lower: Float64Array,
  upper: Float64Array,
  radius: number,
): TrustStep {
  const { gradient, information } = slope;
  const region = {
    unit: x.map((_, i) => Math.min(LONGEST_STEP, (upper[i] - lower[i]) / 10)),
    radius,
    low: lower.map((value, i) => value - x[i]),
    high: upper.map((value, i) => value - x[i]),
  };
  const free = [...x.keys()].filter(
    (i) =>
      Math.max(Math.abs(gradient[i]), information[i * (x.length + 1)]) > NOTHING &&
      !(x[i] <= lower[i] && gradient[i] <= 0) &&
      !(x[i] >= upper[i] && gradient[i] >= 0),
  );
  const all = trustStep(slope, free, region);
  const told = free.filter((i) => information[i * (x.length + 1)] >= VAGUE);
  if (told.length === free.length) return all;
  const without = trustStep(slope, told, region);
  return predictedGain(slope, all.step) - predictedGain(slope, without.step) < NO_GAIN ? without : all;
}
