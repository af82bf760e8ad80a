import type { LedgerEntryBody } from '../../../src/campaign/ledger.js';
import type { CampaignRules } from '../../../src/campaign/state.js';
import type { SetOrder } from '../../../src/campaign/steering.js';
import { continueWith, type TemperatureProgram } from '../../../src/md/temperature.js';

interface Change {
  readonly round: number;
  readonly rules: CampaignRules;
}

function changesOf(ledger: readonly LedgerEntryBody[]): readonly Change[] {
  return ledger.flatMap((entry) => {
    if (entry.type !== 'steered') return [];
    const { order, round } = entry;
    return isSet(order) ? [{ round, rules: order.rules }] : [];
  });
}

function isSet(order: { readonly kind: string }): order is SetOrder {
  return order.kind === 'set' || order.kind === 'extend';
}

/** The rules that a campaign has come to, where people have changed those of its file. */
export function latestRules(ledger: readonly LedgerEntryBody[], rules: CampaignRules): CampaignRules {
  return changesOf(ledger).at(-1)?.rules ?? rules;
}

/** Target temperatures of all walkers that ever moved, by their numbers, with the legs that people added. */
export function walkerPrograms(
  ledger: readonly LedgerEntryBody[],
  rules: CampaignRules,
): ReadonlyMap<number, TemperatureProgram> {
  const changes = changesOf(ledger);
  const rulesIn = (round: number) => changes.findLast((c) => c.round <= round)?.rules ?? rules;
  const programs = new Map<number, { readonly program: TemperatureProgram; readonly told: string }>();
  for (const round of rounds(ledger)) {
    const list = rulesIn(round[0].round).walkers;
    for (const [k, { walker, fromStep }] of round.entries()) {
      // A walker has its place among those that move; one that has run to its limit keeps the temperature it had.
      const { temperature } = list[Math.min(k, list.length - 1)];
      const told = JSON.stringify(temperature);
      const before = programs.get(walker);
      if (before?.told === told) continue;
      const program = before ? continueWith(before.program, fromStep, temperature) : temperature;
      programs.set(walker, { program, told });
    }
  }
  return new Map([...programs].map(([walker, { program }]) => [walker, program]));
}

type Explored = Extract<LedgerEntryBody, { type: 'explored' }>;

/** What the walkers did, round by round, in the order of the walkers. */
function rounds(ledger: readonly LedgerEntryBody[]): readonly (readonly Explored[])[] {
  const found = new Map<number, Explored[]>();
  for (const entry of ledger) {
    if (entry.type !== 'explored') continue;
    const round = found.get(entry.round);
    if (round) round.push(entry);
    else found.set(entry.round, [entry]);
  }
  return [...found.values()];
}
