import { describe, expect, it } from 'vitest';
import { removeCentreOfMass } from '../../src/md/centreOfMass.js';
import { createLangevin } from '../../src/md/langevin.js';
import { createMeanSquareDisplacements } from '../../src/md/observables.js';
import { copyState, kineticEnergy, kineticTemperature, maxwellBoltzmann } from '../../src/md/state.js';
import type { MdState } from '../../src/md/types.js';
import { createVerlet } from '../../src/md/verlet.js';
import { BOLTZMANN, FORCE_TO_ACCELERATION } from '../../src/units.js';
import { exactMeanSquare, stiffnesses, type ToyCrystal, toyCrystal } from './toyCrystal.js';

const TEMPERATURE = 300;

function start(crystal: ToyCrystal, walker = 0): MdState {
  const velocities = maxwellBoltzmann({ temperature: TEMPERATURE, seed: 11, walker }, crystal.masses);
  return { step: 0, displacements: new Float64Array(velocities.length), velocities };
}

function langevin(crystal: ToyCrystal, timestep: number, walker = 0) {
  const settings = { temperature: TEMPERATURE, timestep, friction: 0.02, seed: 11, walker };
  return createLangevin(settings, crystal.masses, crystal.force);
}

describe('velocity Verlet', () => {
  const crystal = toyCrystal(3, 60, 10, 40);

  /** Root mean square deviation of the total energy from its mean over 2 ps, eV, and its slope per ps. */
  function energyError(timestep: number): { deviation: number; drift: number } {
    const state = start(crystal);
    const forces = new Float64Array(state.displacements.length);
    crystal.force(state.displacements, forces);
    const verlet = createVerlet(timestep, crystal.masses, crystal.force);
    const energies: number[] = [];
    for (let t = 0; t < 2000 / timestep; t++) {
      const potential = verlet.step(state, forces);
      energies.push(potential + kineticEnergy(state.velocities, crystal.masses));
    }
    const half = energies.length / 2;
    const mean = (list: number[]) => list.reduce((s, e) => s + e, 0) / list.length;
    const all = mean(energies);
    const deviation = Math.sqrt(mean(energies.map((e) => (e - all) * (e - all))));
    return { deviation, drift: mean(energies.slice(half)) - mean(energies.slice(0, half)) };
  }

  it('conserves energy to O(dt²), without drift', () => {
    const coarse = energyError(2);
    const middle = energyError(1);
    const fine = energyError(0.5);
    expect(coarse.deviation / middle.deviation).toBeGreaterThan(3.6);
    expect(coarse.deviation / middle.deviation).toBeLessThan(4.4);
    expect(middle.deviation / fine.deviation).toBeGreaterThan(3.6);
    expect(middle.deviation / fine.deviation).toBeLessThan(4.4);
    expect(Math.abs(middle.drift)).toBeLessThan(0.3 * middle.deviation);
  });

  it('comes back when velocities are reversed', () => {
    const state = start(crystal);
    const initial = copyState(state);
    const forces = new Float64Array(state.displacements.length);
    crystal.force(state.displacements, forces);
    const verlet = createVerlet(1, crystal.masses, crystal.force);
    for (let t = 0; t < 500; t++) verlet.step(state, forces);
    const far = Math.max(...state.displacements.map(Math.abs));
    for (let i = 0; i < state.velocities.length; i++) state.velocities[i] *= -1;
    for (let t = 0; t < 500; t++) verlet.step(state, forces);
    expect(far).toBeGreaterThan(0.05);
    for (let i = 0; i < state.velocities.length; i++) {
      expect(Math.abs(state.displacements[i] - initial.displacements[i])).toBeLessThan(1e-10);
      expect(Math.abs(state.velocities[i] + initial.velocities[i])).toBeLessThan(1e-12);
    }
  });
});

