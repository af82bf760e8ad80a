import type { LedgerEntryBody } from '../../campaign/ledger.js';
import { decodeTrace } from '../../exploration/codec.js';
import type { RecordedPick, RecordedRound } from '../../exploration/whatIf.js';
import type { Store } from '../../store/types.js';
import type { AcquisitionSettings } from '../../uncertainty/types.js';

/** The rounds of a campaign from its ledger and the traces that the ledger names, in order (round, walker). */
export async function recordedRounds(
  store: Store,
  ledger: readonly LedgerEntryBody[],
  /** The campaign file's. */
  acquisition: AcquisitionSettings,
): Promise<readonly RecordedRound[]> {
  const rounds: RecordedRound[] = [];
  const groups = new Map<number, string>();
  const fields = new Map<number, string>();
  const taken = new Map<number, RecordedRound & { readonly taken: RecordedPick[] }>();
  /** How many picks each round had, by its list of those that were asked for. */
  const picks = new Map<readonly RecordedPick[], number>();
  const changes: { readonly round: number; readonly acquisition: AcquisitionSettings }[] = [];
  let fittingError = Number.NaN;
  let lost = 0;
  for (const entry of ledger) {
    switch (entry.type) {
      case 'refitted':
        fittingError = entry.forceField.fittingError;
        break;
      case 'steered':
        if (entry.order.kind === 'set' || entry.order.kind === 'extend')
          changes.push({ round: entry.round, acquisition: entry.order.rules.acquisition });
        break;
      case 'explored': {
        const { round, walker, outcome, toStep } = entry;
        const wrecked = outcome === 'wrecked' || outcome === 'stuck';
        const recorded = {
          round,
          walker,
          fresh: fields.get(walker) !== entry.forceField.hash,
          fittingError,
          acquisition: changes.findLast((c) => c.round <= round)?.acquisition ?? acquisition,
          trace: decodeTrace(await store.get(entry.trace)),
          ...(wrecked && { wreckedTo: toStep }),
          taken: [] as RecordedPick[],
          screened: false,
          lostBefore: lost,
        };
        fields.set(walker, entry.forceField.hash);
        taken.set(walker, recorded);
        picks.set(recorded.taken, entry.picks);
        rounds.push(recorded);
        break;
      }
      case 'asked':
        groups.set(entry.structure, entry.group);
        if (entry.pick !== null) taken.get(entry.pick.walker)!.taken.push(entry.pick);
        break;
      case 'screened':
        lost += entry.dropped.length;
        for (const [k, recorded] of rounds.entries())
          if (recorded.round === entry.round) rounds[k] = { ...recorded, screened: true };
        break;
      case 'quarantined':
        if (groups.get(entry.structure) === 'md') lost++;
        break;
      default:
    }
  }
  return rounds.map((recorded) => {
    const unasked = picks.get(recorded.taken)!;
    return recorded.taken.length === 0 && unasked > 0 ? { ...recorded, unasked } : recorded;
  });
}
