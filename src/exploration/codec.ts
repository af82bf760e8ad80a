import { z } from 'zod';
import { decodeFrame, encodeFrame, type Frame, FrameError, float64Of } from '../numerics/frame.js';
import { CheckpointHeader, PicksHeader, ProgressHeader } from './headers.js';
import { traceOf } from './traceRecorder.js';
import type { ExplorationInput, ExplorationProgress, Pick, Trace, WalkerCheckpoint } from './types.js';

/**
 * Bytes of what an exploration reads and leaves behind: a frame each (numerics/frame.ts), every number that was computed as
 * little-endian float64, integers and names in the JSON header. What is read back has the same bits, −0 and NaN included.
 */
const VERSION = 1;
const FORMAT = {
  checkpoint: 'anharmony-checkpoint',
  progress: 'anharmony-exploration-progress',
  picks: 'anharmony-picks',
  trace: 'anharmony-trace',
} as const;

/** A header and the arrays that belong to it. */
interface Part<H> {
  readonly header: H;
  readonly arrays: Readonly<Record<string, Float64Array>>;
}

export function encodeCheckpoint(checkpoint: WalkerCheckpoint): Uint8Array {
  const { header, arrays } = checkpointPart(checkpoint);
  return encodeFrame(FORMAT.checkpoint, VERSION, header, arrays);
}

export function decodeCheckpoint(bytes: Uint8Array): WalkerCheckpoint {
  const frame = decodeFrame(bytes, FORMAT.checkpoint, VERSION);
  return checkpointFrom(parse(CheckpointHeader, frame.header, FORMAT.checkpoint), frame);
}

export function encodePicks(picks: readonly Pick[]): Uint8Array {
  const { header, arrays } = picksPart(picks);
  return encodeFrame(FORMAT.picks, VERSION, header, arrays);
}

export function decodePicks(bytes: Uint8Array): Pick[] {
  const frame = decodeFrame(bytes, FORMAT.picks, VERSION);
  return picksFrom(parse(PicksHeader, frame.header, FORMAT.picks), frame);
}

export function encodeTrace(trace: Trace): Uint8Array {
  return encodeFrame(FORMAT.trace, VERSION, {}, trace.columns);
}

export function decodeTrace(bytes: Uint8Array): Trace {
  return traceFrom(decodeFrame(bytes, FORMAT.trace, VERSION), '');
}

export function encodeProgress(progress: ExplorationProgress): Uint8Array {
  const { input, trace } = progress;
  const start = checkpointPart(input.checkpoint);
  const now = checkpointPart(progress.checkpoint);
  const picks = picksPart(progress.picks);
  const header = {
    walker: input.walker,
    acquisition: input.acquisition,
    untilStep: input.untilStep,
    lookahead: input.lookahead,
    pickedBefore: input.pickedBefore,
    sample: input.sample,
    start: start.header,
    checkpoint: now.header,
    picks: picks.header,
  };
  return encodeFrame(FORMAT.progress, VERSION, header, {
    ...prefixed('start.', start.arrays),
    ...now.arrays,
    ...picks.arrays,
    ...prefixed('trace.', trace.columns),
  });
}

export function decodeProgress(bytes: Uint8Array): ExplorationProgress {
  const frame = decodeFrame(bytes, FORMAT.progress, VERSION);
  const header = parse(ProgressHeader, frame.header, FORMAT.progress);
  const { start, checkpoint, picks, ...settings } = header;
  const input: ExplorationInput = { ...settings, checkpoint: checkpointFrom(start, frame, 'start.') };
  return {
    input,
    checkpoint: checkpointFrom(checkpoint, frame),
    picks: picksFrom(picks, frame),
    trace: traceFrom(frame, 'trace.'),
  };
}

