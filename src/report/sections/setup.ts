import { type Html, html } from '../escape.js';
import { count, fixed, plural, significant } from '../numbers.js';
import type { ReportData } from '../types.js';
import { pairs, table } from './parts.js';

/** Crystal, expansion, settings and the campaign file. */
export function setupSection(data: ReportData): Html {
  return html`<section>
<h2>Crystal and expansion</h2>
${crystalTable(data)}
${expansionTable(data)}
</section>
<section>
<h2>Settings</h2>
<div class="columns">${data.settings.map((group) => html`<div><h3>${group.title}</h3>${pairs(group.entries)}</div>`)}</div>
<h3>Campaign file</h3>
<pre><code>${data.campaignFile}</code></pre>
</section>`;
}

function crystalTable({ crystal }: ReportData): Html {
  const [a, b, c, alpha, beta, gamma] = crystal.cell;
  return pairs([
    { name: 'Primitive cell', value: `${crystal.formula}, ${plural(crystal.primitiveAtoms, 'atom')}` },
    { name: 'Space group', value: `${crystal.spaceGroup.symbol} (${crystal.spaceGroup.number})` },
    { name: 'Supercell', value: `${crystal.supercell}, ${plural(crystal.supercellAtoms, 'atom')}` },
    { name: 'Its lengths', value: `${[a, b, c].map((length) => fixed(length, 4)).join(', ')} Å` },
    { name: 'Its angles', value: `${[alpha, beta, gamma].map((angle) => fixed(angle, 3)).join(', ')}°` },
  ]);
}

function expansionTable({ expansion }: ReportData): Html {
  const rows = expansion.map((row) => ({
    cells: [
      String(row.order),
      significant(row.cutoff, 4),
      count(row.clusters),
      count(row.orbits),
      count(row.beforeSumRules),
      count(row.parameters),
    ],
  }));
  const total = (pick: (row: ReportData['expansion'][number]) => number) =>
    count(expansion.reduce((sum, row) => sum + pick(row), 0));
  const sum = {
    cells: [
      html`<b>all</b>`,
      '',
      total((r) => r.clusters),
      total((r) => r.orbits),
      total((r) => r.beforeSumRules),
      html`<b>${total((r) => r.parameters)}</b>`,
    ],
  };
  return table(
    [
      { title: 'Order' },
      { title: 'Cutoff', unit: 'Å', number: true },
      { title: 'Clusters', unit: 'per primitive cell', number: true },
      { title: 'Orbits', number: true },
      { title: 'Parameters', unit: 'before sum rules', number: true },
      { title: 'Parameters', unit: 'independent', number: true },
    ],
    [...rows, sum],
  );
}
