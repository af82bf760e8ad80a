import { formatProblem } from '../../errors.js';
import { count, fixed, mev, plural } from '../../report/numbers.js';
import type { Label } from '../../store/artifacts/label.js';
import type { LabelledCampaign } from './campaign.js';
import type { LabelCatalogue, LabelRow } from './catalogue.js';
import type { FilePlan } from './importing.js';

/** A label with its numbers. */
export interface ListedLabel {
  readonly row: LabelRow;
  readonly values: Label;
}

/** A label as a JSON document has it; energies in eV, forces in eV/Å. */
export function listedJson({ row, values }: ListedLabel) {
  const { rms, largest } = sizes(values.forces);
  return {
    number: row.number,
    group: row.group,
    structure: row.structure.hash,
    label: row.label.hash,
    reference: row.origin.reference,
    energy: Number.isFinite(values.energy) ? values.energy : null,
    rmsForce: rms,
    largestForce: largest,
    netForce: values.netForce,
    attempts: row.attempts,
    program: row.program ?? null,
    campaign: row.campaign ?? null,
    source: row.source,
    changedPhysics: row.origin.changedPhysics ?? [],
    ...(row.from && { from: row.from }),
  };
}

/** Root mean square over the components, and the largest force on an atom; eV/Å. */
function sizes(forces: Float64Array): { readonly rms: number; readonly largest: number } {
  let [sum, largest] = [0, 0];
  for (let i = 0; i < forces.length; i += 3) {
    const square = forces[i] * forces[i] + forces[i + 1] * forces[i + 1] + forces[i + 2] * forces[i + 2];
    sum += square;
    if (square > largest) largest = square;
  }
  return { rms: Math.sqrt(sum / Math.max(1, forces.length)), largest: Math.sqrt(largest) };
}

const HEADINGS = [
  'no',
  'structure',
  'group',
  'energy eV',
  'rms meV/Å',
  'largest',
  'net',
  'attempts',
  'program',
  'label',
] as const;

/** Columns of numbers stand to the right. */
const RIGHT: readonly (typeof HEADINGS)[number][] = [
  'no',
  'energy eV',
  'rms meV/Å',
  'largest',
  'net',
  'attempts',
];

/** The labels as a table. */
export function tableLines(labels: readonly ListedLabel[]): string[] {
  const rows: (readonly string[])[] = [HEADINGS, ...labels.map(cells)];
  const widths = HEADINGS.map((_, k) => Math.max(...rows.map((row) => row[k].length)));
  return rows.map((row) =>
    row
      .map((cell, k) => (RIGHT.includes(HEADINGS[k]) ? cell.padStart(widths[k]) : cell.padEnd(widths[k])))
      .join('  ')
      .trimEnd(),
  );
}

function cells({ row, values }: ListedLabel): string[] {
  const { rms, largest } = sizes(values.forces);
  const changed = row.origin.changedPhysics;
  return [
    row.number === null ? '' : String(row.number),
    row.structure.hash.slice(0, 12),
    row.group,
    fixed(values.energy, 6),
    mev(rms),
    mev(largest),
    mev(values.netForce),
    String(row.attempts),
    row.program ?? 'not known',
    `${sourceText(row)}${changed ? `; changed: ${changed.join(', ')}` : ''}`,
  ];
}

function sourceText({ source, from, campaign }: LabelRow): string {
  if (source === 'computed') return 'computed';
  if (from) return `from ${from.file}${campaign === undefined ? '' : ` (${campaign})`}`;
  if (source === 'imported') return 'from initial.data';
  return campaign === undefined ? 'adopted' : `adopted from ${campaign}`;
}

/** Sums over what a campaign has, and what is there for it. */
export function totalLines(
  { bundle, reference, missing }: LabelledCampaign,
  { own, others }: LabelCatalogue,
  testFrames: number,
): string[] {
  const by = (key: (row: LabelRow) => string) =>
    [...new Set(own.map(key))].map((k) => `${count(own.filter((row) => key(row) === k).length)} ${k}`);
  const name = bundle.settings.name;
  const { calculator } = bundle.settings.reference;
  const from = [...new Set(others.flatMap(({ campaign }) => campaign ?? []))].sort();
  const of = from.length > 0 ? ` (${from.join(', ')})` : '';
  return [
    own.length === 0
      ? `campaign ${name} has no labels yet`
      : `campaign ${name}: ${plural(own.length, 'label')}: ${by(({ group }) => group).join(', ')}; ${by(({ source }) => source).join(', ')}`,
    ...(testFrames > 0 ? [`test set: ${plural(testFrames, 'structure')}`] : []),
    others.length === 0
      ? 'the store has no others of this reference and supercell'
      : `${plural(others.length, 'more label')} of this reference and supercell in the store${of}: adopted where one is asked for`,
    `reference: ${calculator}, ${reference.slice(0, 12)}…`,
    ...(missing ? [`warning: taken from the ledger: ${missing.message}`] : []),
  ];
}

/** What an import did, or would do. */
export function importLines(plans: readonly FilePlan[], dryRun: boolean): string[] {
  const did = dryRun ? 'would be imported' : 'imported';
  return plans.flatMap(({ path, added, there, refused, unchecked }) => [
    `${path}: ${plural(added.length, 'label')} ${did}, ${count(there.length)} there already, ${count(refused.length)} refused`,
    ...added.flatMap(({ source, matches }) => (matches === undefined ? [] : [`  ${source} is ${matches}`])),
    ...(unchecked ?? []).map((what) => `  as you state, not compared: ${what}`),
    ...refused.map((problem) => `  refused: ${formatProblem(problem)}`),
  ]);
}
