import { orderText } from '../../campaign/answers.js';
import type { LedgerEntryBody } from '../../campaign/ledger.js';
import type { PickSummary } from '../../campaign/state.js';
import type { LabelImport } from '../../store/artifacts/labelImport.js';
import { duration, forceError, mev, percent, picoseconds, plural, significant } from '../numbers.js';

/** What the sentences need to know beside the ledger. */
export interface Telling {
  /** fs */
  readonly timestep: number;
  /** Where labels are from that were brought into the store from files, by their hashes. */
  readonly imports?: ReadonlyMap<string, LabelImport>;
}

type Entry<T extends LedgerEntryBody['type']> = Extract<LedgerEntryBody, { type: T }>;

/** An entry in words; the first line stands for the whole. */
export function sentences(entry: LedgerEntryBody, telling: Telling): readonly string[] {
  const known = SENTENCES as Readonly<
    Record<string, ((entry: LedgerEntryBody, telling: Telling) => readonly string[]) | undefined>
  >;
  return known[entry.type]?.(entry, telling) ?? [otherwise(entry)];
}

/** One line for each type of entry. */
const SENTENCES: {
  readonly [T in LedgerEntryBody['type']]: (entry: Entry<T>, telling: Telling) => readonly string[];
} = {
  started: (e) => [
    `campaign ${e.name} started${by(e.program)}, fingerprint ${short(e.fingerprint)}, resolved file ${short(e.campaign.hash)}`,
  ],
  forked,
  prepared: (e) => [
    `expansion with ${plural(e.parameters, 'parameter')} (basis ${short(e.basis.hash)})`,
    `${plural(e.initial.count, 'structure')} to begin with`,
    ...e.warnings,
  ],
  displaced: (e) => [
    `${plural(e.initial.count, 'phonon displacement')} by the harmonic part of the first fit`,
  ],
  'test-set': (e) => [`test set of ${plural(e.frames, 'structure')}`],
  asked: (e, telling) => [
    `structure ${e.structure}: ${e.pick ? taken(e.pick, telling) : ORIGINS[e.group]}`,
    ...(e.pick ? [worstAtom(e.pick)] : []),
  ],
  screened: (e) => [
    `round ${e.round}: screening kept ${e.kept.join(', ') || 'none'}${e.dropped.length > 0 ? ` and dropped ${e.dropped.join(', ')}` : ''}`,
  ],
  attempt,
  labelled: (e, { imports }) => [
    `structure ${e.structure}: label ${short(e.label.hash)}${e.adopted ? ', adopted from the store' : ''}`,
    ...brought(e.adopted ? imports?.get(e.label.hash) : undefined),
  ],
  quarantined: (e) => [`structure ${e.structure}: quarantined, ${e.reason}`],
  explored: (e, telling) => [
    `round ${e.round}: walker ${e.walker} from step ${e.fromStep} to ${e.toStep} (${ps(e.toStep, telling)}), ${e.outcome}, ${e.picks} taken, ε_B ${e.evaluations} times`,
    ...(e.detail ? [e.detail] : []),
  ],
  refitted,
  assessed,
  warned: (e) => [`warning: ${e.message}`],
  faulted: (e) => [`failed: ${e.message}`],
  steered: (e) => [
    `${e.by} at ${e.at}: ${orderText(e.order)}${AT_ONCE.includes(e.order.kind) ? '' : `, from round ${e.round} on`}`,
  ],
  history: (e) => [`the server’s own record of the campaign is kept: ${short(e.history.hash)}`],
  resumed: (e) => [`resumed${by(e.program)}`],
  finished: (e) => [`${e.verdict.kind}: ${e.verdict.reason}`],
};

/** Where an adopted label is from, and what of it rests on somebody's word. */
function brought(from: LabelImport | undefined): string[] {
  if (from === undefined) return [];
  const { file, number, sha256, by: who, at, program, campaign, unchecked } = from;
  const computed = program === undefined ? '' : `, computed by ${program}`;
  const asked = campaign === undefined ? '' : ` for campaign ${campaign}`;
  return [
    `imported from ${file}, number ${number} (file ${short(sha256)}), by ${who} at ${at}${computed}${asked}`,
    ...(unchecked
      ? [`its settings are those of the campaign as ${who} stated; not compared: ${unchecked.join('; ')}`]
      : []),
  ];
}

/** Orders that wait for no round. */
const AT_ONCE: readonly string[] = ['pause', 'resume'];

const ORIGINS = {
  ideal: 'the ideal supercell',
  random: 'random displacements',
  phonon: 'a phonon displacement',
  imported: 'imported with its label',
  md: 'from MD',
} as const;

