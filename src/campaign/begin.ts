import type { Ref } from '../store/types.js';
import { NO_STATISTICS } from './convergence.js';
import { note } from './journal.js';
import type { CampaignRules, CampaignState } from './state.js';

/** A new campaign. */
export function newCampaign(
  name: string,
  fingerprint: string,
  campaign: Ref,
  rules: CampaignRules,
): CampaignState {
  const state: CampaignState = {
    name,
    fingerprint,
    rules,
    campaign,
    stage: 'prepare',
    displaced: rules.phononStructures === 0,
    prepared: null,
    testSet: null,
    idealLabel: null,
    training: { set: null, random: 0, phonon: 0, md: 0 },
    forceField: null,
    walkers: rules.walkers.map((_, k) => ({
      walker: k + 1,
      step: 0,
      checkpoint: null,
      sinceRefit: NO_STATISTICS,
      fresh: false,
      result: null,
    })),
    round: 0,
    pending: [],
    structures: 0,
    picked: 0,
    quarantined: 0,
    barrenRounds: 0,
    countedRefits: [],
    assessment: null,
    verdict: null,
    ledger: { sequence: 0, head: null },
    journal: [],
    cost: {
      mdSteps: 0,
      errorEvaluations: 0,
      referenceRuns: 0,
      referenceSeconds: 0,
      mdSeconds: 0,
      refits: 0,
      fitSeconds: 0,
    },
  };
  return note(state, { type: 'started', name, fingerprint, campaign });
}

/**
 * A campaign that was cancelled or failed goes on where it was; one that came to its own end has at most its results left
 * to write.
 */
export function resumeCampaign(state: CampaignState): CampaignState {
  const { interrupted, publishProblem: _, ...known } = state;
  return interrupted === undefined
    ? known
    : note({ ...known, stage: interrupted, verdict: null }, { type: 'resumed' });
}
