import { continueWith, type TemperatureProgram } from '../md/temperature.js';
import { NO_STATISTICS } from './convergence.js';
import type { CampaignState, WalkerState } from './state.js';

/** A walker that has not moved yet. */
export function newWalker(walker: number, temperature: TemperatureProgram): WalkerState {
  return {
    walker,
    temperature,
    step: 0,
    checkpoint: null,
    sinceRefit: NO_STATISTICS,
    fresh: false,
    samples: false,
    result: null,
  };
}

/**
 * Rules that a person changed come into force, at a round's start. A temperature that was changed becomes a new leg of the
 * walker's trajectory; walkers are told apart by their place in the list, so the last ones leave and new ones are added at
 * its end. A number once given is not given again: random numbers are keyed by it.
 */
export function changeRules(state: CampaignState): CampaignState {
  const { nextRules: rules } = state;
  if (rules === null) return state;
  const kept = state.walkers.slice(0, rules.walkers.length).map((walker, k) => {
    const { temperature } = rules.walkers[k];
    return same(temperature, state.rules.walkers[k].temperature)
      ? walker
      : { ...walker, temperature: continueWith(walker.temperature, walker.step, temperature) };
  });
  const added = rules.walkers
    .slice(kept.length)
    .map(({ temperature }, k) => newWalker(state.walkersMade + k + 1, temperature));
  return {
    ...state,
    rules,
    nextRules: null,
    walkers: [...kept, ...added],
    walkersMade: state.walkersMade + added.length,
  };
}

/** Walkers that were given up go on as new ones, from a displacement of their own. */
export function replaceStuck(state: CampaignState): CampaignState {
  let made = state.walkersMade;
  const walkers = state.walkers.map((walker) =>
    walker.result?.outcome === 'stuck' ? newWalker(++made, walker.temperature) : walker,
  );
  return { ...state, walkers, walkersMade: made };
}

function same(a: TemperatureProgram, b: TemperatureProgram): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
