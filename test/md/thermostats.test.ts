import { describe, expect, it } from 'vitest';
import { removeCentreOfMass } from '../../src/md/centreOfMass.js';
import { createMeanSquareDisplacements } from '../../src/md/observables.js';
import { copyState, kineticEnergy, kineticTemperature, maxwellBoltzmann } from '../../src/md/state.js';
import type { TemperatureProgram } from '../../src/md/temperature.js';
import { createIntegrator, type ThermostatName } from '../../src/md/thermostat.js';
import type { MdState } from '../../src/md/types.js';
import { BOLTZMANN } from '../../src/units.js';
import { type ToyCrystal, toyCrystal } from './toyCrystal.js';

const TEMPERATURE = 300;

function start(crystal: ToyCrystal, temperature = TEMPERATURE): MdState {
  const velocities = maxwellBoltzmann({ temperature, seed: 11, walker: 0 }, crystal.masses);
  return { step: 0, displacements: new Float64Array(velocities.length), velocities };
}

function integratorOf(
  crystal: ToyCrystal,
  thermostat: ThermostatName,
  temperature: TemperatureProgram = TEMPERATURE,
  timestep = 2,
) {
  const settings = { thermostat, temperature, timestep, friction: 0.01, seed: 11, walker: 0 };
  return createIntegrator(settings, crystal.masses, crystal.force);
}

/** Moves the state; `see` after each step. */
function walk(
  crystal: ToyCrystal,
  thermostat: ThermostatName,
  state: MdState,
  until: number,
  temperature: TemperatureProgram = TEMPERATURE,
  see: (state: MdState) => void = () => undefined,
): MdState {
  const forces = new Float64Array(state.displacements.length);
  crystal.force(state.displacements, forces);
  const integrator = integratorOf(crystal, thermostat, temperature);
  while (state.step < until) {
    integrator.step(state, forces);
    see(state);
  }
  return state;
}

function noForce(_: Float64Array, forces: Float64Array): number {
  forces.fill(0);
  return 0;
}

const temperatureOf = (state: MdState, crystal: ToyCrystal) =>
  kineticTemperature(kineticEnergy(state.velocities, crystal.masses), crystal.masses.length);

