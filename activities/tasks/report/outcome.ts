import { rulesOf } from '../../../src/campaign/bundle.js';
import type { LedgerEntryBody } from '../../../src/campaign/ledger.js';
import type { Verdict } from '../../../src/campaign/state.js';
import type { Outcome } from '../../../src/report/types.js';
import type { CampaignContext } from '../context.js';
import { entriesOf } from '../report.js';

export function outcomeOf(
  { settings, space }: CampaignContext,
  ledger: readonly LedgerEntryBody[],
  verdict: Verdict | null,
): Outcome {
  const rules = rulesOf(settings);
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
    advice: adviceFor(verdict),
    fittingError: refit?.forceField.fittingError ?? null,
    mean: assessed?.mean ?? null,
    deviation: assessed?.deviation ?? null,
    expectedRmse: assessed?.expectedRmse ?? null,
    parameters: space.parameters,
    trainingStructures: counts.random + counts.phonon + counts.md,
    structuresFromMd: counts.md,
    totalTime: ps([...lastStep.values()].reduce((a, b) => a + b, 0)),
    progress: {
      time: { have: shortest(walkers.map((w) => w.step)), need: ps(c.minSteps) },
      sinceRefit: { have: shortest(walkers.map((w) => w.since)), need: ps(c.stepsSinceRefit) },
      structures: { have: counts.md, need: c.minStructures },
      ratio: { have: assessed?.ratio ?? null, strict: c.ratio, relaxed: c.levelledRatio },
      levelling: { have: assessed?.spread ?? null, need: c.tolerance },
    },
  };
}

function adviceFor(verdict: Verdict | null): string[] {
  switch (verdict?.kind) {
    case 'exhausted':
      return [
        'Raise limits.time or limits.structures under another name; the labels are in the store and are not computed again.',
        'Watch μ/β^{-1/2} against the number of structures: where it still falls, more structures help; where β^{-1/2} is what is large, a longer or higher-order expansion does.',
      ];
    case 'stalled':
      return [
        'A wrecked trajectory: lower the temperature or the timestep, shorten the cutoffs of the highest order, or raise n_max to an even order.',
        'Rejected labels: look at the attempts in the ledger; the limits are those of reference.gate.',
      ];
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
