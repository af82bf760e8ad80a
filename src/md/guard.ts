import { inputError } from '../errors.js';
import { hottestTarget, type TemperatureProgram } from './temperature.js';

export interface GuardSettings {
  /** [atoms] amu */
  readonly masses: Float64Array;
  /** Distance of nearest neighbours in the ideal crystal, Å. */
  readonly nearestNeighbour: number;
  /** Target temperature, K; undefined where there is no thermostat. */
  readonly temperature?: TemperatureProgram;
  /** MD steps for which an earlier, higher target is still allowed for; default 0. */
  readonly memory?: number;
}

/** A trajectory that the force field cannot be trusted on any more. */
export interface Wreck {
  readonly cause: 'non-finite' | 'displacement' | 'temperature';
  /** One sentence for a person. */
  readonly detail: string;
  /** AtomIndex of the atom that is farthest from its site, or whose numbers are lost. */
  readonly atom?: number;
}

export interface Guard {
  /** What is wrong with displacements u ([3·atoms], Å), kinetic temperature (K) and potential energy (eV) at an MD step; undefined: nothing. */
  check(u: Float64Array, temperature: number, energy: number, step: number): Wreck | undefined;
}

/** Healthy argon at 80 K reaches a third; 0.4 leads a wreck by 0.07–1.2 ps (METHOD). */
const LARGEST_DISPLACEMENT = 0.45;
const HOTTEST = 3;

/**
 * The blow-up guard: non-finite numbers, a displacement beyond 0.45 of the nearest-neighbour distance, or three times the
 * target temperature. Displacements are measured from their centre of mass, so that a crystal shifted as a whole is no wreck.
 */
export function createGuard(settings: GuardSettings): Guard {
  const { masses, nearestNeighbour } = settings;
  if (!(nearestNeighbour > 0)) {
    throw inputError({
      field: 'nearestNeighbour',
      message: 'not a distance between two atoms',
      got: `${nearestNeighbour}`,
      expected: 'a length in Å above 0',
    });
  }
  const limit = LARGEST_DISPLACEMENT * nearestNeighbour;
  const { temperature: program, memory = 0 } = settings;
  const hottest = (step: number) =>
    program === undefined ? Number.POSITIVE_INFINITY : HOTTEST * hottestTarget(program, step - memory, step);
  let mass = 0;
  for (const m of masses) mass += m;

  return {
    check(u, temperature, energy, step) {
      let x = 0;
      let y = 0;
      let z = 0;
      for (let atom = 0, i = 0; atom < masses.length; atom++, i += 3) {
        const share = masses[atom] / mass;
        x += share * u[i];
        y += share * u[i + 1];
        z += share * u[i + 2];
      }
      let largest = 0;
      let farthest = 0;
      for (let atom = 0, i = 0; atom < masses.length; atom++, i += 3) {
        const dx = u[i] - x;
        const dy = u[i + 1] - y;
        const dz = u[i + 2] - z;
        const d2 = dx * dx + dy * dy + dz * dz;
        // Negated, because every comparison with NaN is false.
        if (!(d2 <= largest)) {
          largest = d2;
          farthest = atom;
        }
        if (Number.isNaN(d2)) break;
      }
      if (!Number.isFinite(energy + temperature + largest)) {
        return {
          cause: 'non-finite',
          detail: 'displacements, velocities or energy are not finite numbers',
          atom: farthest,
        };
      }
      const distance = Math.sqrt(largest);
      if (distance > limit) {
        const detail = displaced(farthest, distance, nearestNeighbour);
        return { cause: 'displacement', detail, atom: farthest };
      }
      const allowed = hottest(step);
      if (temperature > allowed) {
        return { cause: 'temperature', detail: hot(temperature, allowed), atom: farthest };
      }
      return undefined;
    },
  };
}

function displaced(atom: number, distance: number, nearestNeighbour: number): string {
  return `atom ${atom} is ${distance.toFixed(3)} Å from its site, beyond ${LARGEST_DISPLACEMENT} of the nearest-neighbour distance ${nearestNeighbour.toFixed(3)} Å`;
}

function hot(temperature: number, hottest: number): string {
  return `the kinetic temperature is ${temperature.toFixed(0)} K, above ${HOTTEST} times the target ${(hottest / HOTTEST).toFixed(0)} K`;
}
