import type { CampaignState, Stage } from './state.js';
import type { Steering } from './steering.js';

/** What a person told a campaign, to be told again at the same place of another run of it. */
export interface ScriptedOrder {
  readonly round: number;
  /** Refits made before: initial data are labelled in batches, and a structure may be tried again after a round. */
  readonly refits: number;
  readonly stage: Stage;
  readonly steering: Steering;
}

/** Stages in the order in which they come between two refits. */
const STAGES: readonly Stage[] = [
  'prepare',
  'displace',
  'explore',
  'screen',
  'label',
  'refit',
  'publish',
  'done',
];

/** The next order of the script, where its place has come, or been passed within one event. */
export function dueOrder({ script, round, stage, cost }: CampaignState): ScriptedOrder | undefined {
  const next = script?.[0];
  if (!next) return undefined;
  const ahead =
    next.round - round || next.refits - cost.refits || STAGES.indexOf(next.stage) - STAGES.indexOf(stage);
  return ahead > 0 ? undefined : next;
}

/** The state without the order that was due. */
export function withoutDueOrder(state: CampaignState): CampaignState {
  return { ...state, script: state.script?.slice(1) ?? [] };
}

/**
 * The script of a campaign from what was told to it and where it was then. Pauses change when things happen and nothing else:
 * they are left out, but for one that made a campaign end at once when it was stopped.
 */
export function scriptOf(
  told: readonly { readonly steering: Steering; readonly state: CampaignState }[],
): readonly ScriptedOrder[] {
  return told.flatMap(({ steering, state: { round, stage, paused, cost } }) => {
    const { kind } = steering.order;
    if (kind === 'pause' || kind === 'resume') return [];
    const again = { ...steering, by: `${steering.by}, told again` };
    const orders =
      kind === 'stop' && paused ? [{ ...again, order: { kind: 'pause' } as const }, again] : [again];
    return orders.map((order) => ({ round, refits: cost.refits, stage, steering: order }));
  });
}
