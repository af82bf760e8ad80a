import { type PlotOptions, plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { escapeHtml } from '../escape.js';
import { plainLength, typesetSvg } from '../typeset.js';
import { PALETTE } from './palette.js';

/** Width of a figure, px; the page scales it. */
export const FIGURE_WIDTH = 760;

export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly mark: 'line' | 'dashed' | 'band' | 'dot' | 'ring' | 'diamond' | 'triangle' | 'tick';
}

/** Draws a plot as an SVG string with its legend in the top margin; `description` is for people who cannot see it. */
export function draw(options: PlotOptions, description: string, legend: readonly LegendEntry[] = []): string {
  const { document } = parseHTML('<html><body></body></html>') as unknown as {
    document: PlotOptions['document'];
  };
  const width = options.width ?? FIGURE_WIDTH;
  const rows = legendRows(legend, width - (options.marginLeft ?? 60) - 10);
  const marginTop = (options.marginTop ?? 16) + rows.length * LEGEND_LINE;
  const figure = plot({
    marginLeft: 60,
    marginRight: 18,
    marginBottom: 50,
    ...options,
    width,
    height: (options.height ?? 300) + rows.length * LEGEND_LINE,
    marginTop,
    document,
    className: 'figure',
    style: { fontSize: '12.5px' },
    ariaDescription: description,
  });
  const drawn = (figure as unknown as { outerHTML: string }).outerHTML;
  const body = drawn
    .replace(/<style>.*?<\/style>/s, '')
    .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" role="img" ');
  return typesetSvg(body.replace(/<\/svg>$/, `${drawLegend(rows, options.marginLeft ?? 60)}</svg>`));
}

/** A figure that has nothing to show yet, saying why. */
export function emptyFigure(reason: string, width = FIGURE_WIDTH): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" class="figure" viewBox="0 0 ${width} 90" width="${width}" height="90">` +
    `<rect x="0.5" y="0.5" width="${width - 1}" height="89" rx="6" fill="none" stroke="${PALETTE.quiet}" stroke-dasharray="4 4"/>` +
    `<text x="${width / 2}" y="49" text-anchor="middle" font-size="13" font-family="system-ui, sans-serif" fill="currentColor">` +
    `${escapeHtml(reason)}</text></svg>`
  );
}

const LEGEND_LINE = 20;
const SWATCH = 26;
/** Average width of a character of the legend, px. */
const CHARACTER = 6.9;

interface PlacedEntry extends LegendEntry {
  readonly x: number;
}

function legendRows(legend: readonly LegendEntry[], width: number): PlacedEntry[][] {
  const rows: PlacedEntry[][] = [];
  let x = Number.POSITIVE_INFINITY;
  for (const entry of legend) {
    const needed = SWATCH + plainLength(entry.label) * CHARACTER + 18;
    if (x + needed > width) {
      rows.push([]);
      x = 0;
    }
    rows[rows.length - 1].push({ ...entry, x });
    x += needed;
  }
  return rows;
}

function drawLegend(rows: readonly PlacedEntry[][], left: number): string {
  const entries = rows.flatMap((row, line) =>
    row.map((entry) => drawEntry(entry, left, 14 + line * LEGEND_LINE)),
  );
  return `<g aria-label="legend" font-size="12.5px">${entries.join('')}</g>`;
}

function drawEntry(entry: PlacedEntry, left: number, y: number): string {
  return (
    `<g transform="translate(${Math.round(left + entry.x)},${y})">${swatch(entry)}` +
    `<text x="${SWATCH}" dy="0.32em" text-anchor="start">${escapeHtml(entry.label)}</text></g>`
  );
}

function swatch({ mark, colour }: LegendEntry): string {
  const fill = `fill="${colour}"`;
  const stroke = `stroke="${colour}"`;
  switch (mark) {
    case 'line':
      return `<path d="M0,0H20" ${stroke} stroke-width="2.2"/>`;
    case 'dashed':
      return `<path d="M0,0H20" ${stroke} stroke-width="1.8" stroke-dasharray="5 3"/>`;
    case 'band':
      return `<rect x="0" y="-6" width="20" height="12" ${fill} fill-opacity="0.3"/>`;
    case 'dot':
      return `<circle cx="10" cy="0" r="4" ${fill}/>`;
    case 'ring':
      return `<circle cx="10" cy="0" r="4" fill="${PALETTE.background}" ${stroke} stroke-width="1.6"/>`;
    case 'diamond':
      return `<path d="M10,-5.5L15.5,0L10,5.5L4.5,0Z" ${fill}/>`;
    case 'triangle':
      return `<path d="M10,-5.5L15.5,4.5L4.5,4.5Z" ${fill}/>`;
    case 'tick':
      return `<path d="M10,-7V7" ${stroke} stroke-width="1.4"/>`;
  }
}
