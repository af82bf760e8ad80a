import { batchesToWithin, structuresToWithin } from '../../study/course.js';
import { rmseOverBatches, type Series } from '../../study/figures.js';
import { coursesCsv, mevText, percentText, textTable } from '../../study/tables.js';
import { lookaheadVariants, withSeed } from '../../study/variants.js';
import { type StudyResult, type StudySettings, seedsFrom } from './result.js';
import { runCampaign, type StudiedCampaign, type Studio } from './studio.js';
import { yardstickOf } from './yardstick.js';

/** Near enough to the attainable RMSE (METHOD, "Lookahead"). */
const WITHIN = 0.03;

/**
 * What working ahead costs and saves: structures, batches of labels one after another, and RMSE for lookahead M of one
 * walker, and for several walkers with their picks screened jointly or all taken.
 */
export async function studyLookahead(studio: Studio, { seeds, time }: StudySettings): Promise<StudyResult> {
  const { settings } = studio.bundle;
  const seedList = seedsFrom(settings.seed, seeds);
  const variants = lookaheadVariants(settings, time);
  const series: Series<StudiedCampaign>[] = [];
  for (const { name, settings: own, screened } of variants) {
    const runs: StudiedCampaign[] = [];
    for (const seed of seedList) runs.push(await runCampaign(studio, withSeed(own, seed), { screened }));
    series.push({ name, runs });
  }
  const { attainable, frames } = await yardstickOf(studio.environment.store, series[0].runs[0]);
  const courses = series.map(({ name, runs }) => ({ name, runs: runs.map((run) => run.course) }));
  return {
    text: [
      table(series, attainable),
      '',
      `means over ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}; attainable RMSE ${mevText(attainable, 3)} meV/Å (a fit to ${frames} independent frames)`,
      `batches: sets of labels that follow each other, each computed side by side; to 3 %: until the RMSE stays within 3 % of the attainable one`,
    ].join('\n'),
    json: {
      study: 'lookahead',
      attainableRmse: attainable,
      variants: variants.map(({ name, description }, k) => ({
        name,
        description,
        runs: series[k].runs.map(({ course, state }, run) => ({
          seed: seedList[run],
          verdict: state.verdict?.kind,
          asked: state.picked,
          ...course,
        })),
      })),
    },
    files: [
      { name: 'rmse.svg', content: rmseOverBatches(courses, attainable) },
      { name: 'lookahead.csv', content: coursesCsv(courses, seedList) },
    ],
  };
}

function table(series: readonly Series<StudiedCampaign>[], attainable: number): string {
  return textTable(
    [
      'campaign',
      'MD (ps)',
      'asked',
      'batches',
      'β^-½',
      'RMSE (meV/Å)',
      'above attainable',
      'structures to 3 %',
      'batches to 3 %',
    ],
    series.map(({ name, runs }) => {
      const mean = (of: (run: StudiedCampaign) => number) =>
        runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
      const last = ({ course }: StudiedCampaign) => course.points[course.points.length - 1];
      const rmse = mean((run) => last(run).rmse);
      return [
        name,
        mean(({ course }) => course.time).toFixed(1),
        mean(({ state }) => state.picked).toFixed(1),
        mean(({ course }) => course.points.filter((p) => p.fromMd > 0).length).toFixed(1),
        mevText(
          mean((run) => last(run).fittingError),
          3,
        ),
        mevText(rmse, 3),
        percentText(rmse / attainable - 1),
        reached(runs, ({ course }) => structuresToWithin(course, attainable, WITHIN)),
        reached(runs, ({ course }) => batchesToWithin(course, attainable, WITHIN)),
      ];
    }),
  );
}

/** The mean over the seeds that came so near, and how many did where not all. */
function reached(runs: readonly StudiedCampaign[], of: (run: StudiedCampaign) => number | null): string {
  const found = runs.map(of).filter((value) => value !== null);
  if (found.length === 0) return '–';
  const mean = (found.reduce((a, b) => a + b, 0) / found.length).toFixed(1);
  return found.length === runs.length ? mean : `${mean} (${found.length} of ${runs.length})`;
}
