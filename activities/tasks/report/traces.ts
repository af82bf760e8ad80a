import { rulesOf } from '../../../src/campaign/bundle.js';
import type { LedgerEntryBody } from '../../../src/campaign/ledger.js';
import { decodeTrace } from '../../../src/exploration/codec.js';
import type { Trace, TraceColumn } from '../../../src/exploration/types.js';
import { temperatureRange } from '../../../src/md/temperature.js';
import type { StandardisedError, WalkerTrace } from '../../../src/report/types.js';
import type { Store } from '../../../src/store/types.js';
import type { CampaignContext } from '../context.js';
import { type EntryOf, entriesOf } from './entries.js';
import { walkerPrograms } from './steered.js';

/** A segment of a walker's trajectory with its trace. */
export interface Segment {
  readonly entry: EntryOf<'explored'>;
  readonly trace: Trace;
}

export async function readTraces(
  store: Store,
  ledger: readonly LedgerEntryBody[],
): Promise<readonly Segment[]> {
  const segments: Segment[] = [];
  for (const entry of entriesOf(ledger, 'explored')) {
    segments.push({ entry, trace: decodeTrace(await store.get(entry.trace)) });
  }
  return segments;
}

/** One trace for each walker, its segments joined. */
export function walkerTraces(
  { settings }: CampaignContext,
  ledger: readonly LedgerEntryBody[],
  segments: readonly Segment[],
): WalkerTrace[] {
  const { md, acquisition } = settings;
  const programs = walkerPrograms(ledger, rulesOf(settings));
  const error: TraceColumn = acquisition.quantity === 'rms' ? 'rmsError' : 'largestAtomError';
  const walkers = [...new Set(segments.map((s) => s.entry.walker))].sort((a, b) => a - b);
  return walkers.map((walker) => {
    const own = segments.filter((s) => s.entry.walker === walker).map((s) => s.trace);
    return {
      walker,
      temperatures: temperatureRange(programs.get(walker)!, joined(own, 'step').at(-1) ?? 0),
      time: joined(own, 'step').map((step) => (step * md.timestep) / 1000),
      error: joined(own, error),
      mean: joined(own, 'mean'),
      deviation: joined(own, 'deviation'),
      threshold: joined(own, 'threshold'),
    };
  });
}

function joined(traces: readonly Trace[], column: TraceColumn): Float64Array {
  const parts = traces.map((trace) => trace.columns[column]);
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/** Mean and standard deviation of the rms ε_B of MD with one force field, the largest of the walkers; null where none was run. */
export function errorWith(
  segments: readonly Segment[],
  forceField: string,
): { mean: number; deviation: number } | null {
  const own = segments.filter((s) => s.entry.forceField.hash === forceField);
  const walkers = [...new Set(own.map((s) => s.entry.walker))];
  const each = walkers
    .map((walker) =>
      moments(
        joined(
          own.filter((s) => s.entry.walker === walker).map((s) => s.trace),
          'rmsError',
        ),
      ),
    )
    .filter((m) => m !== null);
  return each.length === 0 ? null : each.reduce((a, b) => (b.mean > a.mean ? b : a));
}

/** z_B = (ε_B − mean)/std over the MD with the final force field (Fig. 4). */
export function standardisedError(
  { settings }: CampaignContext,
  segments: readonly Segment[],
  forceField: string,
): StandardisedError | null {
  const own = segments.filter((s) => s.entry.forceField.hash === forceField);
  const errors = joined(
    own.map((s) => s.trace),
    'rmsError',
  );
  const m = moments(errors);
  if (m === null || m.deviation === 0) return null;
  const z = errors.map((error) => (error - m.mean) / m.deviation);
  let cubes = 0;
  for (const value of z) cubes += value * value * value;
  const steps = own.reduce((sum, { entry }) => sum + entry.toStep - entry.fromStep, 0);
  return { z, time: (steps * settings.md.timestep) / 1000, ...m, skewness: cubes / z.length };
}

function moments(values: Float64Array): { mean: number; deviation: number } | null {
  if (values.length === 0) return null;
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) * (value - mean);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}
