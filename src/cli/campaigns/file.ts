import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import {
  type CampaignBundle,
  fingerprintSource,
  type InputFile,
  METHOD_VERSION,
} from '../../campaign/bundle.js';
import { parseCampaign } from '../../campaign/parse.js';
import type { CampaignSettings } from '../../campaign/schema.js';
import { readText } from '../../crystal/read.js';
import { inputError } from '../../errors.js';
import { hashOf } from '../../store/canonical.js';

/** A campaign file with the files that it names. */
export interface LoadedCampaign {
  readonly bundle: CampaignBundle;
  readonly fingerprint: string;
}

/** Reads and validates a campaign file; throws `InputError` with everything that is wrong with it. */
export function loadCampaign(path: string): LoadedCampaign {
  return assembleCampaign(readText(path, 'CAMPAIGN'), path);
}

/** The same from the text that stands, or is to stand, at `path`. */
export function assembleCampaign(source: string, path: string): LoadedCampaign {
  const settings = parseCampaign(source, path);
  const folder = dirname(resolve(path));
  const bundle: CampaignBundle = {
    format: 'anharmony-campaign',
    methodVersion: METHOD_VERSION,
    settings,
    crystal: { name: settings.crystal, text: readInput(folder, settings.crystal, 'crystal') },
    testSet: readTestSet(folder, settings),
    ...(settings.initial.data && { data: readData(folder, settings.initial.data) }),
    source,
    folder,
  };
  return campaignOf(bundle);
}

export function campaignOf(bundle: CampaignBundle): LoadedCampaign {
  return { bundle, fingerprint: hashOf(fingerprintSource(bundle)) };
}

function readData(folder: string, names: readonly string[]): InputFile[] {
  return names.map((name, k) => ({ name, text: readInput(folder, name, `initial.data.${k}`) }));
}

function readTestSet(folder: string, { test }: CampaignSettings) {
  if (test?.source !== 'file') return null;
  return { name: test.file, text: readInput(folder, test.file, 'test.file') };
}

/** Files that a campaign names lie in its folder, so that the folder is the whole campaign. */
function readInput(folder: string, name: string, field: string): string {
  const path = resolve(folder, name);
  const within = relative(folder, path);
  if (isAbsolute(name) || within.startsWith(`..${sep}`) || within === '..') {
    throw inputError({
      field,
      message: 'leaves the folder of the campaign file',
      got: name,
      expected: 'a path inside it',
      hint: 'copy the file beside the campaign file: the folder is then the whole campaign',
    });
  }
  return readText(path, field);
}
