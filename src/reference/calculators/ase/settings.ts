import { z } from 'zod';
import { launcherSettings } from '../../launchers/settings.js';
import { calculatorSettings, corrections, oneRun, relativePath, type SettingsOf, words } from '../fields.js';

const dotted = z
  .string()
  .regex(/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/, { error: 'a dotted name, e.g. ase.calculators.emt.EMT' });

/** Initial magnetic moments: ASE keeps them with the atoms, not with the calculator. */
export const magmoms = z
  .record(z.string(), z.number())
  .optional()
  .describe('Initial magnetic moment of each atom of a species, μB, e.g. {Fe: 2.2}');

/** The calculator stays in memory: the next structure starts from what the last one has left. */
export const resident = z
  .literal(true)
  .optional()
  .describe(
    'One process takes one structure after another, over a UNIX socket, instead of a process for each; changes no label’s identity',
  );

export const aseSettings = calculatorSettings('ase', 'Any calculator of ASE, or with ASE’s interface', {
  command: words
    .default(['python3'])
    .describe('The Python interpreter that has ASE and the code, run without a shell; its script is added'),
  class: dotted.describe('What makes the calculator, by its dotted name, e.g. ase.calculators.emt.EMT'),
  arguments: z
    .union([z.record(z.string(), z.unknown()), z.array(z.unknown())])
    .default({})
    .describe(
      'Its arguments, by name or in order; an object is written {class: dotted.name, arguments: …} itself',
    ),
  files: z
    .array(relativePath)
    .default([])
    .describe(
      'Files beside the campaign file that it reads: their contents belong to the label’s identity; an argument of the same name becomes the path, modules (.py) can be imported',
    ),
  magmoms,
  ...oneRun,
  resident,
  corrections,
  launcher: launcherSettings,
});

export type AseSettings = SettingsOf<typeof aseSettings>;
