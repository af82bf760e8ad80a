import type { LedgerEntryBody } from '../../../src/campaign/ledger.js';
import type { RefitRecord } from '../../../src/report/types.js';
import type { CampaignContext } from '../context.js';
import { entriesOf } from './entries.js';
import { errorWith, type Segment } from './traces.js';

export function refitRecords(
  { settings }: CampaignContext,
  ledger: readonly LedgerEntryBody[],
  segments: readonly Segment[],
): RefitRecord[] {
  return entriesOf(ledger, 'refitted').map(({ forceField, counts, counted }, index) => {
    const { fittingError, logEvidence, hyperparameters, effectiveParameters, notDetermined, test } =
      forceField;
    const error = errorWith(segments, forceField.ref.hash);
    return {
      index,
      times: startTimes(segments, forceField.ref.hash, settings.md.timestep),
      groups: {
        random: counts.random,
        phonon: counts.phonon,
        imported: counts.imported ?? 0,
        MD: counts.md,
      },
      fittingError,
      mean: error?.mean ?? null,
      deviation: error?.deviation ?? null,
      expectedRmse:
        error &&
        Math.sqrt(fittingError * fittingError + error.mean * error.mean + error.deviation * error.deviation),
      logEvidence,
      hyperparameters,
      effectiveParameters,
      notDetermined,
      test,
      counted,
    };
  });
}

/** MD time, ps, at which each walker went on with this force field. */
function startTimes(segments: readonly Segment[], forceField: string, timestep: number): number[] {
  const first = new Map<number, number>();
  for (const { entry } of segments) {
    if (entry.forceField.hash === forceField && !first.has(entry.walker))
      first.set(entry.walker, entry.fromStep);
  }
  return [...first].sort(([a], [b]) => a - b).map(([, step]) => (step * timestep) / 1000);
}
