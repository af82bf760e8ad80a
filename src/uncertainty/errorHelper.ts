import { workerData } from 'node:worker_threads';
import { kernelsOn } from '../numerics/kernels/kernels.js';
import { CONTROL, computeGroups, takeChunks } from './errorChunks.js';
import type { HelperData } from './helpers.js';

/** Entry of a helper thread: sleeps until there is an error to compute, takes its share, sleeps again. */

const { module, memory, plan, scratch, chunks, control } = workerData as HelperData;
const kernels = kernelsOn(module, memory);
const groups = plan.groups.length / 3;
const compute = (first: number, end: number) => computeGroups(kernels, plan, scratch, first, end);

for (let seen = 0; Atomics.load(control, CONTROL.quit) === 0; ) {
  Atomics.wait(control, CONTROL.round, seen);
  seen = Atomics.load(control, CONTROL.round);
  takeChunks(control, chunks, groups, compute);
}
