import { type Html, html } from '../escape.js';
import { count, duration, percent } from '../numbers.js';
import type { ReportData } from '../types.js';
import { pairs, table } from './parts.js';

/** What it cost, what it ran on, and the hashes by which it can be checked. */
export function provenanceSection({ provenance }: ReportData): Html {
  return html`<section>
<h2>Cost and provenance</h2>
<div class="columns">
<div><h3>Cost</h3>${cost(provenance)}</div>
<div><h3>Versions</h3>${pairs(provenance.versions)}</div>
</div>
<h3>Wall-clock by stage</h3>
${stages(provenance)}
<h3>Hashes</h3>
${pairs(provenance.hashes.map(({ name, value }) => ({ name, value: html`<span class="hash">${value}</span>` })))}
</section>`;
}

function cost(provenance: ReportData['provenance']): Html {
  return pairs([
    { name: 'Wall-clock', value: duration(provenance.wallClock) },
    { name: 'MD steps', value: count(provenance.mdSteps) },
    { name: 'ε_B evaluations', value: count(provenance.errorEvaluations) },
    { name: 'Reference runs', value: count(provenance.referenceRuns) },
    { name: 'Reference', value: provenance.reference },
  ]);
}

function stages({ stages, wallClock }: ReportData['provenance']): Html {
  const rows = stages.map(({ stage, seconds }) => ({
    cells: [stage, duration(seconds), wallClock > 0 ? percent(seconds / wallClock) : ''],
  }));
  return table(
    [{ title: 'Stage' }, { title: 'Time', number: true }, { title: 'Of wall-clock', number: true }],
    rows,
  );
}