function checkpointPart(c: WalkerCheckpoint): Part<CheckpointHeader> {
  return {
    header: {
      step: c.state.step,
      anchorStep: c.anchor.state.step,
      anchorPicked: c.anchor.picked,
      lastPick: c.lastPick,
      wrecks: { ...c.wrecks },
      samplesSinceRefit: c.sinceRefit.samples,
      stepsSinceRefit: c.sinceRefit.steps,
      freshForceField: c.freshForceField,
    },
    arrays: {
      displacements: c.state.displacements,
      velocities: c.state.velocities,
      anchorDisplacements: c.anchor.state.displacements,
      anchorVelocities: c.anchor.state.velocities,
      windowSteps: Float64Array.from(c.window.steps),
      windowValues: Float64Array.from(c.window.values),
      sumsSinceRefit: Float64Array.of(c.sinceRefit.sum, c.sinceRefit.sumOfSquares),
      minimumErrors: Float64Array.from(c.minimumErrors),
    },
  };
}

function checkpointFrom(header: CheckpointHeader, frame: Frame, prefix = ''): WalkerCheckpoint {
  const array = (name: string) => float64Of(frame, prefix + name);
  const [sum, sumOfSquares] = array('sumsSinceRefit');
  return {
    state: {
      step: header.step,
      displacements: array('displacements'),
      velocities: array('velocities'),
    },
    window: { steps: [...array('windowSteps')], values: [...array('windowValues')] },
    lastPick: header.lastPick,
    anchor: {
      state: {
        step: header.anchorStep,
        displacements: array('anchorDisplacements'),
        velocities: array('anchorVelocities'),
      },
      picked: header.anchorPicked,
    },
    wrecks: header.wrecks,
    sinceRefit: { samples: header.samplesSinceRefit, sum, sumOfSquares, steps: header.stepsSinceRefit },
    minimumErrors: [...array('minimumErrors')],
    freshForceField: header.freshForceField,
  };
}

const PICK_NUMBERS = [
  'error',
  'threshold',
  'mean',
  'deviation',
  'rmsError',
  'worstAtomError',
  'temperature',
] as const;

function picksPart(picks: readonly Pick[]): Part<PicksHeader> {
  const components = picks.length === 0 ? 0 : picks[0].displacements.length;
  const displacements = new Float64Array(picks.length * components);
  const numbers = new Float64Array(picks.length * PICK_NUMBERS.length);
  picks.forEach((pick, p) => {
    displacements.set(pick.displacements, p * components);
    PICK_NUMBERS.forEach((name, n) => {
      numbers[p * PICK_NUMBERS.length + n] = pick[name];
    });
  });
  const header = picks.map(({ walker, step, rule, worstAtom }) => ({ walker, step, rule, worstAtom }));
  return { header, arrays: { pickDisplacements: displacements, pickNumbers: numbers } };
}

function picksFrom(header: PicksHeader, frame: Frame): Pick[] {
  const displacements = float64Of(frame, 'pickDisplacements');
  const numbers = float64Of(frame, 'pickNumbers');
  const components = header.length === 0 ? 0 : displacements.length / header.length;
  return header.map((integers, p) => {
    const of = (name: (typeof PICK_NUMBERS)[number]) =>
      numbers[p * PICK_NUMBERS.length + PICK_NUMBERS.indexOf(name)];
    return {
      ...integers,
      displacements: displacements.slice(p * components, (p + 1) * components),
      error: of('error'),
      threshold: of('threshold'),
      mean: of('mean'),
      deviation: of('deviation'),
      rmsError: of('rmsError'),
      worstAtomError: of('worstAtomError'),
      temperature: of('temperature'),
    };
  });
}

function traceFrom(frame: Frame, prefix: string): Trace {
  return traceOf((name) => float64Of(frame, prefix + name));
}

function prefixed(prefix: string, arrays: Readonly<Record<string, Float64Array>>) {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [prefix + name, array]));
}

function parse<T>(schema: z.ZodType<T>, header: unknown, format: string): T {
  const result = schema.safeParse(header);
  if (result.success) return result.data;
  throw new FrameError('malformed', `${format}: ${z.prettifyError(result.error)}`);
}
