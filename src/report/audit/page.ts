import type { LedgerEntryBody } from '../../campaign/ledger.js';
import { htmlDocument } from '../document.js';
import { type Html, html } from '../escape.js';
import { count, duration, moment, plural } from '../numbers.js';
import { type Column, folded, notice, pairs, table, tag } from '../sections/parts.js';
import { typeset } from '../typeset.js';
import { sentences, type Telling } from './sentences.js';
import { refitOf, structureStory } from './story.js';
import { attemptSummaries } from './summaries.js';

/** What the audit page of a campaign shows. */
export interface AuditReport {
  readonly campaign: string;
  /** ISO 8601. */
  readonly generated: string;
  readonly version: string;
  readonly telling: Telling;
  /** The whole chain: each entry with the SHA-256 of the one before. */
  readonly ledger: readonly (LedgerEntryBody & { readonly previous: string | null })[];
  /** SHA-256 of the last entry. */
  readonly head: string;
  /** ε_B of structures under the force field that took them in, eV/Å, by number. */
  readonly errorsAfter: ReadonlyMap<number, number>;
  /** Why these were not computed; null where they were. */
  readonly withoutErrors: string | null;
  /** The campaign file as it was written. */
  readonly campaignFile: string;
}

/** One self-contained page: how every number of a campaign came about. Every text that comes from outside is escaped. */
export function renderAudit(audit: AuditReport): string {
  return htmlDocument(
    `Audit of ${audit.campaign}`,
    html`${header(audit)}
${chain(audit)}
${referenceSection(audit)}
${structures(audit)}
${entriesSection(audit)}
<section><h2>Campaign file</h2><pre>${audit.campaignFile}</pre></section>
<footer>Made by Anharmony ${audit.version} from the ledger alone. <code>anharmony verify ${audit.campaign}</code> proves it: the chain, every object, every decision and every fit.</footer>`,
  );
}

function header({ campaign, generated, ledger }: AuditReport): Html {
  const ends = ledger.filter((e) => e.type === 'finished' || e.type === 'faulted' || e.type === 'resumed');
  const end = ends.at(-1);
  const verdict = end?.type === 'finished' ? end.verdict : null;
  const tone = verdict?.kind === 'converged' ? 'good' : end?.type === 'faulted' ? 'bad' : 'fair';
  const word = verdict?.kind ?? (end?.type === 'faulted' ? 'failed' : 'running');
  const reason = verdict?.reason ?? (end?.type === 'faulted' ? end.message : 'it had not ended');
  const number = (type: LedgerEntryBody['type']) => ledger.filter((e) => e.type === type).length;
  return html`<header>
<div class="title"><h1>Audit of ${campaign}</h1><span class="badge ${tone}">${word}</span></div>
<p class="subtitle">${moment(generated)}</p>
<p class="reason">${typeset(reason)}</p>
<dl class="keys">${[
    key('Entries in the ledger', count(ledger.length), 'one for each decision and each result'),
    key(
      'Structures asked for',
      count(number('asked')),
      `${plural(number('labelled'), 'label')}, ${count(number('quarantined'))} quarantined`,
    ),
    key('Attempts at labels', count(number('attempt')), 'each with host, program, time and outcome'),
    key('Refits', count(number('refitted')), `in ${plural(rounds(ledger), 'round')}`),
    key('Orders of people', count(number('steered')), 'each with who, when and from which round on'),
    key('Interruptions', count(number('resumed')), 'after which it was run again'),
  ]}</dl>
</header>`;
}

function rounds(ledger: readonly LedgerEntryBody[]): number {
  return new Set(ledger.flatMap((e) => (e.type === 'explored' ? [e.round] : []))).size;
}

function key(title: string, value: string, note: string): Html {
  return html`<div class="key"><dt>${title}</dt><dd><div class="value">${value}</div><div class="note">${note}</div></dd></div>
`;
}

function chain({ ledger, head }: AuditReport): Html {
  const [started] = ledger;
  const hash = (text: string) => html`<span class="hash">${text}</span>`;
  const last = ledger.findLast((e) => e.type === 'refitted');
  const launches = ledger.filter((e) => e.type === 'started' || e.type === 'resumed');
  const versions = [...new Set(launches.flatMap((e) => e.program ?? []))];
  return html`<section><h2>What it stands on</h2>
<p>Each entry of the ledger holds the SHA-256 of the one before, so that the last one stands for all of them; whatever they name is an object of the store under the SHA-256 of its bytes.</p>
${pairs([
  { name: 'Last entry', value: hash(head) },
  ...(started?.type === 'started'
    ? [
        { name: 'Campaign file, resolved', value: hash(started.campaign.hash) },
        { name: 'Fingerprint', value: hash(started.fingerprint) },
      ]
    : []),
  ...(versions.length > 0 ? [{ name: 'Launched and resumed by anharmony', value: versions.join(', ') }] : []),
  ...(last?.type === 'refitted'
    ? [{ name: 'Force constants', value: hash(last.forceField.parametersHash) }]
    : []),
])}
</section>`;
}

