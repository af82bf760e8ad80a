import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createJsonView } from '../../../src/cli/live/jsonView.js';
import { createPlainView } from '../../../src/cli/live/plainView.js';
import { createTerminalView } from '../../../src/cli/live/terminalView.js';
import type { LiveEvent, View } from '../../../src/cli/live/types.js';
import { createView } from '../../../src/cli/live/view.js';
import { sampleState, sampleWalker } from './sample.js';

const AT = { campaign: 'silicon', walker: null, step: 32_412, elapsed: 134.2 };
const EVENTS: readonly LiveEvent[] = [
  { ...AT, kind: 'stage', stage: 'MD', round: 3 },
  { ...AT, kind: 'pick', walker: 1, time: 32.412, rule: 'stall', error: 0.0031, threshold: 0.00305 },
  { ...AT, kind: 'label', structure: 17, attempts: 1, seconds: 0.0123 },
  { ...AT, kind: 'refit', structures: 18, fromMd: 13, fittingError: 0.0101, logEvidence: -12345.6 },
  {
    ...AT,
    kind: 'assessment',
    converged: false,
    ratio: 0.31,
    expectedRmse: 0.0107,
    reason: 'μ / β^{-1/2} is 0.31',
  },
  { ...AT, kind: 'message', level: 'warn', text: 'disk\nnearly full' },
  { ...AT, kind: 'finished', verdict: 'failed', reason: 'no server' },
];

/** A stream that keeps what was written, as a terminal or as a pipe. */
function recorder(terminal: { readonly columns: number; readonly rows: number } | null = null) {
  const stream = new PassThrough();
  let written = '';
  stream.on('data', (chunk: Buffer) => {
    written += chunk.toString();
  });
  const seen = Object.assign(stream, terminal === null ? {} : { isTTY: true, ...terminal });
  return { stream: seen, text: () => written, lines: () => written.trimEnd().split('\n') };
}

function show(view: View): void {
  for (const event of EVENTS) view.event(event);
  view.update(sampleState({ messages: [] }));
}

afterEach(() => {
  vi.useRealTimers();
});

describe('plain view', () => {
  it('writes one line an event and a heartbeat', () => {
    const { stream, text } = recorder();
    show(createPlainView(stream));
    expect(text()).toMatchInlineSnapshot(`
      "00:02:14 silicon stage step=32412 stage=MD round=3
      00:02:14 silicon pick walker=1 step=32412 time_ps=32.4120 rule=stall error_meV=3.1000 threshold_meV=3.0500
      00:02:14 silicon label step=32412 structure=17 attempts=1 seconds=0.012
      00:02:14 silicon refit step=32412 structures=18 from_md=13 fitting_error_meV=10.1000 log_evidence=-12345.60
      00:02:14 silicon assessment step=32412 converged=false ratio=0.3100 expected_rmse_meV=10.7000 reason="μ / β^{-1/2} is 0.31"
      00:02:14 silicon message step=32412 level=warn text="disk nearly full"
      00:02:14 silicon finished step=32412 verdict=failed reason="no server"
      00:02:14 silicon heartbeat walker=1 step=32412 time_ps=32.4120 steps_per_s=411.6 temperature_K=301.2 error_meV=2.3100 threshold_meV=3.0500 stage=MD round=12 training=17 pending=2 fitting_error_meV=10.2000 ratio=0.3100 time_left_s=84
      "
    `);
  });

  it('beats once in ten seconds, once for each walker', () => {
    const { stream, lines } = recorder();
    let now = 0;
    const view = createPlainView(stream, { now: () => now });
    for (now = 0; now < 25_000; now += 100) {
      view.update(sampleState({ walkers: [sampleWalker(1), sampleWalker(2)], messages: [] }));
    }
    expect(lines()).toHaveLength(6);
    expect(lines()[1]).toContain('heartbeat walker=2 step=32412');
  });

  it('says what the campaign waits for once, however long it lasts', () => {
    const { stream, lines } = recorder();
    const view = createPlainView(stream, { now: () => 0 });
    const waits = sampleState({ messages: ['label: attempt 3, since the disk is full'] });
    for (const state of [waits, waits, sampleState({ messages: [] }), waits]) view.update(state);
    const waiting = lines().filter((line) => line.includes(' waiting '));
    expect(waiting).toHaveLength(2);
    expect(waiting[0]).toBe('00:02:14 silicon waiting text="label: attempt 3, since the disk is full"');
  });

  it('says nothing once closed', () => {
    const { stream, text } = recorder();
    const view = createPlainView(stream);
    view.close();
    show(view);
    expect(text()).toBe('');
  });
});

