import { type Command, Option } from 'commander';
import { FailureError, formatProblem } from '../../errors.js';
import { convergenceSeries, type SeriesOf } from '../../reference/series.js';
import { loadCampaign } from '../campaigns/file.js';
import { answerLines, costLine, type SeriesRow, seriesLines } from '../reference/describe.js';
import { writeInputs } from '../reference/dryRun.js';
import { singlePoint, structureOf } from '../reference/singlePoint.js';

interface ReferenceOptions {
  readonly structure?: string;
  readonly ideal?: boolean;
  readonly converge?: SeriesOf;
  readonly dryRun?: string;
}

/** `anharmony reference`: what one label is and costs, before a campaign asks for hundreds. */
export function registerReference(program: Command): void {
  program
    .command('reference')
    .description(
      'compute one label with the settings of a campaign: forces, time, memory, and what the campaign will cost',
    )
    .argument('<campaign>', 'campaign file (YAML)')
    .addOption(
      new Option('--structure <file>', 'POSCAR or extended XYZ in place of a random displacement').conflicts(
        'ideal',
      ),
    )
    .option('--ideal', 'the ideal supercell: its forces should vanish')
    .addOption(
      new Option('--converge <what>', 'force errors of a small series of settings').choices([
        'kpoints',
        'cutoff',
      ]),
    )
    .addOption(
      new Option(
        '--dry-run <folder>',
        'write the input files to a new or empty folder, run nothing',
      ).conflicts('converge'),
    )
    .action(reference);
}

async function reference(
  path: string,
  { structure: file, ideal, converge, dryRun }: ReferenceOptions,
): Promise<void> {
  const { bundle } = loadCampaign(path);
  const { settings } = bundle;
  const structure = structureOf(bundle, { file, ideal });
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  if (dryRun !== undefined) {
    const { files, missing } = writeInputs(bundle, structure, dryRun);
    for (const path of files) print(path);
    for (const problem of missing) process.stderr.write(`warning: ${formatProblem(problem)}\n`);
    return;
  }
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort(new FailureError('interrupted')));
  if (converge === undefined) {
    const answer = await singlePoint(bundle, settings.reference, structure, abort.signal);
    for (const line of answerLines(answer)) print(line);
    if (!answer.accepted) throw new FailureError('these settings gave no label');
    print(
      costLine(
        settings,
        answer.attempts.reduce((sum, attempt) => sum + attempt.seconds, 0),
      ),
    );
    return;
  }
  const rows: SeriesRow[] = [];
  for (const { name, settings: member } of convergenceSeries(settings.reference, converge)) {
    const answer = await singlePoint(bundle, member, structure, abort.signal);
    if (!answer.accepted) throw new FailureError(`${name} gave no label: ${answer.reason}`);
    rows.push({ name, seconds: answer.result.seconds, forces: answer.result.forces });
    process.stderr.write(`${name}: ${answer.result.seconds.toFixed(1)} s\n`);
  }
  for (const line of seriesLines(rows)) print(line);
}
