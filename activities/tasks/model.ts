import { nearestNeighbourDistance } from '../../src/crystal/minimum-image.js';
import type { WalkerModel } from '../../src/exploration/model.js';
import type { ForceField } from '../../src/forcefield/forceField.js';
import { decodeForceField } from '../../src/forcefield/forceField.js';
import { createForceKernel, type ForceKernel } from '../../src/forcefield/forceKernel.js';
import type { Ref, Store } from '../../src/store/types.js';
import { type BayesianError, createBayesianError } from '../../src/uncertainty/bayesianError.js';
import type { CampaignContext } from './context.js';

interface Kernels {
  readonly context: CampaignContext;
  readonly force: ForceKernel;
  readonly error: BayesianError;
  /** The force field whose numbers they hold; undefined once a structure was added to the covariance. */
  loaded?: string;
}

let kept: Kernels | undefined;

export async function readForceFieldArtifact(store: Store, ref: Ref): Promise<ForceField> {
  return decodeForceField(await store.get(ref));
}

/**
 * The force field as a walker moves in it, its error bar on as many threads as are worth it. Kernels are kept by the
 * thread; their memory is the campaign's largest.
 */
export async function walkerModel(
  store: Store,
  context: CampaignContext,
  ref: Ref,
  threads = 1,
): Promise<WalkerModel> {
  const { space, supercell, primitive } = context;
  if (kept?.context !== context) {
    kept?.error.close();
    kept = {
      context,
      force: createForceKernel(space, supercell),
      error: createBayesianError(space, supercell, { threads }),
    };
  }
  const kernels = kept;
  const field = await readForceFieldArtifact(store, ref);
  if (kernels.loaded !== ref.hash) {
    kernels.force.setParameters(field.parameters);
    kernels.error.setPrecision(field.precisionFactor!, field.beta);
    kernels.loaded = ref.hash;
  }
  return {
    masses: atomMasses(context),
    nearestNeighbour: nearestNeighbourDistance(primitive.crystal),
    fittingError: 1 / Math.sqrt(field.beta),
    force: (u, forces) => kernels.force.evaluate(u, forces),
    error: (u) => kernels.error.evaluate(u),
    addStructure: (u) => {
      kernels.loaded = undefined;
      kernels.error.addStructure(u);
    },
  };
}

/** [atoms] amu */
export function atomMasses({ primitive, supercell }: CampaignContext): Float64Array {
  return Float64Array.from(supercell.siteOf, (site) => primitive.masses[site]);
}
