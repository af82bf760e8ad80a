import { z } from 'zod';

/** The JSON headers of the frames in codec.ts: integers, names and settings; what was computed is in their arrays. */
const CriterionHeader = z.discriminatedUnion('name', [
  z.object({ name: z.literal('trajectory-average'), gamma: z.number() }),
  z.object({ name: z.literal('trajectory-deviation'), n: z.number() }),
  z.object({ name: z.literal('minimum-error'), last: z.int() }),
  z.object({
    name: z.literal('fixed'),
    threshold: z.number().optional(),
    fractionOfFittingError: z.number().optional(),
  }),
]);

export const CheckpointHeader = z.object({
  step: z.int(),
  anchorStep: z.int(),
  anchorPicked: z.boolean(),
  lastPick: z.int(),
  wrecks: z.object({ interval: z.int(), count: z.int() }),
  samplesSinceRefit: z.int(),
  stepsSinceRefit: z.int(),
  freshForceField: z.boolean(),
});

export const PicksHeader = z.array(
  z.object({
    walker: z.int(),
    step: z.int(),
    rule: z.enum([
      'trajectory-average',
      'trajectory-deviation',
      'minimum-error',
      'fixed',
      'stall',
      'wreck',
      'person',
    ]),
    worstAtom: z.int(),
  }),
);

const TemperatureHeader = z.union([
  z.number(),
  z.array(z.object({ from: z.number(), to: z.number(), steps: z.number() })),
]);

export const ProgressHeader = z.object({
  walker: z.object({
    walker: z.int(),
    temperature: TemperatureHeader,
    timestep: z.number(),
    friction: z.number(),
    thermostat: z.enum(['langevin', 'bussi']).optional(),
    seed: z.number(),
  }),
  acquisition: z.object({
    criterion: CriterionHeader,
    quantity: z.enum(['rms', 'largest-atom']),
    every: z.int(),
    window: z.int(),
    minWindow: z.int(),
    minGap: z.int(),
    stall: z.object({ after: z.int(), structures: z.int(), fraction: z.number() }).nullable(),
  }),
  untilStep: z.int(),
  lookahead: z.int(),
  pickedBefore: z.int(),
  sample: z.boolean().optional(),
  start: CheckpointHeader,
  checkpoint: CheckpointHeader,
  picks: PicksHeader,
});

export type CheckpointHeader = z.infer<typeof CheckpointHeader>;
export type PicksHeader = z.infer<typeof PicksHeader>;
export type ProgressHeader = z.infer<typeof ProgressHeader>;