describe('Langevin dynamics (BAOAB)', () => {
  it('gives ⟨u²⟩ of the exact harmonic crystal at a large timestep, and the kinetic temperature it is known for', () => {
    const crystal = toyCrystal(4);
    const timestep = 10;
    const atoms = crystal.masses.length;
    const state = start(crystal);
    const forces = new Float64Array(3 * atoms);
    crystal.force(state.displacements, forces);
    const integrator = langevin(crystal, timestep);
    const displacements = createMeanSquareDisplacements(new Int32Array(atoms));
    let temperature = 0;
    const steps = 60_000;
    for (let t = 0; t < steps + 1000; t++) {
      integrator.step(state, forces);
      if (t < 1000) continue;
      displacements.add(state.displacements);
      temperature += kineticTemperature(kineticEnergy(state.velocities, crystal.masses), atoms) / steps;
    }
    // Leimkuhler and Matthews 2013: kinetic energy of a mode is kT/2 · (1 − (ω dt)²/4); here ω·dt is 0.5 to 1.1.
    const mean = stiffnesses(crystal).reduce((s, k, _, all) => s + k / all.length, 0);
    const omega2 = (mean * FORCE_TO_ACCELERATION) / crystal.masses[0];
    const expected = TEMPERATURE * (1 - (omega2 * timestep * timestep) / 4);
    expect(expected).toBeLessThan(0.9 * TEMPERATURE);
    expect(temperature / expected).toBeGreaterThan(0.99);
    expect(temperature / expected).toBeLessThan(1.01);
    const ratio = displacements.perSite()[0] / exactMeanSquare(crystal, TEMPERATURE);
    expect(ratio).toBeGreaterThan(0.985);
    expect(ratio).toBeLessThan(1.015);
  });

  it('gives the target temperature by the virial of an anharmonic crystal with two masses: ⟨u·f⟩ = −(3N − 3) kT', () => {
    const crystal = toyCrystal(3, 60, 10, 40);
    const state = start(crystal);
    const forces = new Float64Array(state.displacements.length);
    crystal.force(state.displacements, forces);
    const integrator = langevin(crystal, 2);
    let virial = 0;
    let temperature = 0;
    const steps = 60_000;
    for (let t = 0; t < steps; t++) {
      integrator.step(state, forces);
      for (let i = 0; i < forces.length; i++) virial -= (state.displacements[i] * forces[i]) / steps;
      temperature += kineticTemperature(kineticEnergy(state.velocities, crystal.masses), 27) / steps;
    }
    expect(virial / (78 * BOLTZMANN * TEMPERATURE)).toBeGreaterThan(0.98);
    expect(virial / (78 * BOLTZMANN * TEMPERATURE)).toBeLessThan(1.02);
    expect(temperature / TEMPERATURE).toBeGreaterThan(0.97);
    expect(temperature / TEMPERATURE).toBeLessThan(1.01);
  });

  it('keeps the centre of mass where it is', () => {
    const crystal = toyCrystal(3, 60, 10, 40);
    const state = start(crystal);
    const forces = new Float64Array(state.displacements.length);
    crystal.force(state.displacements, forces);
    const integrator = langevin(crystal, 2);
    for (let t = 0; t < 20_000; t++) integrator.step(state, forces);
    for (const field of [state.displacements, state.velocities]) {
      const centred = field.slice();
      removeCentreOfMass(centred, crystal.masses);
      for (let a = 0; a < 3; a++) expect(Math.abs(centred[a] - field[a])).toBeLessThan(1e-12);
    }
    expect(Math.max(...state.displacements)).toBeGreaterThan(0.05);
  });

  it('gives the same bits for the same seed, others for another walker, and goes on from any state', () => {
    const crystal = toyCrystal(3, 60);
    const walk = (state: MdState, until: number, walker: number) => {
      const forces = new Float64Array(state.displacements.length);
      crystal.force(state.displacements, forces);
      const integrator = langevin(crystal, 2, walker);
      while (state.step < until) integrator.step(state, forces);
      return state;
    };
    const whole = walk(start(crystal), 500, 0);
    expect(walk(start(crystal), 500, 0)).toEqual(whole);
    expect(walk(copyState(walk(start(crystal), 177, 0)), 500, 0)).toEqual(whole);
    expect(walk(start(crystal), 500, 1).displacements).not.toEqual(whole.displacements);
  });
});

describe('initial velocities', () => {
  it('are canonical: momentum zero, kinetic energy of 3N − 3 degrees of freedom with its fluctuation', () => {
    const { masses } = toyCrystal(3, 0, 10, 40);
    const draws = 2000;
    const temperatures = Array.from({ length: draws }, (_, walker) => {
      const v = maxwellBoltzmann({ temperature: TEMPERATURE, seed: 5, walker }, masses);
      const centred = v.slice();
      removeCentreOfMass(centred, masses);
      expect(Math.abs(centred[0] - v[0])).toBeLessThan(1e-17);
      return kineticTemperature(kineticEnergy(v, masses), 27);
    });
    const mean = temperatures.reduce((s, t) => s + t, 0) / draws;
    const variance = temperatures.reduce((s, t) => s + (t - mean) * (t - mean), 0) / draws;
    expect(Math.abs(mean / TEMPERATURE - 1)).toBeLessThan(4 * Math.sqrt(2 / 78 / draws));
    expect(variance / (TEMPERATURE * TEMPERATURE * (2 / 78))).toBeGreaterThan(0.87);
    expect(variance / (TEMPERATURE * TEMPERATURE * (2 / 78))).toBeLessThan(1.13);
  });
});
