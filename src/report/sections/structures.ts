import { type Html, html } from '../escape.js';
import { count, duration, fixed, mev, picoseconds, plural, UNKNOWN } from '../numbers.js';
import type { PickRecord, ReportData, StructureRecord, StructureStatus } from '../types.js';
import { typeset } from '../typeset.js';
import { type Cell, type Column, folded, type Row, type Tone, table, tag } from './parts.js';
import { ruleText } from './wording.js';

/** Tables no longer than this are open from the start. */
const OPEN = 25;

/** Every structure that was asked for and why it was taken. */
export function structuresSection(data: ReportData): Html {
  const { structures } = data;
  const content =
    structures.length === 0 ? html`<p>No structure has been taken yet.</p>` : structuresTable(data);
  return html`<section>
<h2>Training structures</h2>
<p>${typeset(SUMMARY)}</p>
${content}
</section>`;
}

const SUMMARY =
  'One line for each structure, in the order in which they were taken. Structures from MD: where they were taken and ε_B against the threshold of that step. Predicted and found: rms force error before the refit that took the structure in, from sqrt(β^{-1} + ε_B²) and from its label.';

const COLUMNS: readonly Column[] = [
  { title: '#', number: true },
  { title: 'Group' },
  { title: 'Status' },
  { title: 'Walker', number: true },
  { title: 'Step', number: true },
  { title: 'MD time', number: true },
  { title: 'Taken because' },
  { title: 'ε_B', unit: 'meV/Å', number: true },
  { title: 'Threshold', unit: 'meV/Å', number: true },
  { title: 'μ_k', unit: 'meV/Å', number: true },
  { title: 'σ_k', unit: 'meV/Å', number: true },
  { title: 'T', unit: 'K', number: true },
  { title: 'Worst atom', number: true },
  { title: 'Predicted', unit: 'meV/Å', number: true },
  { title: 'Found', unit: 'meV/Å', number: true },
  { title: 'Attempts', number: true },
  { title: 'Reference', unit: 'time', number: true },
  { title: 'Label', unit: 'SHA-256' },
];

function structuresTable({ structures }: ReportData): Html {
  const inTraining = structures.filter((structure) => structure.status === 'training').length;
  const summary = `${plural(structures.length, 'structure')}, ${count(inTraining)} in the training set`;
  return folded(summary, table(COLUMNS, structures.map(row), true), structures.length <= OPEN);
}

function row(structure: StructureRecord): Row {
  const { check } = structure;
  const cells: Cell[] = [
    count(structure.index),
    structure.group,
    tag(STATUSES[structure.status].text, STATUSES[structure.status].tone),
    ...pickCells(structure.pick),
    mev(check?.predicted),
    mev(check?.found),
    count(structure.attempts),
    duration(structure.seconds),
    labelCell(structure.label),
  ];
  return structure.status === 'training' ? { cells } : { cells, class: 'gone' };
}

const STATUSES: Readonly<Record<StructureStatus, { readonly text: string; readonly tone: Tone }>> = {
  training: { text: 'training', tone: 'good' },
  left: { text: 'has left', tone: 'fair' },
  pending: { text: 'awaits label', tone: 'fair' },
  quarantined: { text: 'quarantined', tone: 'bad' },
  rejected: { text: 'rejected', tone: 'bad' },
};

function pickCells(pick: PickRecord | null): readonly Cell[] {
  if (pick === null) return new Array<Cell>(10).fill('');
  return [
    count(pick.walker),
    count(pick.step),
    picoseconds(pick.time),
    typeset(ruleText(pick.rule)),
    mev(pick.error),
    mev(pick.threshold),
    mev(pick.mean),
    mev(pick.deviation),
    fixed(pick.temperature, 0),
    count(pick.worstAtom + 1),
  ];
}

function labelCell(label: string | null): Cell {
  return label === null ? UNKNOWN : html`<span class="hash" title="${label}">${label.slice(0, 10)}</span>`;
}
