import { pino } from 'pino';
import { type HeartbeatOptions, heartbeat } from './plainView.js';
import type { LiveEvent, LiveState, OutputStream, View } from './types.js';

export interface JsonViewOptions extends HeartbeatOptions {
  /** Leaves the time of day out (tests). */
  readonly timestamp?: boolean;
}

/** JSON lines (pino) in the units of the data: eV/Å, ps, s, K; campaign, walker (counted from 1, or null) and step on every line. */
export function createJsonView(stream: OutputStream, options: JsonViewOptions = {}): View {
  const destination = { write: (text: string) => void stream.write(text) };
  const timestamp = options.timestamp === false ? false : pino.stdTimeFunctions.isoTime;
  const logger = pino(
    { base: undefined, timestamp, formatters: { level: (level) => ({ level }) } },
    destination,
  );
  const due = heartbeat(options);
  let closed = false;
  let told = '';
  return {
    update: (state) => {
      if (closed) return;
      const messages = state.messages.join('; ');
      if (messages !== told && messages !== '')
        logger.warn(
          { campaign: state.campaign, walker: null, step: furthest(state), text: messages },
          'waiting',
        );
      told = messages;
      if (!due()) return;
      for (const fields of heartbeatFields(state)) logger.info(fields, 'heartbeat');
    },
    event: (event) => {
      if (closed) return;
      const { campaign, walker, step, kind, ...rest } = event;
      // pino has its own `level`.
      const { level: _level, ...fields } = rest as typeof rest & { level?: string };
      logger[levelOf(event)]({ campaign, walker, step, ...fields }, kind);
    },
    close: () => {
      closed = true;
    },
  };
}

function levelOf(event: LiveEvent): 'info' | 'warn' | 'error' {
  if (event.kind === 'message') return event.level;
  return event.kind === 'finished' && event.verdict === 'failed' ? 'error' : 'info';
}

function heartbeatFields(state: LiveState): readonly object[] {
  const {
    campaign,
    verdict,
    stage,
    round,
    structures,
    fittingError,
    expectedError,
    progress,
    timeLeft,
    structuresLeft,
    elapsed,
  } = state;
  const common = {
    elapsed,
    verdict,
    stage,
    round,
    structures,
    fittingError,
    expectedError,
    progress,
    timeLeft,
    structuresLeft,
  };
  if (state.walkers.length === 0) return [{ campaign, walker: null, step: null, ...common }];
  return state.walkers.map(({ recent: _recent, walker, step, ...rest }) => ({
    campaign,
    walker,
    step,
    ...rest,
    ...common,
  }));
}

/** MD step of the walker that is furthest ahead; null before MD. */
function furthest({ walkers }: LiveState): number | null {
  return walkers.length === 0 ? null : Math.max(...walkers.map((walker) => walker.step));
}
