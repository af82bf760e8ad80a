import { acceptedAdditions } from './commands.js';
import { countFates, NO_FATES } from './failures.js';
import { finish, note } from './journal.js';
import type { JournalEvent } from './ledger.js';
import { quarantine } from './quarantine.js';
import { startRound } from './rounds.js';
import type { CampaignState, PendingStructure } from './state.js';

/** Quarantined structures that may await an answer; more failures are no matter of single structures. */
const MOST_QUARANTINED = 24;
/** Rounds in a row without one accepted label after which a campaign stalls instead of asking for ever. */
const BARREN_ROUNDS = 3;

/** All labels of a batch are in: what was accepted goes on to the refit. */
export function endLabelling(state: CampaignState): CampaignState {
  const entries = state.pending.flatMap(labelEntries);
  const ideal = state.pending.find((p) => p.group === 'ideal')?.label;
  // Existing data that the gate refuses, or atoms that are too near, cost no run.
  const runs = state.pending.filter((p) => p.label!.attempts !== null).length;
  const seconds = state.pending.reduce((sum, p) => sum + p.label!.seconds, 0);
  const next = note(
    {
      ...state,
      idealLabel: ideal?.accepted ? ideal.label : state.idealLabel,
      ...quarantine(state),
      pending: state.pending.map(withoutAttempts),
      fates: countFates(state.fates ?? NO_FATES, state.pending),
      cost: {
        ...state.cost,
        referenceRuns: state.cost.referenceRuns + runs,
        referenceSeconds: state.cost.referenceSeconds + seconds,
      },
    },
    ...entries,
  );
  if (ideal && !ideal.accepted) {
    return finish(next, {
      kind: 'stalled',
      reason: `the reference failed on the ideal supercell: ${ideal.reason}`,
    });
  }
  if (next.quarantine.length > MOST_QUARANTINED) {
    return finish(next, {
      kind: 'stalled',
      reason: `${next.quarantine.length} structures are quarantined: the reference calculations need a person`,
    });
  }
  if (acceptedAdditions(next.pending).length > 0) return { ...next, stage: 'refit', barrenRounds: 0 };
  if (next.waiting) return { ...next, pending: [] };
  if (next.training.set === null) {
    return finish(next, { kind: 'stalled', reason: 'every initial structure was rejected by the reference' });
  }
  if (!next.displaced) return { ...next, pending: [], stage: 'displace' };
  // What a person had tried again says nothing of the structures that the campaign takes.
  const barren = next.barrenRounds + (state.pending.every((p) => p.retried) ? 0 : 1);
  return barren >= BARREN_ROUNDS
    ? finish(next, { kind: 'stalled', reason: `no label was accepted in ${BARREN_ROUNDS} rounds` })
    : startRound({ ...next, pending: [], barrenRounds: barren });
}

/** They are in the journal now, and need not be carried twice. */
function withoutAttempts(p: PendingStructure): PendingStructure {
  return { ...p, label: { ...p.label!, attempts: null } };
}

function labelEntries(p: PendingStructure): JournalEvent[] {
  const outcome = p.label!;
  const { accepted, seconds } = outcome;
  const attempts: JournalEvent[] = outcome.attempts
    ? [{ type: 'attempts', structure: p.id, accepted, seconds, ...outcome.attempts }]
    : [];
  return outcome.accepted
    ? [...attempts, { type: 'labelled', structure: p.id, label: outcome.label, adopted: outcome.adopted }]
    : [...attempts, { type: 'quarantined', structure: p.id, reason: outcome.reason }];
}