const ATTEMPTS: readonly Column[] = [
  { title: 'Program' },
  { title: 'Host' },
  { title: 'First' },
  { title: 'Last' },
  { title: 'Accepted', number: true },
  { title: 'Rejected', number: true },
  { title: 'Failed', number: true },
  { title: 'Time', number: true },
];

function referenceSection({ ledger }: AuditReport): Html {
  const rows = attemptSummaries(ledger).map((s) => ({
    cells: [
      s.program,
      s.host,
      moment(s.first),
      moment(s.last),
      count(s.accepted),
      count(s.rejected),
      count(s.failed),
      duration(s.seconds),
    ],
  }));
  const adopted = ledger.filter((e) => e.type === 'labelled' && e.adopted).length;
  return html`<section><h2>Reference calculations</h2>
${rows.length > 0 ? table(ATTEMPTS, rows) : html`<p>None was made.</p>`}
${adopted > 0 ? html`<p>${plural(adopted, 'label')} came from the store: made by a campaign before this one, or imported.</p>` : null}
</section>`;
}

function structures(audit: AuditReport): Html {
  const asked = audit.ledger.flatMap((e) => (e.type === 'asked' ? [e.structure] : []));
  return html`<section><h2>Structures</h2>
<p>${typeset('Of each: why it was taken, every attempt at its label, and what the refit that took it in did to β^{-1/2} and to its own ε_B; the label is a test of the force field that asked for it.')}</p>
${audit.withoutErrors === null ? null : notice('fair', html`<p>${audit.withoutErrors}</p>`)}
${asked.map((structure) => structureStoryOf(audit, structure))}
</section>`;
}

function structureStoryOf({ ledger, telling, errorsAfter }: AuditReport, structure: number): Html {
  const quarantined = ledger.some((e) => e.type === 'quarantined' && e.structure === structure);
  const inTraining = refitOf(ledger, structure) !== undefined;
  const ideal = ledger.some((e) => e.type === 'asked' && e.structure === structure && e.group === 'ideal');
  const mark = ideal
    ? tag('the ideal one', 'fair')
    : quarantined && !inTraining
      ? tag('quarantined', 'bad')
      : tag(inTraining ? 'trained on' : 'not trained on', inTraining ? 'good' : 'fair');
  const [first, ...rest] = structureStory(ledger, structure, telling, errorsAfter.get(structure));
  return html`<details id="structure-${structure}"><summary>${typeset(first.lines[0])} ${mark}</summary>
${[{ ...first, lines: first.lines.slice(1) }, ...rest].filter((p) => p.lines.length > 0).map((p) => paragraph(p.sequence, p.lines))}
</details>
`;
}

function paragraph(sequence: number | null, lines: readonly string[]): Html {
  const text = lines.map((line) => html`${typeset(line)}<br>`);
  return sequence === null
    ? html`<p>${text}</p>`
    : html`<p><a class="soft" href="#entry-${sequence}">${sequence}</a> ${text}</p>`;
}

/** All entries are shown at once up to so many. */
const OPEN = 200;

function entriesSection({ ledger, head, telling }: AuditReport): Html {
  const columns: readonly Column[] = [
    { title: '#', number: true },
    { title: 'Entry' },
    { title: 'What was decided or found' },
    { title: 'SHA-256' },
  ];
  const rows = ledger.map((entry, k) => {
    const hash = ledger[k + 1]?.previous ?? head;
    return {
      cells: [
        html`<span id="entry-${entry.sequence}">${entry.sequence}</span>`,
        entry.type,
        html`${sentences(entry, telling).map((line) => html`${typeset(line)}<br>`)}`,
        html`<span class="hash" title="${hash}">${hash.slice(0, 12)}</span>`,
      ],
    };
  });
  return html`<section><h2>The ledger</h2>
${folded(plural(ledger.length, 'entry', 'entries'), table(columns, rows), ledger.length <= OPEN)}
</section>`;
}
