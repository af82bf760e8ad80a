import { parameterBlocks } from '../../regression/blocks.js';
import { gramOfStructures } from '../../regression/trainingRows.js';
import type { Gram } from '../../regression/types.js';
import { evidenceOverStructures, rmseOverStructures, type Series } from '../../study/figures.js';
import { type FitPoint, learningCurve } from '../../study/fits.js';
import { fitsCsv, mevText, percentText, textTable } from '../../study/tables.js';
import { withSeed } from '../../study/variants.js';
import { type StudyResult, type StudySettings, seedsFrom } from './result.js';
import { runCampaign, type StudiedCampaign, type Studio } from './studio.js';
import { structuresFromMd, yardstickOf } from './yardstick.js';

const PRIORS = ['isotropic', 'by-order', 'decay'] as const;
/** Numbers of structures in the table; the figures and the CSV have them all. */
const SHOWN = [1, 2, 3, 5, 8, 12, 15, 20, 30, 40];

/** The priors on the same structures: those that the campaign took from MD, in order, one more at a time. */
export async function studyPriors(studio: Studio, { seeds, time }: StudySettings): Promise<StudyResult> {
  const { settings } = studio.bundle;
  const seedList = seedsFrom(settings.seed, seeds);
  const runs: StudiedCampaign[] = [];
  for (const seed of seedList) {
    const limits = { ...settings.limits, time: time ?? settings.limits.time };
    runs.push(await runCampaign(studio, withSeed({ ...settings, limits }, seed)));
  }
  const { store } = studio.environment;
  const { labelling, test, attainable, frames } = await yardstickOf(store, runs[0]);
  const blocks = parameterBlocks(runs[0].context.space);
  const sums: Gram[][] = [];
  for (const run of runs) {
    const structures = await structuresFromMd(store, run);
    sums.push(structures.map((structure) => gramOfStructures(labelling, [structure])));
  }
  const { labelNoise } = settings.regression;
  const series = PRIORS.map((prior) => {
    studio.say(`fits with prior ${prior}`);
    return {
      name: prior,
      runs: sums.map((grams) => learningCurve(grams, blocks, test, { prior, labelNoise })),
    };
  });
  return {
    text: [
      table(series, attainable),
      '',
      `means over ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}; attainable RMSE ${mevText(attainable, 3)} meV/Å (a fit to ${frames} independent frames with prior ${settings.regression.prior})`,
    ].join('\n'),
    json: {
      study: 'priors',
      attainableRmse: attainable,
      priors: series.map(({ name, runs }) => ({
        name,
        runs: runs.map((fits, k) => ({ seed: seedList[k], fits })),
      })),
    },
    files: [
      { name: 'rmse.svg', content: rmseOverStructures(series, attainable) },
      { name: 'evidence.svg', content: evidenceOverStructures(series) },
      { name: 'priors.csv', content: fitsCsv(series, seedList) },
    ],
  };
}

/** Means over the seeds that have so many structures. */
function table(series: readonly Series<readonly FitPoint[]>[], attainable: number): string {
  const most = series[0].runs.reduce((a, curve) => Math.max(a, curve.length), 0);
  const mean = (k: number, n: number, of: (p: FitPoint) => number): number => {
    const points = series[k].runs.filter((curve) => curve.length >= n).map((curve) => of(curve[n - 1]));
    return points.reduce((sum, value) => sum + value, 0) / points.length;
  };
  return textTable(
    [
      'structures',
      ...series.flatMap(({ name }) => [`RMSE ${name}`, 'excess']),
      ...series.slice(1).map(({ name }) => `ln p ${name}`),
    ],
    SHOWN.filter((n) => n <= most).map((n) => [
      String(n),
      ...series.flatMap((_, k) => {
        const rmse = mean(k, n, (p) => p.rmse);
        return [mevText(rmse, 3), percentText(rmse / attainable - 1)];
      }),
      ...series.slice(1).map((_, k) => {
        const above = mean(k + 1, n, (p) => p.logEvidence) - mean(0, n, (p) => p.logEvidence);
        return `${above < 0 ? '−' : '+'}${Math.abs(above).toFixed(0)}`;
      }),
    ]),
  );
}
