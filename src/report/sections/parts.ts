import { type Html, html, raw } from '../escape.js';
import { typeset } from '../typeset.js';

/** A column: its heading, its unit, whether it holds numbers. */
export interface Column {
  readonly title: string;
  readonly unit?: string;
  readonly number?: boolean;
}

/** A cell is text (escaped) or HTML. */
export type Cell = string | Html;

/** A row, with a class for rows that are told apart. */
export interface Row {
  readonly cells: readonly Cell[];
  readonly class?: string;
}

/** A table that scrolls sideways where it must; `long` sets it smaller, without line breaks and wider than the text. */
export function table(columns: readonly Column[], rows: readonly Row[], long = false): Html {
  const head = columns.map(({ title, unit, number }) => {
    const below = unit === undefined ? null : html`<small>${typeset(unit)}</small>`;
    return html`<th${alignment(number)} scope="col">${typeset(title)}${below}</th>`;
  });
  const body = rows.map(
    (
      row,
    ) => html`<tr${row.class === undefined ? null : html` class="${row.class}"`}>${row.cells.map((cell, i) => html`<td${alignment(columns[i].number)}>${cell}</td>`)}</tr>
`,
  );
  return html`<div class="scroll${long ? ' breakout' : null}"><table${long ? html` class="long"` : null}><thead><tr>${head}</tr></thead><tbody>
${body}</tbody></table></div>`;
}

function alignment(number: boolean | undefined): Html | null {
  return number === true ? html` class="n"` : null;
}

/** Name and value, one a line. */
export function pairs(entries: readonly { readonly name: string; readonly value: Cell }[]): Html {
  const rows = entries.map(
    ({ name, value }) => html`<tr><td class="soft">${typeset(name)}</td><td>${value}</td></tr>`,
  );
  return html`<table><tbody>${rows}</tbody></table>`;
}

/** A long part of the page that is closed until asked for. */
export function folded(summary: string, content: Html, open: boolean): Html {
  return html`<details${open ? html` open` : null}><summary>${summary}</summary>${content}</details>`;
}

/** A coloured word. */
export function tag(text: string, tone: Tone): Html {
  return html`<span class="tag ${tone}">${text}</span>`;
}

export type Tone = 'good' | 'fair' | 'bad';

/** Something that a reader must not miss. */
export function notice(tone: Tone, content: Html): Html {
  return html`<div class="notice ${tone}">${content}</div>`;
}

/** A figure with its caption; `wide` ones fill the width of the text. */
export function figure(svg: string, title: string, caption: string, wide = true): Html {
  return html`<figure><div class="scroll${wide ? ' wide' : null}">${raw(svg)}</div><figcaption><b>${typeset(title)}</b> ${typeset(caption)}</figcaption></figure>
`;
}