describe('JSON view', () => {
  const parsed = () => {
    const { stream, lines } = recorder();
    show(createJsonView(stream, { timestamp: false }));
    return lines().map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  it('has campaign, walker and step on every line', () => {
    expect(parsed()).toHaveLength(EVENTS.length + 1);
    for (const line of parsed()) {
      expect(line).toMatchObject({ campaign: 'silicon', step: 32_412 });
      expect(line).toHaveProperty('walker');
    }
  });

  it('warns of what the campaign waits for, with the step that it has come to', () => {
    const { stream, lines } = recorder();
    const view = createJsonView(stream, { timestamp: false, now: () => 0 });
    const state = sampleState({ messages: ['label: attempt 3, since the disk is full'] });
    view.update(state);
    view.update(state);
    const waiting = lines()
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'waiting');
    expect(waiting).toMatchObject([{ level: 'warn', campaign: 'silicon', walker: null, step: 32_412 }]);
  });

  it('keeps levels, units of the data, and each key once', () => {
    expect(parsed().map(({ level }) => level)).toEqual([
      'info',
      'info',
      'info',
      'info',
      'info',
      'warn',
      'error',
      'info',
    ]);
    expect(parsed()[3]).toEqual({
      level: 'info',
      campaign: 'silicon',
      walker: null,
      step: 32_412,
      elapsed: 134.2,
      structures: 18,
      fromMd: 13,
      fittingError: 0.0101,
      logEvidence: -12345.6,
      msg: 'refit',
    });
    const { stream, text } = recorder();
    createJsonView(stream).event(EVENTS[5]);
    expect(text().match(/"level"/g)).toHaveLength(1);
    expect(text()).toMatch(/"time":"\d{4}-/);
  });
});

describe('terminal view', () => {
  it('draws at most four times a second and always the last state', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { stream } = recorder({ columns: 80, rows: 40 });
    const write = vi.spyOn(stream, 'write');
    const view = createTerminalView(stream);
    for (let i = 0; i < 100; i++) {
      view.update(sampleState({ elapsed: i }));
      vi.advanceTimersByTime(10);
    }
    const pictures = write.mock.calls.length;
    expect(pictures).toBeGreaterThanOrEqual(4);
    expect(pictures).toBeLessThanOrEqual(5);
    view.update(sampleState({ verdict: 'converged' }));
    view.close();
    expect(String(write.mock.calls.at(-1)?.[0])).toContain('converged');
  });

  it('draws anew on a clean screen when the terminal changes size, and no more once closed', async () => {
    const { stream, text } = recorder({ columns: 100, rows: 40 });
    const view = createTerminalView(stream);
    view.update(sampleState());
    Object.assign(stream, { columns: 60 });
    stream.emit('resize');
    expect(text()).toContain('\u001b[2J\u001b[H');
    view.close();
    const length = text().length;
    stream.emit('resize');
    view.update(sampleState({ elapsed: 999 }));
    view.close();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(text()).toHaveLength(length);
    expect(stream.listenerCount('resize')).toBe(0);
  });

  it('shows the last events below', () => {
    const { stream, text } = recorder({ columns: 100, rows: 60 });
    const view = createTerminalView(stream);
    show(view);
    view.close();
    expect(text()).toContain('refit on 18 structures: β^-1/2 = 10.1 meV/Å');
  });
});

describe('the choice of a view', () => {
  const first = (format: 'auto' | 'live' | 'plain' | 'json', terminal: boolean) => {
    const { stream, text } = recorder(terminal ? { columns: 80, rows: 40 } : null);
    const view = createView({ stream, format });
    view.event(EVENTS[3]);
    view.update(sampleState());
    view.close();
    return text();
  };

  it('is made by the stream unless it is asked for', () => {
    vi.stubEnv('TERM', 'xterm');
    expect(first('auto', true)).toContain('█');
    expect(first('auto', false)).toMatch(/^00:02:14 silicon refit /);
    expect(first('live', false)).toMatch(/^00:02:14 silicon refit /);
    expect(first('plain', true)).toMatch(/^00:02:14 silicon refit /);
    expect(first('json', true)).toMatch(/^\{"level":"info"/);
    vi.stubEnv('TERM', 'dumb');
    expect(first('auto', true)).toMatch(/^00:02:14 silicon refit /);
    vi.unstubAllEnvs();
  });
});