describe('velocity rescaling (Bussi, Donadio, Parrinello 2007)', () => {
  it('gives the canonical distribution of the kinetic energy: mean, variance 2/N_f and skewness of Γ(N_f/2)', () => {
    const crystal = toyCrystal(2, 60, 10, 40);
    const freedoms = 21;
    const values: number[] = [];
    walk(crystal, 'bussi', start(crystal), 150_000, TEMPERATURE, (state) => {
      if (state.step > 5000) values.push(temperatureOf(state, crystal) / TEMPERATURE);
    });
    const mean = values.reduce((s, x) => s + x, 0) / values.length;
    const variance = values.reduce((s, x) => s + (x - mean) * (x - mean), 0) / values.length;
    const third = values.reduce((s, x) => s + (x - mean) * (x - mean) * (x - mean), 0) / values.length;
    expect(Math.abs(mean - 1)).toBeLessThan(0.015);
    expect(variance / (2 / freedoms)).toBeGreaterThan(0.94);
    expect(variance / (2 / freedoms)).toBeLessThan(1.06);
    // Skewness of a gamma distribution of shape k: 2/√k.
    const skewness = third / (variance * Math.sqrt(variance));
    expect(skewness / (2 / Math.sqrt(freedoms / 2))).toBeGreaterThan(0.85);
    expect(skewness / (2 / Math.sqrt(freedoms / 2))).toBeLessThan(1.15);
  });

  it('gives the ⟨u²⟩ and the virial of Langevin dynamics in an anharmonic crystal', () => {
    const crystal = toyCrystal(3, 200, 10, 40);
    const atoms = crystal.masses.length;
    const forces = new Float64Array(3 * atoms);
    const sample = (thermostat: ThermostatName) => {
      const squares = createMeanSquareDisplacements(new Int32Array(atoms));
      let virial = 0;
      let samples = 0;
      walk(crystal, thermostat, start(crystal, 2 * TEMPERATURE), 60_000, TEMPERATURE, (state) => {
        if (state.step < 2000 || state.step % 5 !== 0) return;
        squares.add(state.displacements);
        crystal.force(state.displacements, forces);
        for (let i = 0; i < forces.length; i++) virial -= state.displacements[i] * forces[i];
        samples++;
      });
      return { u2: squares.perSite()[0], virial: virial / samples };
    };
    const bussi = sample('bussi');
    const langevin = sample('langevin');
    expect(bussi.virial / ((3 * atoms - 3) * BOLTZMANN * TEMPERATURE)).toBeGreaterThan(0.97);
    expect(bussi.virial / ((3 * atoms - 3) * BOLTZMANN * TEMPERATURE)).toBeLessThan(1.03);
    expect(bussi.u2 / langevin.u2).toBeGreaterThan(0.96);
    expect(bussi.u2 / langevin.u2).toBeLessThan(1.04);
  });

  it('relaxes the kinetic energy of free particles with the time 1/(2γ)', () => {
    const crystal = toyCrystal(6, 0, 10, 40);
    const free: ToyCrystal = { ...crystal, force: noForce };
    const state = start(free, 2 * TEMPERATURE);
    const first = temperatureOf(state, free);
    walk(free, 'bussi', state, 25);
    // 25 steps of 2 fs are one relaxation time of 50 fs; fluctuations of 645 degrees of freedom.
    expect(
      Math.abs(temperatureOf(state, free) - (TEMPERATURE + (first - TEMPERATURE) / Math.E)),
    ).toBeLessThan(60);
  });

  it('keeps the momentum at zero, and the direction of every velocity', () => {
    const crystal = toyCrystal(3, 0, 10, 40);
    const free: ToyCrystal = { ...crystal, force: noForce };
    const before = start(free).velocities;
    const { velocities } = walk(free, 'bussi', start(free), 200);
    const scale = velocities[0] / before[0];
    for (const [i, v] of velocities.entries()) expect(Math.abs(v - scale * before[i])).toBeLessThan(1e-14);
    const centred = velocities.slice();
    removeCentreOfMass(centred, crystal.masses);
    for (const [i, v] of centred.entries()) expect(Math.abs(v - velocities[i])).toBeLessThan(1e-16);
  });
});

describe.each(['langevin', 'bussi', 'nve'] as const)('%s', (thermostat) => {
  const crystal = toyCrystal(3, 60, 10, 40);
  const program = [
    { from: 100, to: 400, steps: 300 },
    { from: 400, to: 400, steps: 100 },
  ];

  it('goes on from any state to the same bits, on a schedule too', () => {
    const whole = walk(crystal, thermostat, start(crystal), 500, program);
    expect(walk(crystal, thermostat, start(crystal), 500, program)).toEqual(whole);
    const cut = copyState(walk(crystal, thermostat, start(crystal), 177, program));
    expect(walk(crystal, thermostat, cut, 500, program)).toEqual(whole);
  });

  it('on a schedule that holds is the same, bit for bit, as at one temperature', () => {
    const held = [{ from: TEMPERATURE, to: TEMPERATURE, steps: 40 }];
    const constant = walk(crystal, thermostat, start(crystal), 100);
    expect(walk(crystal, thermostat, start(crystal), 100, held)).toEqual(constant);
  });
});

it.each(['langevin', 'bussi'] as const)('%s follows a ramp', (thermostat) => {
  const crystal = toyCrystal(4, 60, 10, 40);
  const program = [{ from: 100, to: 900, steps: 8000 }];
  let deviation = 0;
  walk(crystal, thermostat, start(crystal, 200), 8000, program, (state) => {
    if (state.step > 1000) deviation += (temperatureOf(state, crystal) - (100 + state.step / 10)) / 7000;
  });
  expect(Math.abs(deviation)).toBeLessThan(15);
});
