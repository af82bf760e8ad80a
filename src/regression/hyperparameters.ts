import { fixedPoint } from './fixedPoint.js';
import { LONGEST_STEP, maximiseByNewton } from './newton.js';
import { withoutDecay } from './priors/decay.js';
import { createPrior } from './priors/index.js';
import type { Prior } from './priors/prior.js';
import {
  type Evaluated,
  maximiseEvidence,
  type SearchPoint,
  type SearchResult,
  TOLERANCE,
} from './search.js';
import type { Gram, ParameterBlock } from './types.js';

/** Fixed-point updates before the search takes over: they are linear, it is superlinear, both end at the same point. */
const FIXED_POINT_UPDATES = 3;
/** How well the by-order optimum must be known to start `decay` from. */
const ROUGH = 1e-2;
/**
 * Above this many parameters an evaluation takes seconds: second derivatives are worth their price, and a second start is
 * only near the by-order optimum. Below, secants do, and the bits of smaller fits stay what they were.
 */
const LARGE = 1500;
/** Hyperparameters nearer to a maximum than this, all of them, lead to it. */
const SAME_HILL = 0.2;
/** Gain in ln p for which a hyperparameter need not be looked at. */
const LITTLE = 0.1;

/** Hyperparameters and β of the largest evidence; `start`: those of the last refit. */
export function seekHyperparameters(
  gram: Gram,
  blocks: readonly ParameterBlock[],
  prior: Prior,
  start: SearchPoint | undefined,
  maxLogBeta: number,
): SearchResult {
  return prior.name === 'decay'
    ? searchDecay(gram, blocks, prior, start, maxLogBeta)
    : searchGrouped(gram, prior, start, maxLogBeta);
}

function searchGrouped(
  gram: Gram,
  prior: Prior,
  start: SearchPoint | undefined,
  maxLogBeta: number,
  tolerance = TOLERANCE,
): SearchResult {
  const first = start ?? coldStart(gram, prior, maxLogBeta);
  const result = fixedPoint(gram, prior, first, maxLogBeta, { tolerance, limit: FIXED_POINT_UPDATES });
  return result.converged
    ? result
    : methodFor(gram)(gram, prior, result.point, maxLogBeta, { tolerance, known: result });
}

/**
 * From the last refit and from the by-order optimum with κ = 0; the better stays (METHOD: there are local maxima). The
 * second search ends where it comes to the hill on which the first has found the top: where hyperparameters that are
 * elsewhere matter neither there nor here.
 */
function searchDecay(
  gram: Gram,
  blocks: readonly ParameterBlock[],
  prior: Prior,
  start: SearchPoint | undefined,
  maxLogBeta: number,
): SearchResult {
  const maximise = methodFor(gram);
  const warm = start && maximise(gram, prior, start, maxLogBeta);
  const nearOnly = warm?.converged === true && gram.parameters > LARGE;
  const first = withoutDecayAtBest(gram, blocks, maxLogBeta, nearOnly ? warm.point.logBeta : undefined);
  if (!warm?.converged) return better(warm, maximise(gram, prior, first, maxLogBeta));
  const top = Float64Array.of(...warm.point.theta, warm.point.logBeta);
  let sameHill = false;
  const enough = (x: Float64Array, here?: Evaluated): boolean => {
    sameHill = x.every((value, i) => {
      const away = Math.abs(value - top[i]);
      return away < SAME_HILL || (here !== undefined && mattersLittle(warm, here, i, away));
    });
    return sameHill;
  };
  const cold = maximise(gram, prior, first, maxLogBeta, { enough });
  return sameHill ? warm : better(warm, cold);
}

/** Whether it matters neither at the top nor here, below it, that component i ends that far away. */
function mattersLittle(top: Evaluated, here: Evaluated, i: number, away: number): boolean {
  const { gradient } = here.slope;
  const known = top.slope.information[i * (gradient.length + 1)];
  const gain = Math.abs(gradient[i]) * Math.min(away, LONGEST_STEP);
  return here.point.logEvidence <= top.point.logEvidence && known * away * away < LITTLE && gain < LITTLE;
}

function methodFor({ parameters }: Gram): typeof maximiseEvidence {
  return parameters > LARGE ? maximiseByNewton : maximiseEvidence;
}

function better(warm: SearchResult | undefined, cold: SearchResult): SearchResult {
  return warm && warm.point.logEvidence >= cold.point.logEvidence ? warm : cold;
}

/** The by-order optimum as a point of `decay`; where β is known already, only near it, by two updates. */
function withoutDecayAtBest(
  gram: Gram,
  blocks: readonly ParameterBlock[],
  maxLogBeta: number,
  logBeta: number | undefined,
): SearchPoint {
  const prior = createPrior('by-order', blocks);
  const { point } =
    logBeta === undefined
      ? searchGrouped(gram, prior, undefined, maxLogBeta, gram.parameters > LARGE ? TOLERANCE : ROUGH)
      : fixedPoint(gram, prior, { theta: prior.guess(gram), logBeta }, maxLogBeta, { limit: 2 });
  return { theta: withoutDecay(point.theta), logBeta: point.logBeta };
}

/** Nine tenths of yᵀy explained by the prior's guess, a tenth left as noise. */
function coldStart(gram: Gram, prior: Prior, maxLogBeta: number): SearchPoint {
  const logBeta = Math.min(Math.log((10 * gram.rows) / gram.yty), maxLogBeta);
  return { theta: prior.guess(gram), logBeta };
}