/** What another version of the program has written. */
function otherwise(entry: LedgerEntryBody): string {
  const { type, sequence: _, previous: __, ...said } = entry as unknown as Record<string, unknown>;
  return `${String(type)}: ${JSON.stringify(said)}`;
}

function forked({ parent, head, taken, left }: Entry<'forked'>): string[] {
  return [
    `forked from ${parent} (its ledger up to ${short(head.hash)}): ${plural(taken, 'label')} of it ${taken === 1 ? 'holds' : 'hold'}`,
    ...left.map(({ reason, labels }) => `left: ${plural(labels, 'label')} ${reason}`),
  ];
}

/** What an attempt did otherwise than the one before. */
function corrected({ corrections = [], changesPhysics }: Entry<'attempt'>['attempt']): string {
  if (corrections.length === 0) return '';
  return `, corrected by ${corrections.join(', ')}${changesPhysics ? ' (changes what is computed)' : ''}`;
}

function attempt({ structure, attempt: a }: Entry<'attempt'>): string[] {
  return [
    `structure ${structure}: attempt ${a.number} ${a.outcome} by ${a.program} on ${a.host} at ${a.started}, ${duration(a.seconds)}${corrected(a)}${a.reason ? `: ${a.reason}` : ''}`,
    ...(a.evidence ?? []).map((line) => `| ${line}`),
  ];
}

function refitted({ counts, forceField, added, counted }: Entry<'refitted'>): string[] {
  const test = forceField.test ? `, test RMSE ${forceError(forceField.test.rmse)}` : '';
  const groups = [
    `${counts.md} structures from MD`,
    `${counts.random} random`,
    `${counts.phonon} phonon`,
    ...(counts.imported ? [`${counts.imported} imported`] : []),
  ];
  return [
    `refit with ${added.join(', ')} on ${groups.join(', ')}: fitting error ${forceError(forceField.fittingError)}, ${forceField.effectiveParameters.toFixed(1)} effective parameters${test}${counted ? '; counts for convergence' : ''}`,
    `force constants ${forceField.parametersHash}`,
  ];
}

function assessed({ round, assessment }: Entry<'assessed'>): string[] {
  const ratio = assessment.ratio === null ? '' : `, μ/β^{-1/2} ${percent(assessment.ratio)}`;
  return [
    `round ${round}: ${assessment.converged ? 'converged' : `not converged, missing: ${assessment.missing.join('; ')}`}${ratio}`,
  ];
}

function taken(pick: PickSummary, telling: Telling): string {
  const { walker, step } = pick;
  return `taken at step ${step} of walker ${walker} (${ps(step, telling)}): ${reason(pick)}`;
}

/** Why a structure was taken, with the numbers that were compared; force errors in meV/Å. */
export function reason(pick: PickSummary): string {
  const { rule, error, threshold, mean, deviation } = pick;
  const window = mean === null ? '' : `; μ_k ${mev(mean)}, σ_k ${mev(deviation)} meV/Å`;
  const limit = threshold === null ? 'no threshold yet' : `threshold ${forceError(threshold)}`;
  switch (rule) {
    case 'trajectory-average':
      if (threshold === null || mean === null || mean <= 0) break;
      return `ε_B ${mev(error)} > ${significant(threshold / mean, 3)} × ${mev(mean)} meV/Å (γ μ_k = ${mev(threshold)})`;
    case 'trajectory-deviation':
      if (threshold === null || mean === null || deviation === null || deviation <= 0) break;
      return `ε_B ${mev(error)} > ${mev(mean)} + ${significant((threshold - mean) / deviation, 3)} × ${mev(deviation)} meV/Å (μ_k + n σ_k = ${mev(threshold)})`;
    case 'stall':
      return `by the stall rule, nothing having been taken for long: ε_B ${forceError(error)}, ${limit}${window}`;
    case 'wreck':
      return `the state before a wreck: ε_B ${forceError(error)}, ${limit}${window}`;
    case 'person':
      return `asked for by a person: ε_B ${forceError(error)}, ${limit}${window}`;
    default:
      break;
  }
  return `by ${rule}: ε_B ${mev(error)} > ${limit}${window}`;
}

function worstAtom({ worstAtom: atom, worstAtomError, temperature }: PickSummary): string {
  return `worst atom ${atom + 1}: ${forceError(worstAtomError)}; ${temperature.toFixed(0)} K`;
}

function ps(step: number, { timestep }: Telling): string {
  return picoseconds((step * timestep) / 1000);
}

function by(program: string | undefined): string {
  return program === undefined ? '' : ` by anharmony ${program}`;
}

function short(hash: string): string {
  return `${hash.slice(0, 12)}…`;
}
