import { shortestDistance } from './calculators/neighbours.js';
import { DEFAULT_GATE_LIMITS, type GateLimits } from './gateLimits.js';
import type { ReferenceResult, ReferenceStructure } from './types.js';

/** Which test a label failed. */
export type GateRule = 'converged' | 'count' | 'finite' | 'net-force' | 'distance' | 'force';

export interface Acceptance {
  readonly accepted: true;
  /** |ΣF| / atoms, eV/Å: recorded with the label. */
  readonly netForce: number;
}

export interface Rejection {
  readonly accepted: false;
  readonly rule: GateRule;
  /** One sentence for a person. */
  readonly reason: string;
  /** What was found and what is allowed, in the rule's unit (eV/Å, Å or a count). */
  readonly measured: number;
  readonly limit: number;
}

export type Verdict = Acceptance | Rejection;

/**
 * The label gate: what every label passes before it may train a force field, whatever the code. A rejected label is a
 * failed attempt. (dpgen#503, #1299, #1333: campaigns lost to silently bad or discarded labels.)
 */
export function checkLabel(
  structure: ReferenceStructure,
  result: ReferenceResult,
  limits: GateLimits = DEFAULT_GATE_LIMITS,
): Verdict {
  return (
    checkConvergence(result) ??
    checkCount(structure, result.forces) ??
    checkFinite(result) ??
    checkStructure(structure, limits) ??
    checkLargestForce(result.forces, limits.largestForce) ??
    checkNetForce(result.forces, limits.netForce)
  );
}

/** The part of the gate that needs no label, so that no program is started on atoms on top of each other. */
export function checkStructure(
  { lattice, positions }: ReferenceStructure,
  { minimumDistance }: GateLimits = DEFAULT_GATE_LIMITS,
): Rejection | undefined {
  const bad = positions.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) {
    const reason = `position of atom ${atomOf(bad)} is not finite`;
    return { accepted: false, rule: 'finite', reason, measured: positions[bad], limit: Number.MAX_VALUE };
  }
  const { distance, pair } = shortestDistance(lattice, positions, minimumDistance);
  if (pair === undefined) return undefined;
  return {
    accepted: false,
    rule: 'distance',
    reason: `atoms ${pair[0] + 1} and ${pair[1] + 1} are ${distance.toFixed(3)} Å apart`,
    measured: distance,
    limit: minimumDistance,
  };
}

function checkConvergence({ converged }: ReferenceResult): Rejection | undefined {
  if (converged) return undefined;
  const reason = 'the calculation did not converge';
  return { accepted: false, rule: 'converged', reason, measured: 0, limit: 1 };
}

function checkCount({ species }: ReferenceStructure, forces: Float64Array): Rejection | undefined {
  const expected = 3 * species.length;
  if (forces.length === expected) return undefined;
  return {
    accepted: false,
    rule: 'count',
    reason: `${forces.length} force components for ${species.length} atoms`,
    measured: forces.length,
    limit: expected,
  };
}

function checkFinite({ energy, forces }: ReferenceResult): Rejection | undefined {
  const bad = forces.findIndex((f) => !Number.isFinite(f));
  const limit = Number.MAX_VALUE;
  if (bad >= 0) {
    const reason = `force on atom ${atomOf(bad)} is not finite`;
    return { accepted: false, rule: 'finite', reason, measured: forces[bad], limit };
  }
  // NaN is how a code says that it gives no energy.
  if (Number.isFinite(energy) || Number.isNaN(energy)) return undefined;
  return { accepted: false, rule: 'finite', reason: 'the energy is not finite', measured: energy, limit };
}

function checkLargestForce(forces: Float64Array, limit: number): Rejection | undefined {
  let largest = 0;
  let atom = 0;
  for (let i = 0; i < forces.length; i += 3) {
    const size = norm(forces[i], forces[i + 1], forces[i + 2]);
    if (size <= largest) continue;
    largest = size;
    atom = i / 3;
  }
  if (largest <= limit) return undefined;
  const reason = `the force on atom ${atom + 1} is ${largest.toPrecision(4)} eV/Å`;
  return { accepted: false, rule: 'force', reason, measured: largest, limit };
}

/** |ΣF| / atoms, eV/Å. */
export function netForceOf(forces: Float64Array): number {
  const sum = [0, 0, 0];
  for (let i = 0; i < forces.length; i++) sum[i % 3] += forces[i];
  return norm(sum[0], sum[1], sum[2]) / Math.max(1, forces.length / 3);
}

function checkNetForce(forces: Float64Array, limit: number): Verdict {
  const netForce = netForceOf(forces);
  if (netForce <= limit) return { accepted: true, netForce };
  const reason = `the forces add up to ${netForce.toPrecision(4)} eV/Å per atom instead of zero`;
  return { accepted: false, rule: 'net-force', reason, measured: netForce, limit };
}

function norm(x: number, y: number, z: number): number {
  return Math.sqrt(x * x + y * y + z * z);
}

/** Number of the atom, counted from 1, that component `index` belongs to. */
function atomOf(index: number): number {
  return Math.floor(index / 3) + 1;
}
