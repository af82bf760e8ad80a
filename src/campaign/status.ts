import type { Ref } from '../store/types.js';
import { type JournalEntry, totalOf } from './ledger.js';
import type { Assessment, CampaignState, CountedRefit, CoursePoint } from './state.js';

/** What the `status` query answers: the state and the latest ledger entries, oldest first. */
export interface CampaignStatus {
  readonly state: CampaignState;
  readonly recent: readonly JournalEntry[];
}

/** What the `convergence` query answers: where it stands and how it came there. */
export interface ConvergenceHistory {
  readonly assessment: Assessment | null;
  /** The latest looks, oldest first. */
  readonly course: readonly CoursePoint[];
  /** Refits that count towards levelling. */
  readonly countedRefits: readonly CountedRefit[];
}

export function convergenceHistory({ assessment, course, countedRefits }: CampaignState): ConvergenceHistory {
  return { assessment, course: course ?? [], countedRefits };
}

/** A stretch of a trajectory with the artifact that holds its ε_B, step by step. */
export interface TrajectorySegment {
  readonly walker: number;
  readonly round: number;
  readonly fromStep: number;
  readonly toStep: number;
  readonly outcome: string;
  readonly evaluations: number;
  readonly trace: Ref;
}

/** What the `trajectory` query answers: the latest stretches, oldest first. */
export function trajectory(recent: readonly JournalEntry[]): readonly TrajectorySegment[] {
  return recent.flatMap((entry) => {
    if (entry.type !== 'explored') return [];
    const { walker, round, fromStep, toStep, outcome, evaluations, trace } = entry;
    return [{ walker, round, fromStep, toStep, outcome, evaluations, trace }];
  });
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
