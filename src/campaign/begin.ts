import type { Ref } from '../store/types.js';
import { note } from './journal.js';
import type { CampaignRules, CampaignState } from './state.js';
import { newWalker } from './walkers.js';

/** A new campaign, launched by this version of the program. */
export function newCampaign(
  name: string,
  fingerprint: string,
  campaign: Ref,
  rules: CampaignRules,
  program?: string,
): CampaignState {
  const state: CampaignState = {
    name,
    fingerprint,
    rules,
    changes: [],
    nextRules: null,
    paused: null,
    stopping: null,
    sampling: [],
    campaign,
    stage: 'prepare',
    displaced: rules.phononStructures === 0,
    prepared: null,
    testSet: null,
    idealLabel: null,
    training: { set: null, random: 0, phonon: 0, md: 0 },
    forceField: null,
    walkers: rules.walkers.map(({ temperature }, k) => newWalker(k + 1, temperature)),
    walkersMade: rules.walkers.length,
    round: 0,
    pending: [],
    structures: 0,
    picked: 0,
    quarantined: 0,
    quarantine: [],
    barrenRounds: 0,
    countedRefits: [],
    assessment: null,
    verdict: null,
    ledger: { sequence: 0, head: null },
    histories: { head: null, complete: false },
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
  return note(state, { type: 'started', name, fingerprint, campaign, ...(program && { program }) });
}

/**
 * A campaign that was cancelled or failed goes on where it was; one that came to its own end has at most its results left
 * to write.
 */
export function resumeCampaign(state: CampaignState, program?: string): CampaignState {
  const { interrupted, publishProblem: _, ...known } = state;
  const histories = { ...known.histories, complete: false };
  return interrupted === undefined
    ? known
    : note(
        { ...known, stage: interrupted, verdict: null, paused: null, histories },
        { type: 'resumed', ...(program && { program }) },
      );
}
