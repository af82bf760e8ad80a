/** What the label gate tolerates. */
export interface GateLimits {
  /** Largest |ΣF| / atoms, eV/Å. */
  readonly netForce: number;
  /** Smallest distance between two atoms, periodic images included, Å. */
  readonly minimumDistance: number;
  /** Largest force on an atom, eV/Å. */
  readonly largestForce: number;
}

export const DEFAULT_GATE_LIMITS: GateLimits = { netForce: 0.01, minimumDistance: 0.7, largestForce: 100 };
