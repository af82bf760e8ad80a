import { z } from 'zod';
import { launcherSettings } from '../launchers/settings.js';
import { calculatorSettings, positive, relativePath, type SettingsOf, words } from './fields.js';

export const commandSettings = calculatorSettings(
  'command',
  'Any program: extended XYZ or a template of yours in, extended XYZ or JSON with forces out',
  {
    command: words.describe(
      'Program and arguments, run without a shell; {input}, {output} and {scratch} are filled in',
    ),
    template: relativePath
      .optional()
      .describe(
        'An input in the program’s own language, beside the campaign file, that {input} is made of: {lattice}, {positions} or {fractional}, {atoms}, {species}, {types} are filled in; extended XYZ where there is none',
      ),
    files: z
      .array(relativePath)
      .default([])
      .describe(
        'Files beside the campaign file that the program reads: their contents belong to the label’s identity',
      ),
    timeout: positive.default(86400).describe('Wall-clock limit of one calculation, s'),
    memory: positive
      .optional()
      .describe('Limit of the memory of one calculation, all its processes together, MiB'),
    launcher: launcherSettings,
  },
);

export type CommandSettings = SettingsOf<typeof commandSettings>;
