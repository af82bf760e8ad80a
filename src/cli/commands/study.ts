import { join, resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import { parseDuration } from '../../campaign/duration.js';
import { inputError } from '../../errors.js';
import { writeFileAtomic } from '../../store/atomicFile.js';
import { checkCampaign } from '../campaigns/check.js';
import { loadCampaign } from '../campaigns/file.js';
import { homeOf } from '../home.js';
import { studyCriteria } from '../study/criteria.js';
import { studyLookahead } from '../study/lookahead.js';
import { studyPriors } from '../study/priors.js';
import type { StudyResult, StudySettings } from '../study/result.js';
import { studySeeds } from '../study/seeds.js';
import { openStudio, type Studio } from '../study/studio.js';
import { homeOption } from './options.js';

interface StudyFlags {
  readonly seeds: string;
  readonly time?: string;
  readonly out?: string;
  readonly home?: string;
  readonly json?: boolean;
}

const STUDIES: Readonly<Record<string, (studio: Studio, settings: StudySettings) => Promise<StudyResult>>> = {
  criteria: studyCriteria,
  priors: studyPriors,
  lookahead: studyLookahead,
  seeds: studySeeds,
};

/** `anharmony study`: campaigns side by side, in this process, on one test set. */
export function registerStudy(program: Command): void {
  program
    .command('study')
    .description(
      'compare campaigns on a common test set: criteria (Fig. 3), priors, lookahead and walkers, or several seeds',
    )
    .addArgument(new Argument('<kind>', 'what to compare').choices(Object.keys(STUDIES)))
    .argument('<campaign>', 'campaign file (YAML) with a test set')
    .option('--seeds <n>', 'campaigns of each kind, seeds counted up from the file’s', '3')
    .option('--time <duration>', 'MD time of each campaign, e.g. "100 ps" (default: the file’s limit)')
    .option('--out <folder>', 'where figures and tables go (default: runs/NAME-KIND)')
    .option('--json', 'print the numbers as JSON, in eV, Å and ps')
    .addOption(homeOption())
    .action(study);
}

async function study(kind: string, path: string, flags: StudyFlags): Promise<void> {
  const settings = { seeds: seedsOf(flags.seeds), time: timeOf(flags.time) };
  const { bundle } = loadCampaign(path);
  checkCampaign(bundle);
  if (bundle.settings.test === undefined) {
    throw inputError({
      field: 'test',
      message: 'is missing: a study compares on a test set',
      got: path,
      hint: 'add for instance test: {source: reference-md}',
    });
  }
  const home = homeOf(flags);
  const studio = await openStudio(home, bundle, (line) => process.stderr.write(`${line}\n`));
  const { text, json, files } = await STUDIES[kind](studio, settings);
  const folder = resolve(flags.out ?? join(home.runs, `${bundle.settings.name}-${kind}`));
  for (const { name, content } of [
    ...files,
    { name: 'study.json', content: `${JSON.stringify(json, null, 1)}\n` },
  ])
    await writeFileAtomic(join(folder, name), content);
  process.stdout.write(
    flags.json ? `${JSON.stringify(json)}\n` : `${text}\n\nfigures and tables  ${folder}\n`,
  );
}

function seedsOf(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 100) return value;
  throw inputError({
    field: '--seeds',
    message: 'is no number of campaigns',
    got: text,
    expected: '1 to 100',
  });
}

function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = parseDuration(text);
  if (value !== undefined && value > 0) return value;
  throw inputError({
    field: '--time',
    message: 'is no time',
    got: text,
    expected: 'a time with its unit',
    hint: '--time "100 ps"',
  });
}
