import { advise } from '../../../src/campaign/advice.js';
import { rulesOf } from '../../../src/campaign/bundle.js';
import { fatesOf } from '../../../src/campaign/failures.js';
import { learningCurve, learningOf, structuresStillNeeded } from '../../../src/campaign/forecast.js';
import { type LedgerEntryBody, totalOf } from '../../../src/campaign/ledger.js';
import type { Assessment, CampaignRules, LearningPoint, Verdict } from '../../../src/campaign/state.js';
import { structuresLeft } from '../../../src/report/forecast.js';
import type { Outcome } from '../../../src/report/types.js';
import type { CampaignContext } from '../context.js';
import { entriesOf } from './entries.js';
import { latestRules } from './steered.js';

export function outcomeOf(
  { settings, space }: CampaignContext,
  ledger: readonly LedgerEntryBody[],
  verdict: Verdict | null,
): Outcome {
  const rules = latestRules(ledger, rulesOf(settings));
  const assessed = entriesOf(ledger, 'assessed').at(-1)?.assessment;
  const refit = entriesOf(ledger, 'refitted').at(-1);
  const counts = refit?.counts ?? { random: 0, phonon: 0, md: 0 };
  const explored = entriesOf(ledger, 'explored');
  const ps = (steps: number) => (steps * rules.timestep) / 1000;
  const lastStep = new Map(explored.map((e) => [e.walker, e.toStep]));
  const refitStep = new Map<number, number>();
  for (const e of explored) {
    if (e.forceField.hash === refit?.forceField.ref.hash && !refitStep.has(e.walker))
      refitStep.set(e.walker, e.fromStep);
  }
  const walkers = [...lastStep].map(([walker, step]) => ({
    step,
    since: refitStep.has(walker) ? step - refitStep.get(walker)! : 0,
  }));
  const shortest = (steps: readonly number[]) => (steps.length === 0 ? 0 : ps(Math.min(...steps)));
  const c = rules.convergence;
  return {
    verdict: verdict?.kind ?? 'running',
    reason: verdict?.reason ?? 'the campaign is running',
    advice: adviceFrom(ledger, rules, verdict, Math.max(0, ...lastStep.values())),
    fittingError: refit?.forceField.fittingError ?? null,
    mean: assessed?.mean ?? null,
    deviation: assessed?.deviation ?? null,
    expectedRmse: assessed?.expectedRmse ?? null,
    parameters: space.parameters,
    trainingStructures: totalOf(counts),
    structuresFromMd: counts.md,
    totalTime: ps([...lastStep.values()].reduce((a, b) => a + b, 0)),
    wrecks: wrecksIn(ledger),
    progress: {
      time: { have: shortest(walkers.map((w) => w.step)), need: ps(c.minSteps) },
      sinceRefit: { have: shortest(walkers.map((w) => w.since)), need: ps(c.stepsSinceRefit) },
      structures: { have: counts.md, need: c.minStructures },
      ratio: { have: assessed?.ratio ?? null, strict: c.ratio, relaxed: c.levelledRatio },
      levelling: { have: assessed?.spread ?? null, need: c.tolerance },
    },
  };
}

function adviceFrom(
  ledger: readonly LedgerEntryBody[],
  rules: CampaignRules,
  verdict: Verdict | null,
  steps: number,
): string[] {
  const refit = entriesOf(ledger, 'refitted').at(-1);
  const asked = new Set(
    entriesOf(ledger, 'asked').flatMap(({ group, structure }) => (group === 'md' ? [structure] : [])),
  );
  const dropped = entriesOf(ledger, 'screened').reduce((sum, entry) => sum + entry.dropped.length, 0);
  const assessment = entriesOf(ledger, 'assessed').at(-1)?.assessment ?? null;
  const learning = learningOf(ledger);
  if (verdict === null) return expectation(rules, assessment, refit?.counts.md ?? 0, learning);
  return advise({
    verdict: verdict.kind,
    rules,
    assessment,
    fittingError: refit?.forceField.fittingError ?? null,
    learning,
    fromMd: refit?.counts.md ?? 0,
    picked: asked.size - dropped,
    quarantined: fatesOf(ledger).lost.count,
    wrecks: wrecksIn(ledger),
    steps,
    notDetermined: refit?.forceField.notDetermined ?? [],
  });
}

function wrecksIn(ledger: readonly LedgerEntryBody[]): number {
  const ends = entriesOf(ledger, 'explored').map(({ outcome }) => outcome);
  return ends.filter((outcome) => outcome === 'wrecked' || outcome === 'stuck').length;
}

/** What a running campaign still needs. */
function expectation(
  rules: CampaignRules,
  assessment: Assessment | null,
  fromMd: number,
  learning: readonly LearningPoint[],
): string[] {
  const curve = learningCurve(learning);
  const needed = structuresStillNeeded({ rules, assessment, training: { md: fromMd } }, curve);
  if (needed === null || curve === null) return [];
  const error = curve.exponentDeviation / 2;
  return [
    `Still needed for convergence: ${structuresLeft(needed)}. ε_B has fallen as N^−${(curve.exponent / 2).toFixed(2)} (± ${error.toFixed(2)}) with the number of structures.`,
  ];
}
