import { parseExtxyz } from '../../src/crystal/formats/extxyz.js';
import { cartesianPositions } from '../../src/crystal/geometry.js';
import { displacementsFrom } from '../../src/crystal/matching.js';
import { inputError } from '../../src/errors.js';
import { createPotential } from '../../src/reference/catalogue.js';
import { referenceTrajectory } from '../../src/reference/trajectory.js';
import { putTestSet, type TestSet } from '../../src/store/artifacts/testSet.js';
import type { ActivityInput } from '../types.js';
import { type CampaignContext, campaignContext } from './context.js';
import type { TaskEnvironment } from './environment.js';
import { atomMasses } from './model.js';

/** Structures on which nothing is decided: frames of MD driven by the reference itself, or of a file. */
export async function testSet(
  { store, report }: TaskEnvironment,
  { campaign, command }: ActivityInput<'test-set'>,
) {
  report({ phase: 'test-set', frames: 0, of: 0 });
  const context = await campaignContext(store, campaign);
  const set = context.settings.test?.source === 'file' ? fromFile(context) : fromReference(context);
  return {
    type: 'test-set' as const,
    command: command.id,
    testSet: await putTestSet(store, set),
    frames: set.frames,
  };
}

function fromReference(context: CampaignContext): TestSet {
  const { settings, supercell } = context;
  const test = settings.test!;
  const { lattice, species } = supercell.crystal;
  const potential = createPotential(settings.reference, lattice, species);
  if (test.source !== 'reference-md' || potential === undefined) {
    throw inputError({
      field: 'test.source',
      message: 'MD driven by the reference needs a built-in potential',
      got: settings.reference.calculator,
      hint: 'give the test set as a file: test: {source: file, file: …}',
    });
  }
  const frames = referenceTrajectory({
    potential,
    ideal: cartesianPositions(supercell.crystal),
    masses: atomMasses(context),
    temperature: settings.md.temperature,
    timestep: settings.md.timestep,
    friction: settings.md.friction,
    seed: test.seed,
    equilibration: test.equilibration,
    spacing: test.spacing,
    count: test.frames,
  });
  return gather(frames);
}

function fromFile({ bundle, supercell }: CampaignContext): TestSet {
  const { name, text } = bundle.testSet!;
  const frames = parseExtxyz(text, name).map((frame, k) => {
    if (frame.forces === undefined) {
      throw inputError({
        field: `${name}: frame ${k + 1}`,
        message: 'has no forces',
        expected: 'a column REF_forces or forces',
      });
    }
    const { displacements, order } = displacementsFrom(supercell, frame);
    const forces = new Float64Array(displacements.length);
    order.forEach((atom, from) => forces.set(frame.forces!.subarray(3 * from, 3 * from + 3), 3 * atom));
    return { displacements, forces };
  });
  return gather(frames);
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
