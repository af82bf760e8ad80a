import { eventFields, fixedNumber, millis } from './eventText.js';
import { clock, oneLine } from './text.js';
import type { LiveEvent, LiveState, OutputStream, View } from './types.js';

export interface HeartbeatOptions {
  /** Monotonic clock, ms; replaced in tests. */
  readonly now?: () => number;
  /** Seconds between two heartbeats. */
  readonly every?: number;
}

/**
 * One line for each event and a heartbeat about every ten seconds, for pipes and log files: elapsed time, campaign,
 * kind, then `name=value`. Unknown values are left out; values with spaces are quoted as in JSON.
 */
export function createPlainView(stream: OutputStream, options: HeartbeatOptions = {}): View {
  const due = heartbeat(options);
  let closed = false;
  let told = '';
  const write = (text: string) => {
    if (!closed) stream.write(`${text}\n`);
  };
  return {
    update: (state) => {
      // What the campaign waits for, once, however long it lasts.
      const messages = state.messages.join('; ');
      if (messages !== told && messages !== '')
        write(line(state.elapsed, state.campaign, 'waiting', { text: messages }));
      told = messages;
      if (due()) for (const line of heartbeatLines(state)) write(line);
    },
    event: (event) => write(eventLine(event)),
    close: () => {
      closed = true;
    },
  };
}

/** True at the first call and then once in each period. */
export function heartbeat({ now = () => performance.now(), every = 10 }: HeartbeatOptions): () => boolean {
  let last: number | null = null;
  return () => {
    const time = now();
    if (last !== null && time - last < every * 1e3) return false;
    last = time;
    return true;
  };
}

/** An event as one line. */
export function eventLine(event: LiveEvent): string {
  const where = { walker: event.walker, step: event.step };
  return line(event.elapsed, event.campaign, event.kind, { ...where, ...eventFields(event) });
}

/** How things stand: one line a walker, or one for the campaign before MD. */
export function heartbeatLines(state: LiveState): readonly string[] {
  const common = {
    stage: state.stage,
    round: state.round,
    training: state.structures.training,
    pending: state.structures.pending,
    fitting_error_meV: millis(state.fittingError),
    ratio: fixedNumber(state.progress.ratio.have, 4),
    time_left_s: fixedNumber(state.timeLeft, 0),
    structures_left: fixedNumber(state.structuresLeft?.expected ?? null, 0),
  };
  if (state.walkers.length === 0) return [line(state.elapsed, state.campaign, 'heartbeat', common)];
  return state.walkers.map((walker) =>
    line(state.elapsed, state.campaign, 'heartbeat', {
      walker: walker.walker,
      step: walker.step,
      time_ps: fixedNumber(walker.time, 4),
      steps_per_s: fixedNumber(walker.stepsPerSecond, 1),
      temperature_K: fixedNumber(walker.temperature, 1),
      error_meV: millis(walker.error),
      threshold_meV: millis(walker.threshold),
      ...common,
    }),
  );
}

function line(
  elapsed: number,
  campaign: string,
  kind: string,
  fields: Readonly<Record<string, string | number | null>>,
): string {
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    value === null ? [] : [`${name}=${quoted(value)}`],
  );
  return [clock(elapsed), quoted(campaign), kind, ...parts].join(' ');
}

function quoted(value: string | number): string {
  const text = typeof value === 'number' ? String(value) : oneLine(value);
  return text === '' || /[\s"=]/.test(text) ? JSON.stringify(text) : text;
}
