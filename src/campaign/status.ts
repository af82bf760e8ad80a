import { type LedgerEntryBody, totalOf } from './ledger.js';
import type { CampaignState } from './state.js';

/** What the `status` query answers: the state and the latest ledger entries, oldest first. */
export interface CampaignStatus {
  readonly state: CampaignState;
  readonly recent: readonly LedgerEntryBody[];
}

/** What the workflow is started with and hands on to itself. */
export interface CampaignWorkflowInput {
  readonly state: CampaignState;
  /** Task queues, one for each role of worker. */
  readonly queues: TaskQueues;
}

export interface TaskQueues {
  readonly workflow: string;
  readonly md: string;
  readonly reference: string;
  readonly fit: string;
}

/** One line for Temporal's own UI and for lists. */
export function describeState(state: CampaignState): string {
  const parts = [
    `stage: ${state.stage}`,
    `round ${state.round}`,
    `${totalOf(state.training)} training structures (${state.training.md} from MD)`,
  ];
  if (state.forceField) parts.push(`fitting error ${(state.forceField.fittingError * 1e3).toFixed(2)} meV/Å`);
  if (state.assessment?.mean != null)
    parts.push(`mean Bayesian error ${(state.assessment.mean * 1e3).toFixed(2)} meV/Å`);
  if (state.verdict) parts.push(`${state.verdict.kind}: ${state.verdict.reason}`);
  return parts.join(' · ');
}
