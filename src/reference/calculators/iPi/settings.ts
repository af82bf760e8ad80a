import { z } from 'zod';
import { calculatorSettings, oneRun, relativePath, type SettingsOf, words } from '../fields.js';

export const iPiSettings = calculatorSettings(
  'i-pi',
  'Any program that speaks i-PI’s socket protocol as a client, one for many structures',
  {
    command: words.describe(
      'Program and arguments, run without a shell; {socket} becomes the name of a UNIX socket (/tmp/ipi_{socket}), or {host} and {port} those of a TCP port',
    ),
    files: z
      .array(relativePath)
      .default([])
      .describe(
        'Input files beside the campaign file, put into the program’s folder with {socket}, {host} and {port} filled in; their contents belong to the label’s identity',
      ),
    ...oneRun,
  },
);

export type IPiSettings = SettingsOf<typeof iPiSettings>;
