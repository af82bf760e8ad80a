import { structuresToWithin } from '../../study/course.js';
import { rmseOverTime, type Series, structuresOverTime } from '../../study/figures.js';
import { coursesCsv, mevText, percentText, textTable } from '../../study/tables.js';
import { criteriaVariants, withSeed } from '../../study/variants.js';
import { type StudyResult, type StudySettings, seedsFrom } from './result.js';
import { runCampaign, type StudiedCampaign, type Studio } from './studio.js';
import { type Yardstick, yardstickOf } from './yardstick.js';

/** The comparison of the paper's Fig. 3: structures and RMSE against MD time for each criterion. */
export async function studyCriteria(studio: Studio, { seeds, time }: StudySettings): Promise<StudyResult> {
  const { settings } = studio.bundle;
  const seedList = seedsFrom(settings.seed, seeds);
  const variants = criteriaVariants(settings, time);
  const series: Series<StudiedCampaign>[] = [];
  for (const variant of variants) {
    const runs: StudiedCampaign[] = [];
    for (const seed of seedList) runs.push(await runCampaign(studio, withSeed(variant.settings, seed)));
    series.push({ name: variant.name, runs });
  }
  const yardstick = await yardstickOf(studio.environment.store, series[0].runs[0]);
  const courses = series.map(({ name, runs }) => ({ name, runs: runs.map((run) => run.course) }));
  return {
    text: [
      ...variants.map(({ name, description }) => `${name}: ${description}`),
      '',
      table(series, seedList, yardstick),
      '',
      `attainable RMSE ${mevText(yardstick.attainable, 3)} meV/Å (a fit to ${yardstick.frames} independent frames)`,
    ].join('\n'),
    json: {
      study: 'criteria',
      attainableRmse: yardstick.attainable,
      variants: variants.map(({ name, description }, k) => ({
        name,
        description,
        runs: courses[k].runs.map((course, run) => ({ seed: seedList[run], ...course })),
      })),
    },
    files: [
      { name: 'rmse.svg', content: rmseOverTime(courses, yardstick.attainable) },
      { name: 'structures.svg', content: structuresOverTime(courses) },
      { name: 'criteria.csv', content: coursesCsv(courses, seedList) },
    ],
  };
}

function table(
  series: readonly Series<StudiedCampaign>[],
  seeds: readonly number[],
  { attainable }: Yardstick,
): string {
  return textTable(
    [
      'criterion',
      'seed',
      'MD (ps)',
      'asked',
      'by stall',
      'wrecks',
      'β^-½',
      'RMSE (meV/Å)',
      'above attainable',
      'to 6 %',
      'to 3 %',
    ],
    series.flatMap(({ name, runs }) =>
      runs.map(({ course, state }, run) => {
        const last = course.points[course.points.length - 1];
        const within = (fraction: number) => String(structuresToWithin(course, attainable, fraction) ?? '–');
        return [
          name,
          String(seeds[run]),
          course.time.toFixed(1),
          String(state.picked),
          String(course.picks.stall ?? 0),
          String(course.wrecks),
          mevText(last.fittingError, 3),
          mevText(last.rmse, 3),
          percentText(last.rmse / attainable - 1),
          within(0.06),
          within(0.03),
        ];
      }),
    ),
  );
}
