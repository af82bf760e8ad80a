import { type FrameSelection, referenceFrames } from '../../../activities/tasks/testSet.js';
import { cartesianPositions } from '../../crystal/geometry.js';
import { FailureError } from '../../errors.js';
import { createPotential } from '../../reference/catalogue.js';
import { displacedForces } from '../../reference/trajectory.js';
import { parameterBlocks } from '../../regression/blocks.js';
import { createDesignMatrix } from '../../regression/designMatrix.js';
import { sumGrams } from '../../regression/gram.js';
import { fitRidge } from '../../regression/ridge.js';
import { gramOfStructures, type LabelledStructure, type Labelling } from '../../regression/trainingRows.js';
import type { Gram } from '../../regression/types.js';
import { getLabel } from '../../store/artifacts/label.js';
import { getStructure } from '../../store/artifacts/structure.js';
import { getTestSet, type TestSet } from '../../store/artifacts/testSet.js';
import type { Store } from '../../store/types.js';
import { anharmonicityOf } from '../../study/anharmonicity.js';
import { rmseOn } from '../../study/fits.js';
import type { PickRule } from '../../uncertainty/types.js';
import type { StudiedCampaign } from './studio.js';

/** What campaigns on one crystal, expansion and reference are measured with. */
export interface Yardstick {
  readonly labelling: Labelling;
  /** Sums over the common test set. */
  readonly test: Gram;
  /** RMSE on the test set of a fit to many independent frames of the reference's own MD, eV/Å: the best that the expansion can do. */
  readonly attainable: number;
  /** [P] φ′ and β^{-1/2} (eV/Å) of that fit. */
  readonly attainableParameters: Float64Array;
  readonly attainableFittingError: number;
  /** Frames of that fit. */
  readonly frames: number;
  /** Means over fits to as many such frames as a campaign needs structures, disjoint draws; eV/Å. */
  readonly random: { readonly structures: number; readonly fittingError: number; readonly rmse: number };
  /** Root of ⟨u²⟩ per component over the test set, Å. */
  readonly displacement: number;
  /** σ_A of the reference on the test set. */
  readonly anharmonicity: number;
}

/** Frames from which the attainable RMSE is found, drawn so many at a time. */
const FRAMES = 210;
const DRAW = 15;

/** NaN where the reference is no built-in potential: it has no MD of its own. */
export async function yardstickOf(store: Store, { context, state }: StudiedCampaign): Promise<Yardstick> {
  const { settings, space, supercell } = context;
  if (state.testSet === null || state.idealLabel === null)
    throw new FailureError('the campaign has no test set');
  const ideal = settings.regression.subtractIdealForces
    ? (await getLabel(store, state.idealLabel)).forces
    : undefined;
  const labelling: Labelling = { design: createDesignMatrix(space, supercell), idealForces: ideal };
  const testSet = await getTestSet(store, state.testSet);
  const test = gramOfStructures(labelling, structuresOf(testSet));
  const displacement = rootMeanSquare([testSet.displacements]);
  const { lattice, species } = supercell.crystal;
  const potential = createPotential(settings.reference, lattice, species);
  if (potential === undefined || settings.test?.source !== 'reference-md') {
    const unknown = {
      attainable: Number.NaN,
      attainableParameters: new Float64Array(space.parameters),
      attainableFittingError: Number.NaN,
      random: { structures: 0, fittingError: Number.NaN, rmse: Number.NaN },
      anharmonicity: Number.NaN,
      frames: 0,
    };
    return { labelling, test, displacement, ...unknown };
  }
  const selection: FrameSelection = {
    ...settings.test,
    frames: FRAMES,
    // Not the test set's trajectory.
    seed: settings.test.seed + 1,
  };
  const independent = await getTestSet(store, await referenceFrames(store, context, selection));
  const { prior, labelNoise } = settings.regression;
  const blocks = parameterBlocks(space);
  const draws = drawsOf(structuresOf(independent)).map((draw) => gramOfStructures(labelling, draw));
  const posterior = fitRidge(sumGrams(draws), blocks, { prior, labelNoise });
  const fits = draws.map((draw) => fitRidge(draw, blocks, { prior, labelNoise }));
  return {
    labelling,
    test,
    displacement,
    attainableParameters: posterior.parameters,
    attainable: rmseOn(test, posterior.parameters),
    attainableFittingError: 1 / Math.sqrt(posterior.beta),
    random: {
      structures: DRAW,
      fittingError: mean(fits.map((fit) => 1 / Math.sqrt(fit.beta))),
      rmse: mean(fits.map((fit) => rmseOn(test, fit.parameters))),
    },
    frames: FRAMES,
    anharmonicity: anharmonicityOf(
      displacedForces(potential, cartesianPositions(supercell.crystal)),
      testSet.displacements,
      testSet.forces,
      3 * species.length,
    ),
  };
}

/** Frames dealt out in turn, so that each draw covers the whole trajectory. */
function drawsOf(frames: readonly LabelledStructure[]): LabelledStructure[][] {
  const draws = FRAMES / DRAW;
  return Array.from({ length: draws }, (_, k) => frames.filter((_, frame) => frame % draws === k));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A structure that a campaign took from MD, and why. */
export interface PickedStructure extends LabelledStructure {
  readonly rule: PickRule;
}

/** What a campaign took from MD and has labels for, in the order in which it was taken. */
export async function structuresFromMd(
  store: Store,
  { ledger }: StudiedCampaign,
): Promise<PickedStructure[]> {
  const labels = new Map(
    ledger.flatMap((entry) => (entry.type === 'labelled' ? [[entry.structure, entry.label] as const] : [])),
  );
  const found: PickedStructure[] = [];
  for (const entry of ledger) {
    if (entry.type !== 'asked' || entry.pick === null) continue;
    const label = labels.get(entry.structure);
    if (label === undefined) continue;
    const { forces } = await getLabel(store, label);
    found.push({ displacements: await getStructure(store, entry.ref), forces, rule: entry.pick.rule });
  }
  return found;
}

/** Root of the mean square over all arrays. */
export function rootMeanSquare(arrays: readonly Float64Array[]): number {
  let sum = 0;
  let count = 0;
  for (const array of arrays) {
    for (const value of array) sum += value * value;
    count += array.length;
  }
  return Math.sqrt(sum / count);
}

export function structuresOf({ frames, displacements, forces }: TestSet): LabelledStructure[] {
  const components = displacements.length / frames;
  return Array.from({ length: frames }, (_, k) => ({
    displacements: displacements.subarray(k * components, (k + 1) * components),
    forces: forces.subarray(k * components, (k + 1) * components),
  }));
}
