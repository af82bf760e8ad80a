/** What is compared: an expansion with a prior on one training set. Force errors eV/Å. */
export interface Candidate {
  /** For people: `2:5.4,3:4 decay`. */
  readonly name: string;
  readonly parameters: number;
  readonly logEvidence: number;
  /** RMSE of structures left out one by one; null where it was not computed. */
  readonly leftOutRmse: number | null;
  /** On structures that were never fitted; null without a test set. */
  readonly testRmse: number | null;
  /** Of one MD step with its ε_B, s. */
  readonly stepSeconds: number;
}

export interface Recommendation<C extends Candidate> {
  readonly best: C;
  /** Nearly as good and much cheaper; absent where there is none. */
  readonly cheaper?: C;
  /** Sentences for a person. */
  readonly reasons: readonly string[];
}

/** Left-out errors that differ by less than this are the same: a hundred structures tell no more. */
const SAME = 0.01;
/** Log evidences that differ by less decide nothing: e⁵ is "very strong" (Kass and Raftery, J. Am. Stat. Assoc. 90, 773 (1995)). */
const DECISIVE = 5;
/** A step that costs less than this part of another's is much cheaper, and below the next factor the same. */
const CHEAPER = 0.6;
const SAME_COST = 1.2;

/**
 * The cheapest of those that the evidence cannot tell from the best, unless structures that were left out speak against
 * them: these measure what a force field is for, where evidence takes the misfit for independent normal noise. Both on
 * one training set.
 */
export function recommend<C extends Candidate>(candidates: readonly C[]): Recommendation<C> {
  const first = candidates.reduce((a, b) => (b.logEvidence > a.logEvidence ? b : a));
  const predictor = leastLeftOut(candidates);
  const contenders = candidates.filter(
    (c) => c.logEvidence >= first.logEvidence - DECISIVE && predictsLike(c, predictor),
  );
  const best = contenders.length > 0 ? cheapest(contenders) : (predictor ?? first);
  const reasons =
    contenders.length > 0 ? evidenceReasons(best, first, contenders) : [disagreement(best, first)];
  if (predictor !== undefined && contenders.length > 0) reasons.push(leftOutReason(best, predictor));
  const affordable = candidates.filter(
    (c) => predictsLike(c, best) && c.stepSeconds < CHEAPER * best.stepSeconds,
  );
  const cheaper = affordable.length > 0 ? cheapest(affordable) : undefined;
  if (cheaper) {
    reasons.push(
      `cheaper and nearly as good: ${cheaper.name}, left-out RMSE ${meV(cheaper.leftOutRmse!)} at ${percent(cheaper.stepSeconds / best.stepSeconds)} of the cost of an MD step`,
    );
  }
  return { best, ...(cheaper && { cheaper }), reasons };
}

function leastLeftOut<C extends Candidate>(candidates: readonly C[]): C | undefined {
  const known = candidates.filter((c) => c.leftOutRmse !== null);
  return known.length === 0 ? undefined : known.reduce((a, b) => (b.leftOutRmse! < a.leftOutRmse! ? b : a));
}

/** Whether structures left out are predicted as well as by another candidate; taken for granted where that is not known. */
function predictsLike(c: Candidate, other: Candidate | undefined): boolean {
  if (other === undefined || other.leftOutRmse === null) return other === undefined;
  return c.leftOutRmse !== null && c.leftOutRmse <= (1 + SAME) * other.leftOutRmse;
}

/** The cheapest; of those that cost the same within what a timing can tell, the one of largest evidence. */
function cheapest<C extends Candidate>(candidates: readonly C[]): C {
  const least = candidates.reduce((a, b) => Math.min(a, b.stepSeconds), Number.POSITIVE_INFINITY);
  return candidates
    .filter((c) => c.stepSeconds <= SAME_COST * least)
    .reduce((a, b) => (b.logEvidence > a.logEvidence ? b : a));
}

function evidenceReasons(best: Candidate, first: Candidate, contenders: readonly Candidate[]): string[] {
  if (contenders.length === 1) {
    return [
      best === first
        ? `its log evidence is the largest, and none comes within ${DECISIVE} of it that predicts as well`
        : `its log evidence is within ${DECISIVE} of the largest (${first.name}), and it predicts better`,
    ];
  }
  const behind = first.logEvidence - best.logEvidence;
  return [
    `${contenders.length} candidates cannot be told apart by evidence (within ${DECISIVE} of the largest) or by structures left out (within ${percent(SAME)}); it is the cheapest of them, ${(1e3 * best.stepSeconds).toFixed(2)} ms for an MD step`,
    ...(best === first ? [] : [`the largest log evidence, of ${first.name}, is ${behind.toFixed(1)} higher`]),
  ];
}

function disagreement(best: Candidate, first: Candidate): string {
  return `structures left out are predicted best by it (${meV(best.leftOutRmse!)}); ${first.name} has the largest evidence, but predicts them ${percent(first.leftOutRmse! / best.leftOutRmse! - 1)} worse (${meV(first.leftOutRmse!)})`;
}

function leftOutReason(best: Candidate, predictor: Candidate): string {
  return predictor === best
    ? `it also predicts structures that are left out best: ${meV(best.leftOutRmse!)}`
    : `it predicts structures that are left out as well as the best does: ${meV(best.leftOutRmse!)}, against ${meV(predictor.leftOutRmse!)} of ${predictor.name}`;
}

function meV(error: number): string {
  return `${(1e3 * error).toFixed(2)} meV/Å`;
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(fraction < 0.1 ? 1 : 0)} %`;
}

/** Spearman's rank correlation of two lists of equal length; ties share the mean of their ranks. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (a.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((value, i) => {
    xy += (value - mean) * (y[i] - mean);
    xx += (value - mean) * (value - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  });
  return xy / Math.sqrt(xx * yy);
}

function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const same = values.filter((other) => other === value).length;
    return below + (same - 1) / 2;
  });
}
