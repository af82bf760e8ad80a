import { programOf } from '../../src/campaign/bundle.js';
import { cartesianPositions } from '../../src/crystal/geometry.js';
import { labelledFrames } from '../../src/crystal/labelledFrames.js';
import { inputError } from '../../src/errors.js';
import { stretched } from '../../src/md/temperature.js';
import { createPotential } from '../../src/reference/catalogue.js';
import { referenceTrajectory } from '../../src/reference/trajectory.js';
import { getTestSet, putTestSet, type TestSet } from '../../src/store/artifacts/testSet.js';
import { hashOf } from '../../src/store/canonical.js';
import type { Ref, Store } from '../../src/store/types.js';
import type { ActivityInput } from '../types.js';
import { type CampaignContext, campaignContext } from './context.js';
import type { TaskEnvironment } from './environment.js';
import { calculatorOf } from './label.js';
import { atomMasses } from './model.js';

/** Structures on which nothing is decided: frames of MD driven by the reference itself, or of a file. */
export async function testSet(
  { store, report }: TaskEnvironment,
  { campaign, command }: ActivityInput<'test-set'>,
) {
  report({ phase: 'test-set', frames: 0, of: 0 });
  const context = await campaignContext(store, campaign);
  const test = context.settings.test!;
  const ref =
    test.source === 'file'
      ? await putTestSet(store, fromFile(context))
      : await referenceFrames(store, context, test);
  const { frames } = await getTestSet(store, ref);
  return { type: 'test-set' as const, command: command.id, testSet: ref, frames };
}

/** Which frames of MD driven by the reference; times in fs. */
export interface FrameSelection {
  readonly frames: number;
  readonly spacing: number;
  readonly equilibration: number;
  readonly seed: number;
}

/** Frames of MD driven by the reference at the campaign's temperature, or along the whole of its schedule; found again where any campaign has made them before. */
export async function referenceFrames(
  store: Store,
  context: CampaignContext,
  { frames, spacing, equilibration, seed }: FrameSelection,
): Promise<Ref> {
  const { settings, supercell, supercellHash } = context;
  const { lattice, species } = supercell.crystal;
  const potential = createPotential(settings.reference, lattice, species);
  if (potential === undefined) {
    throw inputError({
      field: 'test.source',
      message: 'MD driven by the reference needs a built-in potential',
      got: settings.reference.calculator,
      hint: 'give the test set as a file: test: {source: file, file: …}',
    });
  }
  const { timestep, friction } = settings.md;
  const steps = (femtoseconds: number) => Math.round(femtoseconds / timestep);
  const program = programOf(settings.md.temperature, timestep);
  const temperature = stretched(program, steps(frames * spacing), steps(equilibration));
  const trajectory = { temperature, timestep, friction, seed, equilibration, spacing, count: frames };
  const masses = atomMasses(context);
  const { identity } = calculatorOf(context);
  const key = hashOf({ supercell: supercellHash, masses: [...masses], reference: identity, trajectory });
  const known = await store.resolve('test-set', key);
  if (known) return known;
  const ideal = cartesianPositions(supercell.crystal);
  const made = gather(referenceTrajectory({ potential, ideal, masses, ...trajectory }));
  return store.link('test-set', key, await putTestSet(store, made));
}

function fromFile({ bundle, supercell }: CampaignContext): TestSet {
  const { name, text } = bundle.testSet!;
  return gather(labelledFrames(text, name, supercell));
}

function gather(
  frames: readonly { readonly displacements: Float64Array; readonly forces: Float64Array }[],
): TestSet {
  const components = frames[0].displacements.length;
  const displacements = new Float64Array(frames.length * components);
  const forces = new Float64Array(frames.length * components);
  frames.forEach((frame, k) => {
    displacements.set(frame.displacements, k * components);
    forces.set(frame.forces, k * components);
  });
  return { frames: frames.length, displacements, forces };
}
