import { createLogUpdate } from 'log-update';
import { wantsColour } from './colours.js';
import { eventSentence } from './eventText.js';
import { createPlainView } from './plainView.js';
import { renderLive } from './render.js';
import { clock } from './text.js';
import type { LiveState, OutputStream, View } from './types.js';

/** Milliseconds between two pictures: four a second are as many as can be read. */
const PERIOD = 250;
/** Events kept for the lines at the bottom. */
const KEPT = 12;
const ERASE_SCREEN = '\u001b[2J\u001b[H';

/** The live picture on a terminal, redrawn in place; plain lines where the stream is no terminal. */
export function createTerminalView(stream: OutputStream): View {
  if (stream.isTTY !== true) return createPlainView(stream);
  const log = createLogUpdate(stream);
  const colour = wantsColour(stream);
  const events: string[] = [];
  let state: LiveState | null = null;
  let timer: NodeJS.Timeout | null = null;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let closed = false;

  const draw = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    drawnAt = performance.now();
    if (state === null) return;
    const messages = [...state.messages, ...events];
    log(renderLive({ ...state, messages }, stream.columns ?? 80, { colour, height: stream.rows }));
  };
  const soon = () => {
    if (closed || timer !== null) return;
    const wait = drawnAt + PERIOD - performance.now();
    if (wait <= 0) draw();
    else timer = setTimeout(draw, wait).unref();
  };
  // The terminal has broken the lines of the last picture anew, so they cannot be found again: start on a clean screen.
  const resized = () => {
    log.done();
    stream.write(ERASE_SCREEN);
    draw();
  };
  stream.on('resize', resized);

  return {
    update: (next) => {
      state = next;
      soon();
    },
    event: (event) => {
      if (event.kind !== 'stage') events.push(`${clock(event.elapsed)} ${eventSentence(event)}`);
      if (events.length > KEPT) events.shift();
      soon();
    },
    close: () => {
      if (closed) return;
      draw();
      closed = true;
      stream.removeListener('resize', resized);
      log.done();
    },
  };
}
