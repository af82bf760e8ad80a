/** What a worker does: one task queue and one pool of threads for each. */
export const ROLES = ['workflow', 'md', 'reference', 'fit'] as const;
export type Role = (typeof ROLES)[number];
