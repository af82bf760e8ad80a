import { type AdviceFacts, advise } from '../../campaign/advice.js';
import { confidence, confidenceText } from '../../campaign/confidence.js';
import { biasText, failureBias, NO_FATES } from '../../campaign/failures.js';
import { forecast } from '../../campaign/forecast.js';
import { totalOf } from '../../campaign/ledger.js';
import type { CampaignState } from '../../campaign/state.js';
import { expectedErrorInterval } from '../../report/expectedError.js';
import { forecastLine } from '../../report/forecast.js';
import { forceError, forceErrorInterval, percent, picoseconds } from '../../report/numbers.js';
import { wreckText } from '../../report/wrecks.js';

/** The verdict with its numbers, for the last lines of a run and for `status`. */
export function verdictLines(state: CampaignState): string[] {
  const { verdict, forceField, assessment, training, rules } = state;
  const lines = [
    `${verdict?.kind ?? 'running'}: ${verdict?.reason ?? `stage ${state.stage}, round ${state.round}`}`,
  ];
  const time = state.walkers.reduce((sum, w) => sum + (w.step * rules.timestep) / 1000, 0);
  lines.push(
    `  ${training.md} structures from MD of ${totalOf(training)} in the training set, ${picoseconds(time)} of MD, ${state.cost.referenceRuns} reference runs`,
  );
  lines.push(...steeringLines(state));
  if (!forceField) return [...lines, ...advise(factsOf(state)).map((advice) => `  hint: ${advice}`)];
  lines.push(`  fitting error β^-1/2 ${forceError(forceField.fittingError)}`);
  if (assessment?.mean != null) {
    lines.push(
      `  Bayesian error μ ${forceError(assessment.mean)} (${percent(assessment.ratio)} of the fitting error)`,
    );
  }
  if (assessment?.expectedRmse != null) {
    const interval = expectedErrorInterval(assessment.expectedRmse, training.md);
    lines.push(
      `  expected force RMSE ${forceError(assessment.expectedRmse)} (${forceErrorInterval(interval)})`,
    );
  }
  if (forceField.test) {
    const { rmse, mae, frames } = forceField.test;
    lines.push(`  test set of ${frames} structures: RMSE ${forceError(rmse)}, MAE ${forceError(mae)}`);
  }
  const wrecks = wreckText(state.wrecks ?? 0);
  if (wrecks !== undefined) lines.push(`  ${wrecks}`);
  if (verdict === null) {
    const left = forecastLine(forecast(state));
    if (left !== undefined) lines.push(`  ${left}`);
  }
  return [...lines, ...trustLines(state), ...advise(factsOf(state)).map((advice) => `  hint: ${advice}`)];
}

/** How convergence was approached, a line for each look at it. */
export function courseLines({ course = [] }: CampaignState): string[] {
  if (course.length === 0) return ['  no look at convergence yet'];
  const rows = course.map(({ round, structures, fittingError, mean, deviation }) => [
    String(round),
    String(structures),
    forceError(fittingError),
    mean === null ? '–' : forceError(mean),
    deviation === null ? '–' : forceError(deviation),
    mean === null ? '–' : percent(mean / fittingError),
  ]);
  const table = [['round', 'structures', 'β^-1/2', 'μ[ε_B]', 'σ[ε_B]', 'μ/β^-1/2'], ...rows];
  const widths = table[0].map((_, k) => Math.max(...table.map((row) => row[k].length)));
  return table.map((row) => `  ${row.map((cell, k) => cell.padStart(widths[k])).join('  ')}`);
}

/** What people have told the campaign and what it asks of them. */
function steeringLines(state: CampaignState): string[] {
  const { paused, stopping, verdict, quarantine, nextRules, round } = state;
  const bias = failureBias(state.fates ?? NO_FATES);
  const waiting = quarantine.filter((q) => !q.retry);
  return [
    ...(paused
      ? [`  paused by ${paused.by} since ${paused.at}: \`anharmony resume ${state.name}\` lets it go on`]
      : []),
    ...(stopping && verdict === null
      ? [`  stops when this round is over (${stopping.by}, ${stopping.at})`]
      : []),
    ...(nextRules ? [`  other settings hold from round ${round + 1} on`] : []),
    ...(bias ? [`  ${bias.apart ? 'warning: ' : ''}${biasText(bias)}`] : []),
    ...waiting.map(({ id, reason }) => `  warning: structure ${id} is quarantined: ${reason}`),
    ...(waiting.length > 0 && verdict === null
      ? [`  \`anharmony resolve ${state.name} STRUCTURE --retry | --skip | --abort\` answers for them`]
      : []),
  ];
}

/** Whether labels bear the error bars out, and which of them look wrong. */
function trustLines({ labelRatios, suspects }: CampaignState): string[] {
  const trust = confidence(labelRatios ?? []);
  const lines: string[] = [];
  if (trust) lines.push(`  ${trust.verdict === 'calibrated' ? '' : 'warning: '}${confidenceText(trust)}`);
  if (suspects && suspects.length > 0)
    lines.push(
      `  warning: suspect labels: structures ${suspects.join(', ')}; the report tells how far off they are`,
    );
  return lines;
}

function factsOf(state: CampaignState): AdviceFacts {
  const { verdict, rules, assessment, forceField, training } = state;
  return {
    verdict: verdict?.kind ?? null,
    rules,
    assessment,
    fittingError: forceField?.fittingError ?? null,
    learning: state.learning ?? [],
    fromMd: training.md,
    picked: state.picked,
    quarantined: state.quarantined,
    wrecks: state.wrecks ?? 0,
    steps: Math.max(...state.walkers.map((w) => w.step)),
    notDetermined: forceField?.notDetermined ?? [],
  };
}
