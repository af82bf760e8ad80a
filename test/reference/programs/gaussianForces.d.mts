export function gaussianForces(
  lattice: readonly number[],
  positions: readonly number[],
): { readonly energy: number; readonly forces: readonly number[] };
