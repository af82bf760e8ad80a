import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CampaignBundle } from '../../campaign/bundle.js';
import { FailureError, inputError, type Problem } from '../../errors.js';
import { createCalculator } from '../../reference/catalogue.js';
import type { ReferenceStructure } from '../../reference/types.js';

/** What was written, and what could not be because it is on another machine. */
export interface WrittenInputs {
  readonly files: readonly string[];
  readonly missing: readonly Problem[];
}

/** The input of the campaign's reference code for a structure, as its first run would get it. */
export function writeInputs(
  { settings, folder: campaignFolder }: CampaignBundle,
  structure: ReferenceStructure,
  folder: string,
): WrittenInputs {
  const calculator = createCalculator(settings.reference, { ...structure, folder: campaignFolder });
  const inputs = calculator.inputFiles?.(structure);
  if (inputs === undefined) {
    throw inputError({
      field: '--dry-run',
      message: 'this calculator has no input files',
      got: calculator.name,
    });
  }
  makeEmpty(folder);
  const files = Object.keys(inputs).map((name) => join(folder, name));
  Object.values(inputs).forEach((content, i) => {
    writeFileSync(files[i], content);
  });
  return { files, missing: calculator.missing ?? [] };
}

/** Nothing of a person's is written over. */
function makeEmpty(folder: string): void {
  let found: readonly string[];
  try {
    mkdirSync(folder, { recursive: true });
    found = readdirSync(folder);
  } catch (error) {
    throw new FailureError(
      `the folder ${folder} cannot be made (${(error as NodeJS.ErrnoException).code ?? error})`,
    );
  }
  if (found.length === 0) return;
  throw inputError({
    field: '--dry-run',
    message: 'the folder is not empty',
    got: folder,
    expected: 'a new or empty folder',
  });
}
