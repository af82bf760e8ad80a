import { copyState, maxwellBoltzmann } from '../md/state.js';
import { startTemperature } from '../md/temperature.js';
import type { MdState } from '../md/types.js';
import type { WalkerCheckpoint, WalkerSettings } from './types.js';

/** MD steps between the states that a wreck may go back to (METHOD, blow-up guard). */
export const ANCHOR_INTERVAL = 100;
/** How many ε_min a checkpoint keeps. */
export const MINIMUM_ERRORS = 10;

/** How a walker starts: displaced along the phonons, displacements and velocities both at T; or from the sites with velocities at 2T. */
export type WalkerStart =
  | {
      readonly from: 'phonons';
      /** [3·atoms] a phonon displacement at the walker's temperature, Å. */
      readonly displacements: Float64Array;
    }
  | { readonly from: 'sites' };

/** The checkpoint of a walker at step 0. */
export function newWalker(
  settings: WalkerSettings,
  masses: Float64Array,
  start: WalkerStart,
): WalkerCheckpoint {
  const { walker, seed } = settings;
  const temperature = startTemperature(settings.temperature);
  const cold = start.from === 'sites';
  const state: MdState = {
    step: 0,
    displacements: cold ? new Float64Array(3 * masses.length) : start.displacements.slice(),
    velocities: maxwellBoltzmann({ seed, walker, temperature: cold ? 2 * temperature : temperature }, masses),
  };
  return {
    state,
    window: { steps: [], values: [] },
    lastPick: -1,
    anchor: { state: copyState(state), picked: false },
    wrecks: { interval: -1, count: 0 },
    sinceRefit: NOTHING,
    minimumErrors: [],
    freshForceField: true,
  };
}

/** The checkpoint as it goes on with a new force field: the window runs on, the statistics of the convergence test begin anew. */
export function afterRefit(checkpoint: WalkerCheckpoint): WalkerCheckpoint {
  return { ...checkpoint, sinceRefit: NOTHING, freshForceField: true };
}

const NOTHING: WalkerCheckpoint['sinceRefit'] = { samples: 0, sum: 0, sumOfSquares: 0, steps: 0 };
