import type { Kernels } from '../numerics/kernels/kernels.js';

/** Addresses of the areas that one thread writes to. */
export interface Scratch {
  readonly workspace: number;
  readonly raw: number;
  readonly tiles: number;
}

/** Where an error kernel's tables lie in its memory; what a thread must know to do a part of the work. */
export interface ErrorPlan {
  /** P */
  readonly columns: number;
  /** Address of the record of the sparse basis. */
  readonly basis: number;
  readonly displacements: number;
  readonly panels: number;
  /** Address of f64 [groups][3][4 atoms], the result. */
  readonly sums: number;
  /** [groups·3] surroundings, program and index of each group. */
  readonly groups: Int32Array;
  /** Bytes of one group's tile. */
  readonly tileBytes: number;
  /** Groups that a scratch area has room for. */
  readonly batch: number;
}

/** Row norms of groups `first` to `end` − 1, at most a batch. What one group gives depends on no other. */
export function computeGroups(
  kernels: Kernels,
  plan: ErrorPlan,
  scratch: Scratch,
  first: number,
  end: number,
): void {
  for (let g = first; g < end; g++) {
    kernels.design32(
      plan.groups[3 * g],
      plan.groups[3 * g + 1],
      plan.basis,
      plan.groups[3 * g + 2],
      plan.displacements,
      scratch.workspace,
      scratch.raw,
      scratch.tiles + (g - first) * plan.tileBytes,
    );
  }
  const sums = plan.sums + 96 * first;
  kernels.errorProduct(scratch.tiles, end - first, plan.columns, plan.panels, sums);
}

/** Words of the control block that threads share. */
export const CONTROL = { round: 0, next: 1, finished: 2, quit: 3, words: 4 } as const;

/** The chunks of one evaluation: chunk c holds groups c·size to (c+1)·size − 1. */
export interface Chunks {
  readonly size: number;
  readonly count: number;
}

/**
 * Takes chunks until none is left. Which thread takes which is left to chance, and changes no bit; the one that finishes
 * the last wakes whoever waits for all.
 */
export function takeChunks(
  control: Int32Array,
  chunks: Chunks,
  groups: number,
  compute: (first: number, end: number) => void,
): void {
  for (;;) {
    const chunk = Atomics.add(control, CONTROL.next, 1);
    if (chunk >= chunks.count) return;
    compute(chunk * chunks.size, Math.min((chunk + 1) * chunks.size, groups));
    if (Atomics.add(control, CONTROL.finished, 1) + 1 === chunks.count) {
      Atomics.notify(control, CONTROL.finished);
    }
  }
}
