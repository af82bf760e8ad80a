import { orderText } from '../../campaign/answers.js';
import { confidence, confidenceText, surprises } from '../../campaign/confidence.js';
import { type JournalEntry, totalOf } from '../../campaign/ledger.js';
import type { CampaignState } from '../../campaign/state.js';
import type { LiveEvent } from '../live/types.js';

/** Ledger entries as events for the views; most entries are one, some are none. */
export function liveEvents(
  entries: readonly JournalEntry[],
  state: CampaignState,
  elapsed: number,
): LiveEvent[] {
  return entries.flatMap((entry) => liveEvent(entry, state, elapsed));
}

/** New labels that contradict their error bars, and a force field whose latest labels do. */
function labelWarnings(
  { checks }: Extract<JournalEntry, { type: 'refitted' }>,
  { labelRatios }: CampaignState,
): readonly string[] {
  const trust = confidence(labelRatios ?? []);
  const isNew = checks.some(({ structure }) => labelRatios?.some((r) => r.structure === structure));
  const over = isNew && trust?.verdict === 'over-confident' ? [confidenceText(trust)] : [];
  return [...surprises(checks, labelRatios ?? []), ...over];
}

function liveEvent(entry: JournalEntry, state: CampaignState, elapsed: number): LiveEvent[] {
  const steps = state.walkers.map((w) => w.step);
  const furthest = state.round === 0 ? null : Math.max(...steps);
  const common = { campaign: state.name, elapsed, walker: null, step: furthest };
  switch (entry.type) {
    case 'started':
      return [{ ...common, kind: 'message', level: 'info', text: `campaign ${entry.name} started` }];
    case 'steered':
      return [{ ...common, kind: 'message', level: 'info', text: `${entry.by}: ${orderText(entry.order)}` }];
    case 'history':
    case 'displaced':
      return [];
    case 'forked': {
      const text = `${entry.taken} labels of ${entry.parent} hold and are initial training data`;
      return [{ ...common, kind: 'message', level: 'info', text }];
    }
    case 'resumed':
      return [{ ...common, kind: 'message', level: 'info', text: 'the campaign goes on where it was' }];
    case 'prepared':
      return [
        { ...common, kind: 'message', level: 'info', text: `expansion with ${entry.parameters} parameters` },
      ];
    case 'test-set':
      return [{ ...common, kind: 'message', level: 'info', text: `test set of ${entry.frames} structures` }];
    case 'asked': {
      const { pick } = entry;
      if (!pick) return [];
      return [
        {
          ...common,
          walker: pick.walker,
          step: pick.step,
          kind: 'pick',
          time: (pick.step * state.rules.timestep) / 1000,
          rule: pick.rule,
          error: pick.error,
          threshold: pick.threshold ?? Number.NaN,
        },
      ];
    }
    case 'attempts': {
      const { accepted, structure, count, seconds, trouble } = entry;
      // That there is no label, and why, is said where the structure is quarantined.
      if (!accepted) return [];
      const text = `structure ${structure}, ${trouble}`;
      return [
        ...(trouble ? [{ ...common, kind: 'message', level: 'warn', text } as const] : []),
        { ...common, kind: 'label', structure, attempts: count, seconds },
      ];
    }
    case 'quarantined':
      return [
        {
          ...common,
          kind: 'message',
          level: 'warn',
          text: `structure ${entry.structure} is quarantined: ${entry.reason}`,
        },
      ];
    case 'explored':
      return entry.outcome === 'wrecked' || entry.outcome === 'stuck'
        ? [
            {
              ...common,
              walker: entry.walker,
              step: entry.toStep,
              kind: 'message',
              level: 'warn',
              text: `${entry.detail ?? entry.outcome}: ${afterWreck(entry)}`,
            },
          ]
        : [];
    case 'screened':
      return [
        {
          ...common,
          kind: 'message',
          level: 'info',
          text: `screening kept ${entry.kept.length} of ${entry.kept.length + entry.dropped.length} structures`,
        },
      ];
    case 'refitted': {
      const { counts, forceField } = entry;
      const structures = totalOf(counts);
      return [
        {
          ...common,
          kind: 'refit',
          structures,
          fromMd: counts.md,
          fittingError: forceField.fittingError,
          logEvidence: forceField.logEvidence,
        },
        ...labelWarnings(entry, state).map(
          (text) => ({ ...common, kind: 'message', level: 'warn', text }) as const,
        ),
      ];
    }
    case 'assessed': {
      const { assessment } = entry;
      const { converged, ratio, expectedRmse, missing } = assessment;
      const reason = converged ? 'all criteria are met' : `missing: ${missing.join('; ')}`;
      return [{ ...common, kind: 'assessment', converged, ratio, expectedRmse, reason }];
    }
    case 'warned':
      return [{ ...common, kind: 'message', level: 'warn', text: entry.message }];
    case 'faulted':
      return [{ ...common, kind: 'finished', verdict: 'failed', reason: entry.message }];
    case 'finished':
      return [{ ...common, kind: 'finished', verdict: entry.verdict.kind, reason: entry.verdict.reason }];
    case 'labelled':
      return [];
  }
}

/** What follows from a wreck. */
function afterWreck({ outcome, toStep, picks }: Extract<JournalEntry, { type: 'explored' }>): string {
  if (outcome === 'stuck') return 'a person must look';
  const label = picks > 0 ? 'whose structure is labelled' : 'whose label is there already';
  return `back to step ${toStep}, ${label}`;
}
