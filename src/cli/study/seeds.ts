import { gramOfStructures } from '../../regression/trainingRows.js';
import { structuresToWithin } from '../../study/course.js';
import { rmseOverTime, structuresOverTime } from '../../study/figures.js';
import { rmseOn } from '../../study/fits.js';
import { coursesCsv, mevText, percentText, textTable } from '../../study/tables.js';
import { withSeed } from '../../study/variants.js';
import { type StudyResult, type StudySettings, seedsFrom } from './result.js';
import { runCampaign, type StudiedCampaign, type Studio } from './studio.js';
import {
  type PickedStructure,
  rootMeanSquare,
  structuresFromMd,
  type Yardstick,
  yardstickOf,
} from './yardstick.js';

/** The campaign as it is with several seeds: how many structures it needs, how near it comes, how well it knows. */
export async function studySeeds(studio: Studio, { seeds, time }: StudySettings): Promise<StudyResult> {
  const { settings } = studio.bundle;
  const seedList = seedsFrom(settings.seed, seeds);
  const runs: StudiedCampaign[] = [];
  for (const seed of seedList) {
    const limits = { ...settings.limits, time: time ?? settings.limits.time };
    runs.push(await runCampaign(studio, withSeed({ ...settings, limits }, seed)));
  }
  const yardstick = await yardstickOf(studio.environment.store, runs[0]);
  const courses = [{ name: settings.name, runs: runs.map((run) => run.course) }];
  const found: Finding[] = [];
  for (const run of runs) {
    const picked = await structuresFromMd(studio.environment.store, run);
    found.push({ ...finding(run, yardstick), ...hardness(picked, yardstick) });
  }
  return {
    text: [
      table(found, seedList),
      '',
      'hardness: RMSE of the best fit on the structures taken over that on the test set; √⟨u²⟩: the same ratio of displacements',
      `attainable RMSE ${mevText(yardstick.attainable, 3)} meV/Å (a fit to ${yardstick.frames} independent frames, β^-½ ${mevText(yardstick.attainableFittingError, 3)}); σ_A of the reference ${yardstick.anharmonicity.toFixed(3)}`,
      `${yardstick.random.structures} random frames instead: β^-½ ${mevText(yardstick.random.fittingError, 3)}, RMSE ${mevText(yardstick.random.rmse, 3)} meV/Å, ${percentText(yardstick.random.rmse / yardstick.attainable - 1)} above attainable, calibration ${ratioText(yardstick.random.fittingError / yardstick.random.rmse)}`,
    ].join('\n'),
    json: {
      study: 'seeds',
      attainableRmse: yardstick.attainable,
      attainableFittingError: yardstick.attainableFittingError,
      random: yardstick.random,
      anharmonicity: yardstick.anharmonicity,
      runs: found.map((finding, run) => ({ seed: seedList[run], ...finding, ...courses[0].runs[run] })),
    },
    files: [
      { name: 'rmse.svg', content: rmseOverTime(courses, yardstick.attainable) },
      { name: 'structures.svg', content: structuresOverTime(courses) },
      { name: 'seeds.csv', content: coursesCsv(courses, seedList) },
    ],
  };
}

interface Finding {
  readonly verdict: string;
  readonly time: number;
  readonly fromMd: number;
  readonly fittingError: number;
  readonly expected: number;
  readonly rmse: number;
  /** RMSE above the attainable one, as a fraction of it. */
  readonly excess: number;
  /** Expected over found RMSE: sqrt(β⁻¹ + μ² + σ²)/RMSE. */
  readonly calibration: number;
  /** Structures from MD after which the RMSE stays within 6 % and 3 % of the attainable one. */
  readonly toSixPercent: number | null;
  readonly toThreePercent: number | null;
  readonly wrecks: number;
  /** RMSE of the best fit on the structures that were taken, over its RMSE on the test set; and the same of √⟨u²⟩. */
  readonly hardness: number;
  readonly displacement: number;
  /** The same hardness of those that a criterion took, and of those that the stall rule took. */
  readonly hardnessOfCriterion: number;
  readonly hardnessOfStall: number;
  /** Structure by structure, in the order in which they were taken. */
  readonly structures: readonly { readonly rule: string; readonly hardness: number }[];
}

/** How much harder than thermal frames the structures are that were taken: what inflates β^{-1/2} beyond the RMSE. */
function hardness(picked: readonly PickedStructure[], yardstick: Yardstick) {
  const { labelling, attainable, attainableParameters, displacement } = yardstick;
  const structures = picked.map((pick) => ({
    rule: pick.rule,
    hardness: rmseOn(gramOfStructures(labelling, [pick]), attainableParameters) / attainable,
  }));
  const over = (chosen: typeof structures): number =>
    rootMeanSquare([Float64Array.from(chosen, (p) => p.hardness)]);
  return {
    hardness: over(structures),
    displacement: rootMeanSquare(picked.map((p) => p.displacements)) / displacement,
    hardnessOfCriterion: over(structures.filter((p) => p.rule !== 'stall')),
    hardnessOfStall: over(structures.filter((p) => p.rule === 'stall')),
    structures,
  };
}

function finding({ course, state }: StudiedCampaign, { attainable }: Yardstick) {
  const last = course.points[course.points.length - 1];
  return {
    verdict: state.verdict?.kind ?? 'running',
    time: course.time,
    fromMd: last.fromMd,
    fittingError: last.fittingError,
    expected: last.expected,
    rmse: last.rmse,
    excess: last.rmse / attainable - 1,
    calibration: last.expected / last.rmse,
    toSixPercent: structuresToWithin(course, attainable, 0.06),
    toThreePercent: structuresToWithin(course, attainable, 0.03),
    wrecks: course.wrecks,
  };
}

function table(found: readonly Finding[], seeds: readonly number[]): string {
  return textTable(
    [
      'seed',
      'verdict',
      'MD (ps)',
      'structures',
      'β^-½',
      'expected',
      'RMSE (meV/Å)',
      'above attainable',
      'expected/RMSE',
      'to 6 %',
      'to 3 %',
      'hardness',
      'by criterion',
      'by stall',
      '√⟨u²⟩',
    ],
    found.map((f, run) => [
      String(seeds[run]),
      f.verdict,
      f.time.toFixed(1),
      String(f.fromMd),
      mevText(f.fittingError, 3),
      mevText(f.expected, 3),
      mevText(f.rmse, 3),
      percentText(f.excess),
      ratioText(f.calibration),
      String(f.toSixPercent ?? '–'),
      String(f.toThreePercent ?? '–'),
      ratioText(f.hardness),
      ratioText(f.hardnessOfCriterion),
      ratioText(f.hardnessOfStall),
      ratioText(f.displacement),
    ]),
  );
}

function ratioText(ratio: number): string {
  return Number.isFinite(ratio) ? ratio.toFixed(2) : '–';
}
