import { acceptedAdditions } from './commands.js';
import { latestRatios } from './confidence.js';
import { countRefit, NO_STATISTICS } from './convergence.js';
import { note } from './journal.js';
import type { JournalEvent } from './ledger.js';
import type { CampaignEvent } from './messages.js';
import { startRound } from './rounds.js';
import type { CampaignState } from './state.js';

/** A refit came back: the walkers go on with the new force field. */
export function refitted(
  state: CampaignState,
  event: Extract<CampaignEvent, { type: 'refitted' }>,
): CampaignState {
  const { convergence } = state.rules;
  const { counts, forceField } = event;
  const counted = counts.random + counts.phonon === 0 && counts.md >= convergence.minStructures;
  const additions = acceptedAdditions(state.pending);
  const added = additions.map((a) => a.id);
  const fitted = note(
    {
      ...state,
      forceField,
      labelRatios: latestRatios(state.labelRatios ?? [], event.checks, additions),
      training: { set: event.trainingSet, ...counts },
      pending: [],
      walkers: state.walkers.map((w) => ({ ...w, sinceRefit: NO_STATISTICS, fresh: true })),
      countedRefits: counted
        ? countRefit(
            state.countedRefits,
            { structures: counts.md, fittingError: forceField.fittingError },
            convergence.overStructures,
          )
        : [],
      cost: {
        ...state.cost,
        refits: state.cost.refits + 1,
        fitSeconds: state.cost.fitSeconds + event.seconds,
      },
    },
    ...event.warnings.map((message): JournalEvent => ({ type: 'warned', message })),
    {
      type: 'refitted',
      forceField,
      trainingSet: event.trainingSet,
      added,
      counts,
      checks: event.checks,
      counted,
      seconds: event.seconds,
    },
  );
  if (fitted.waiting) return { ...fitted, stage: 'label' };
  return fitted.displaced ? startRound(fitted) : { ...fitted, stage: 'displace' };
}
