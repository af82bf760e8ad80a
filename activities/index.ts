import { ownHistory } from './history.js';
import type { ThreadPool } from './pool.js';
import type { FitActivities, MdActivities, ReferenceActivities } from './types.js';

/** The activities of each role. Each is load → pure function → store → small summary, on a thread of its pool. */

export function createFitActivities(pool: ThreadPool): FitActivities {
  return {
    prepare: (input) => pool.run('prepare', input),
    displace: (input) => pool.run('displace', input),
    take: (input) => pool.run('take', input),
    screen: (input) => pool.run('screen', input),
    refit: (input) => pool.run('refit', input),
    archive: async (input) => {
      const execution = await ownHistory();
      return pool.run('archive', { ...input, execution });
    },
    record: (input) => pool.run('record', input),
    publish: (input) => pool.run('publish', input),
  };
}

export function createMdActivities(pool: ThreadPool): MdActivities {
  return { explore: (input) => pool.run('explore', input) };
}

export function createReferenceActivities(pool: ThreadPool): ReferenceActivities {
  return { label: (input) => pool.run('label', input), testSet: (input) => pool.run('testSet', input) };
}
