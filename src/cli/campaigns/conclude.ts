import { join } from 'node:path';
import { RESULT_FILES } from '../../../activities/tasks/publish.js';
import type { CampaignState } from '../../campaign/state.js';
import { EXIT, exitCodeOf } from '../exit.js';
import type { ViewFormat } from '../live/view.js';
import { verdictLines } from './verdict.js';

/** The last lines of a run: verdict with its numbers, paths, hash; for machines one JSON line. Sets the exit code. */
export function conclude(state: CampaignState, folder: string, format: ViewFormat): void {
  const write = (line: string) => process.stdout.write(`${line}\n`);
  process.exitCode = state.publishProblem ? EXIT.failure : exitCodeOf(state.verdict);
  if (format === 'json') return void write(JSON.stringify(resultLine(state, folder)));
  for (const line of verdictLines(state)) write(line);
  if (state.publishProblem) return void write(`the results could not be written: ${state.publishProblem}`);
  if (state.forceField) write(`force field  ${join(folder, RESULT_FILES.forceField)}`);
  write(`report       ${join(folder, RESULT_FILES.report)}`);
  write(`ledger       ${join(folder, RESULT_FILES.ledger)}`);
  if (state.forceField) write(`force constants ${state.forceField.parametersHash}`);
}

function resultLine(state: CampaignState, folder: string): object {
  const { name, verdict, forceField, assessment, training, cost, publishProblem } = state;
  return {
    level: 'info',
    time: new Date().toISOString(),
    campaign: name,
    walker: null,
    step: Math.max(0, ...state.walkers.map((w) => w.step)),
    verdict: verdict?.kind ?? null,
    reason: verdict?.reason ?? null,
    forceConstants: forceField?.parametersHash ?? null,
    fittingError: forceField?.fittingError ?? null,
    bayesianError: assessment?.mean ?? null,
    expectedRmse: assessment?.expectedRmse ?? null,
    test: forceField?.test ?? null,
    training,
    cost,
    folder,
    ...(publishProblem !== undefined && { publishProblem }),
    msg: 'result',
  };
}
