import { type Estimate, learningCurve, structuresFor } from './forecast.js';
import type { Assessment, CampaignRules, LearningPoint, VerdictKind } from './state.js';

/** What advice rests on: a campaign's state has it, and so has its ledger. */
export interface AdviceFacts {
  readonly verdict: VerdictKind | null;
  readonly rules: CampaignRules;
  readonly assessment: Assessment | null;
  /** β^{-1/2} of the last force field, eV/Å; null before the first. */
  readonly fittingError: number | null;
  readonly learning: readonly LearningPoint[];
  /** Structures from MD in the training set, and of those picked. */
  readonly fromMd: number;
  readonly picked: number;
  readonly quarantined: number;
  readonly wrecks: number;
  /** MD steps of the walker that is furthest. */
  readonly steps: number;
  /** Orders whose hyperparameter is at its bound. */
  readonly notDetermined: readonly number[];
}

/** What a person could change, from the numbers at hand, one sentence each; nothing where the campaign runs or converged. */
export function advise(facts: AdviceFacts): string[] {
  switch (facts.verdict) {
    case 'exhausted':
    case 'stopped':
      return [...limitAdvice(facts), ...errorAdvice(facts), ...wreckAdvice(facts), ...labelAdvice(facts)];
    case 'stalled':
      return stallAdvice(facts);
    case 'failed':
      return [
        'Mend what the reason names and run the same command again: the campaign goes on where it was.',
      ];
    case 'cancelled':
      return ['Run the same command again: the campaign goes on where it was.'];
    default:
      return [];
  }
}

const AGAIN = '`anharmony extend` lets this campaign go on';

/** Too little MD or too few structures to judge by. */
function limitAdvice({ rules, fromMd, steps, assessment }: AdviceFacts): string[] {
  const { minStructures, minSteps } = rules.convergence;
  const ps = (n: number) => `${round((n * rules.timestep) / 1000)} ps`;
  if (steps < minSteps) {
    return [
      `limits.time ended the campaign at ${ps(steps)}, before convergence.minTime of ${ps(minSteps)}: raise it (${AGAIN}).`,
    ];
  }
  if (fromMd < minStructures) {
    const needed =
      fromMd > 0 ? ` (about ${ps((1.3 * steps * minStructures) / fromMd)} at the pace so far)` : '';
    return [
      `Only ${fromMd} of the ${minStructures} structures from MD that convergence.minStructures asks for were taken: raise limits.time${needed} or limits.structures (${AGAIN}).`,
    ];
  }
  if (assessment !== null && assessment.ratio === null) {
    return [
      `The last refit came less than ${ps(rules.convergence.stepsSinceRefit)} before the limit: a little more limits.time lets its ε_B be judged.`,
    ];
  }
  return [];
}

/** From this ratio on more data lower the expected RMSE by 6 % at most. */
const DOMINATED = 0.35;

/** What the error is made of. */
function errorAdvice({
  rules,
  assessment,
  fittingError,
  learning,
  fromMd,
  notDetermined,
}: AdviceFacts): string[] {
  if (fittingError === null || assessment?.ratio == null) return [];
  const { ratio, levelledRatio, tolerance } = rules.convergence;
  const advice: string[] = [];
  const curve = learningCurve(learning);
  const goal = assessment.spread !== null && assessment.spread >= tolerance ? ratio : levelledRatio;
  if (assessment.ratio > goal && curve !== null) {
    const needed = structuresFor(curve, goal);
    advice.push(
      needed === null
        ? `μ is ${percent(assessment.ratio)} of β^{-1/2} and no longer falls with the number of structures: see whether the trajectory leaves what the expansion can describe (σ_A, temperature).`
        : `μ is ${percent(assessment.ratio)} of β^{-1/2} and falls as N^−${round(curve.exponent / 2)}: about ${range(needed, fromMd)} more structures bring it to ${percent(goal)}; raise limits.time and limits.structures (${AGAIN}).`,
    );
  }
  if (assessment.ratio <= Math.max(levelledRatio, DOMINATED)) {
    const share = 1 / (1 + assessment.ratio * assessment.ratio);
    const undetermined =
      notDetermined.length > 0
        ? ` Order${notDetermined.length > 1 ? 's' : ''} ${notDetermined.join(', ')} took nothing from the data: more of ${notDetermined.length > 1 ? 'them' : 'it'} does not help.`
        : '';
    advice.push(
      `The fitting error, ${meV(fittingError)}, makes up ${percent(share)} of the expected squared error: more structures cannot lower it, a higher n_max or longer cutoffs can.${undetermined}`,
    );
  }
  return advice;
}

function wreckAdvice({ wrecks }: AdviceFacts): string[] {
  if (wrecks === 0) return [];
  return [
    `${count(wrecks, 'trajectory was', 'trajectories were')} wrecked: take smaller first displacements (initial.random.displacement) and start MD from one along the phonons (initial.start), end the expansion at an even order, shorten the cutoffs of the highest order, take a shorter timestep, or begin colder (md.temperature as a schedule, e.g. [{ from: 100, to: 300, time: 20 ps }]).`,
  ];
}

/** Without a wreck and without a structure from MD it was the first labels that failed. */
function stallAdvice(facts: AdviceFacts): string[] {
  const advice = [...labelAdvice(facts), ...wreckAdvice(facts)];
  if (advice.length > 0) return advice;
  return [
    'No label was accepted: the ledger says of each attempt what the program reported, and reference.gate what is checked.',
  ];
}

function labelAdvice({ quarantined, picked }: AdviceFacts): string[] {
  if (quarantined === 0) return [];
  return [
    `${quarantined} of ${picked} structures from MD got no label that was accepted: look at the attempts in the ledger; the limits are those of reference.gate.`,
  ];
}

function range({ low, expected, high }: Estimate, have: number): string {
  const missing = (n: number) => Math.max(0, Math.ceil(n) - have);
  return `${Math.max(1, missing(expected))} (${missing(low)}–${high === null ? '?' : missing(high)})`;
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

function percent(fraction: number): string {
  return `${round(100 * fraction)} %`;
}

function meV(x: number): string {
  return `${(1e3 * x).toPrecision(3)} meV/Å`;
}

function round(x: number): string {
  return String(Number(x.toPrecision(2)));
}
