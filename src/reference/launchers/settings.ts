import { z } from 'zod';
import type { ReadonlyDeep } from '../../readonly.js';

export const launcherSettings = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('process').describe('On the worker’s own machine') }),
    z.strictObject({
      kind: z.literal('slurm').describe('As jobs of Slurm, submitted by sbatch where the worker runs'),
      script: z
        .string()
        .min(1)
        .describe(
          'The job script, as text of several lines or a file beside the campaign file; {command} is the line that runs the code, {time}, {memory}, {tasks}, {name} and {folder} are filled in',
        ),
      tasks: z.int().positive().default(1).describe('For {tasks}'),
      poll: z.number().positive().default(10).describe('Time between two looks at the queue, s'),
    }),
  ])
  .optional()
  .describe(
    'Where the code runs: the worker’s own machine where nothing is said; changes no label’s identity',
  );

export type LauncherSettings = ReadonlyDeep<NonNullable<z.input<typeof launcherSettings>>>;
export type SlurmLauncherSettings = Extract<LauncherSettings, { readonly kind: 'slurm' }>;
