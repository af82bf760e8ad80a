import type { LedgerEntryBody } from '../../../src/campaign/ledger.js';
import type { Group, PickSummary } from '../../../src/campaign/state.js';
import type {
  PickRecord,
  StructureGroup,
  StructureRecord,
  StructureStatus,
} from '../../../src/report/types.js';
import type { CampaignContext } from '../context.js';
import { entriesOf } from './entries.js';

const GROUPS: Readonly<Record<Exclude<Group, 'ideal'>, StructureGroup>> = {
  random: 'random',
  imported: 'imported',
  phonon: 'phonon',
  md: 'MD',
};

/** Every structure that was asked for, except the ideal supercell, with what became of it. */
export function structureRecords(
  { settings }: CampaignContext,
  ledger: readonly LedgerEntryBody[],
): StructureRecord[] {
  const labels = new Map(entriesOf(ledger, 'labelled').map((e) => [e.structure, e.label.hash]));
  const quarantined = new Set(entriesOf(ledger, 'quarantined').map((e) => e.structure));
  const dropped = new Set(entriesOf(ledger, 'screened').flatMap((e) => e.dropped));
  const attempts = entriesOf(ledger, 'attempt');
  const refits = entriesOf(ledger, 'refitted');
  const checks = new Map(refits.flatMap((e) => e.checks).map((check) => [check.structure, check]));
  const added = new Set(refits.flatMap((e) => e.added));
  const counts = refits.at(-1)?.counts;
  const status = (id: number, group: Group): StructureStatus => {
    if (quarantined.has(id) && !labels.has(id)) return 'quarantined';
    if (dropped.has(id)) return 'rejected';
    if (!added.has(id)) return 'pending';
    return (group === 'random' || group === 'phonon') && counts?.[group] === 0 ? 'left' : 'training';
  };
  return entriesOf(ledger, 'asked').flatMap(({ structure, group, pick }) => {
    if (group === 'ideal') return [];
    const own = attempts.filter((e) => e.structure === structure);
    return [
      {
        index: structure,
        group: GROUPS[group],
        status: status(structure, group),
        pick: pick && pickRecord(pick, settings.md.timestep),
        label: labels.get(structure) ?? null,
        attempts: own.length,
        seconds: own.find((e) => e.attempt.outcome === 'accepted')?.attempt.seconds ?? null,
        check: checks.get(structure) ?? null,
      },
    ];
  });
}

function pickRecord(pick: PickSummary, timestep: number): PickRecord {
  const { walker, step, rule, error, worstAtom, temperature } = pick;
  return {
    walker,
    step,
    time: (step * timestep) / 1000,
    rule,
    error,
    threshold: pick.threshold ?? Number.NaN,
    mean: pick.mean ?? Number.NaN,
    deviation: pick.deviation ?? Number.NaN,
    worstAtom,
    temperature,
  };
}
