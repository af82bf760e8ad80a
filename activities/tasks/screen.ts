import { getStructure } from '../../src/store/artifacts/structure.js';
import type { ActivityInput } from '../types.js';
import { campaignContext } from './context.js';
import type { TaskEnvironment } from './environment.js';
import { walkerModel } from './model.js';

/**
 * Joint screening of several walkers' picks (METHOD, "Several walkers"), in canonical order: a criterion's pick stays if
 * ε_B under the covariance of those that stayed before it still exceeds its own threshold, a stall pick if too few are there
 * or ε_B is still large; the first always stays, and so does what follows a wreck or was asked for by a person.
 */
export async function screen(
  { store, report }: TaskEnvironment,
  { campaign, command }: ActivityInput<'screen'>,
) {
  report({ phase: 'fit' });
  const context = await campaignContext(store, campaign);
  const model = await walkerModel(store, context, command.forceField);
  const { quantity, stall } = command.acquisition;
  const kept: number[] = [];
  for (const { id, structure, pick } of command.picks) {
    const u = await getStructure(store, structure);
    const bar = model.error(u);
    const error = quantity === 'rms' ? bar.rms : bar.largestAtom;
    const stalled =
      stall !== null &&
      (command.picked + kept.length < stall.structures || error > stall.fraction * model.fittingError);
    const stays =
      kept.length === 0 ||
      pick === null ||
      pick.rule === 'wreck' ||
      pick.rule === 'person' ||
      (pick.rule === 'stall' ? stalled : error > (pick.threshold ?? 0));
    if (!stays) continue;
    kept.push(id);
    model.addStructure(u);
  }
  return { type: 'screened' as const, command: command.id, kept };
}
