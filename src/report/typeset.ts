import { escapeHtml, type Html, raw } from './escape.js';

/** `ε_B`, `μ_k`, `β^{-1/2}`, `β^{-1}`: a Greek or Latin letter with an index or an exponent. */
const SYMBOL = /([\p{L}‖)])(?:_([A-Za-z])(?![A-Za-z])|\^\{([^{}<>]*)\})/gu;

/** What must stay on one line: a number and its unit, a relation and its number. */
const UNIT = /([\d≥≤]) (?=(?:meV\/Å|%|ps|fs|K|Å)(?![A-Za-z])|\d)/g;

/** Text with its indices and exponents set, as HTML; everything else is escaped. */
export function typeset(text: string): Html {
  return raw(
    escapeHtml(text.replace(UNIT, '$1\u00a0')).replace(
      SYMBOL,
      (_match, letter: string, index: string | undefined, exponent: string | undefined) =>
        index !== undefined
          ? `<i>${letter}</i><sub>${index}</sub>`
          : `<i>${letter}</i><sup>${minus(exponent!)}</sup>`,
    ),
  );
}

/** Characters that are seen once indices and exponents are set. */
export function plainLength(text: string): number {
  return text.replace(
    SYMBOL,
    (_match, letter: string, index?: string, exponent?: string) => letter + (index ?? exponent),
  ).length;
}

/** The same inside the text elements of an SVG; attributes are left alone. */
export function typesetSvg(svg: string): string {
  return svg.replace(/<text([^>]*)>([^<]*)<\/text>/g, (_match, attributes: string, text: string) => {
    return `<text${attributes}>${shifted(text)}</text>`;
  });
}

/** `tspan`s move the baseline for good, so what follows an index or exponent is moved back. */
function shifted(text: string): string {
  let result = '';
  let last = 0;
  let back = '';
  for (const match of text.matchAll(SYMBOL)) {
    const [whole, letter, index, exponent] = match;
    result += moved(text.slice(last, match.index) + letter, back);
    const [script, down] = index !== undefined ? [index, true] : [minus(exponent), false];
    result += `<tspan dy="${down ? 3.4 : -5}" font-size="9.5px">${script}</tspan>`;
    back = down ? '-3.4' : '5';
    last = match.index + whole.length;
  }
  return result + moved(text.slice(last), back);
}

function moved(text: string, by: string): string {
  return by === '' || text === '' ? text : `<tspan dy="${by}">${text}</tspan>`;
}

function minus(exponent: string): string {
  return exponent.replace('-', '−');
}
