import { existsSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import {
  type CampaignBundle,
  type DataInput,
  fingerprintSource,
  type InputFile,
  METHOD_VERSION,
} from '../../campaign/bundle.js';
import { parseCampaign } from '../../campaign/parse.js';
import type { DataSelection } from '../../crystal/dataSelection.js';
import { readText } from '../../crystal/read.js';
import { inputError } from '../../errors.js';
import { hashOf } from '../../store/canonical.js';
import { dataText, readDataFile } from '../data/dataFile.js';

/** A campaign file with the files that it names. */
export interface LoadedCampaign {
  readonly bundle: CampaignBundle;
  readonly fingerprint: string;
}

/** Reads and validates a campaign file; throws `InputError` with everything that is wrong with it. */
export function loadCampaign(path: string): LoadedCampaign {
  return assembleCampaign(readText(path, 'CAMPAIGN'), path);
}

/**
 * The same from the text that stands, or is to stand, at `path`.
 * @param spare files that will be put beside it where they are not there
 */
export function assembleCampaign(
  source: string,
  path: string,
  spare: readonly InputFile[] = [],
): LoadedCampaign {
  const settings = parseCampaign(source, path);
  const folder = dirname(resolve(path));
  const read = (name: string, field: string) => readInput(folder, name, field, spare);
  const readData = (file: DataSource, field: string) => readDataInput(folder, file, field, spare);
  const bundle: CampaignBundle = {
    format: 'anharmony-campaign',
    methodVersion: METHOD_VERSION,
    settings,
    crystal: { name: settings.crystal, text: read(settings.crystal, 'crystal') },
    testSet: settings.test?.source === 'file' ? readData(settings.test, 'test.file') : null,
    ...(settings.initial.data && {
      data: settings.initial.data.map((file, k) =>
        typeof file === 'string'
          ? readData({ file }, `initial.data.${k}`)
          : readData(file, `initial.data.${k}.file`),
      ),
    }),
    source,
    folder,
  };
  return campaignOf(bundle);
}

export function campaignOf(bundle: CampaignBundle): LoadedCampaign {
  return { bundle, fingerprint: hashOf(fingerprintSource(bundle)) };
}

/** The files that a campaign reads. */
export function inputsOf({ crystal, testSet, data }: CampaignBundle): readonly InputFile[] {
  return [crystal, ...(testSet ? [testSet] : []), ...(data ?? [])];
}

/** Files that a campaign names lie in its folder, so that the folder is the whole campaign. */
function readInput(folder: string, name: string, field: string, spare: readonly InputFile[]): string {
  const path = pathWithin(folder, name, field);
  const kept = existsSync(path) ? undefined : spare.find((file) => file.name === name);
  return kept?.text ?? readText(path, field);
}

/** A file of a trajectory, or a part of it. */
interface DataSource extends DataSelection {
  readonly file: string;
}

function readDataInput(
  folder: string,
  { file: name, every, from, to }: DataSource,
  field: string,
  spare: readonly InputFile[],
): DataInput {
  const path = pathWithin(folder, name, field);
  const part = every !== undefined || from !== undefined || to !== undefined;
  const reading = part ? { selection: { every, from, to } } : {};
  const kept = existsSync(path) ? undefined : spare.find((file) => file.name === name);
  const { text, refused } = kept ? dataText(kept.text, path, reading) : readDataFile(path, field, reading);
  return { name, text, ...(refused && { refused }) };
}

function pathWithin(folder: string, name: string, field: string): string {
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
  return path;
}
