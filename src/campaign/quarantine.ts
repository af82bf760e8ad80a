import type { CampaignState, PendingStructure, QuarantinedStructure } from './state.js';

/** What becomes of the quarantine when a batch of labels is in. */
export function quarantine(state: CampaignState): Pick<CampaignState, 'quarantine' | 'quarantined'> {
  const { pending } = state;
  const rescued = pending.filter((p) => p.retried && p.label!.accepted);
  const lost = pending.filter((p) => p.group !== 'ideal' && !p.label!.accepted);
  const fromMd = (list: readonly PendingStructure[]) => list.filter((p) => p.group === 'md').length;
  return {
    // A structure that is tried again counts as quarantined until its label is accepted.
    quarantined: state.quarantined + fromMd(lost.filter((p) => !p.retried)) - fromMd(rescued),
    // The label of existing data is what it is: no answer could change it.
    quarantine: [...state.quarantine, ...lost.filter((p) => p.group !== 'imported').map(entryOf)],
  };
}

function entryOf({ id, group, structure, pick, label }: PendingStructure): QuarantinedStructure {
  const reason = label?.accepted === false ? label.reason : '';
  return { id, group, structure, pick, reason };
}

export function retryAsked(state: CampaignState): boolean {
  return state.quarantine.some((q) => q.retry);
}

/** Structures that a person wants to be tried again go to the reference once more. */
export function retryLabels(state: CampaignState): CampaignState {
  const pending = state.quarantine.flatMap(({ id, group, structure, pick, retry }): PendingStructure[] =>
    retry ? [{ id, group, structure, pick, label: null, retried: retry }] : [],
  );
  return { ...state, stage: 'label', pending, quarantine: state.quarantine.filter((q) => !q.retry) };
}

/** A person's answer to a quarantined structure. */
export function answerQuarantine(
  state: CampaignState,
  structure: number,
  retry: QuarantinedStructure['retry'] | null,
): CampaignState {
  const quarantine = state.quarantine.flatMap((q) => {
    if (q.id !== structure) return [q];
    return retry ? [{ ...q, retry }] : [];
  });
  return { ...state, quarantine };
}
