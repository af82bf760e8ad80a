import { type Colours, coloursFor } from './colours.js';
import { convergenceLines } from './convergenceLines.js';
import { footerLines, headerLines, messageLines, structureLines } from './lines.js';
import { plotLines } from './plotLines.js';
import type { LiveState } from './types.js';
import { walkerLines } from './walkerLines.js';

export interface RenderOptions {
  readonly colour?: boolean;
  /** Rows of the terminal; what matters least gives way. */
  readonly height?: number;
}

/** How much room the parts that can shrink take. */
interface Room {
  readonly plot: number;
  readonly messages: number;
  readonly blanks: boolean;
}

const ROOMS: readonly Room[] = [
  { plot: 8, messages: 6, blanks: true },
  { plot: 7, messages: 4, blanks: true },
  { plot: 5, messages: 3, blanks: true },
  { plot: 5, messages: 2, blanks: false },
  { plot: 3, messages: 1, blanks: false },
  { plot: 0, messages: 1, blanks: false },
  { plot: 0, messages: 0, blanks: false },
];

/** Narrower than this the numbers no longer fit. */
const NARROWEST = 40;

/** The live view of a campaign as lines of at most `width` columns; pure: one state, one picture. */
export function renderLive(state: LiveState, width: number, options: RenderOptions = {}): string {
  const colours = coloursFor(options.colour ?? false);
  // The last column stays free: some terminals wrap when it is written to.
  const columns = Math.max(NARROWEST, Math.min(width - 1, 130));
  const height = options.height ?? Number.POSITIVE_INFINITY;
  let lines: readonly string[] = [];
  for (const room of ROOMS) {
    lines = layOut(state, columns, room, colours);
    if (lines.length < height) break;
  }
  return lines.join('\n');
}

function layOut(state: LiveState, columns: number, room: Room, colours: Colours): readonly string[] {
  const blocks = [
    headerLines(state, columns, colours),
    plotLines(state.walkers, columns, room.plot, colours),
    walkerLines(state.walkers, columns, colours),
    structureLines(state, columns, colours),
    convergenceLines(state, columns, colours),
    footerLines(state, columns, colours),
    messageLines(state.messages, columns, room.messages, colours),
  ]
    .map((block) => block.map((line) => line.trimEnd()))
    .filter((block) => block.length > 0);
  return blocks.flatMap((block, i) => (i > 0 && room.blanks ? ['', ...block] : [...block]));
}
