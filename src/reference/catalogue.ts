import { commandCalculator } from './calculators/command.js';
import { embeddedCalculator } from './calculators/embedded.js';
import { createLennardJones, type LennardJonesParameters } from './calculators/lennardJones.js';
import { quantumEspresso } from './calculators/quantumEspresso.js';
import { createStillingerWeber, STILLINGER_WEBER_SILICON } from './calculators/stillingerWeber.js';
import { vasp } from './calculators/vasp.js';
import type { LennardJonesSettings, ReferenceSettings } from './settings.js';
import type { Calculator, Potential } from './types.js';

/** What a calculator is made for. */
export interface CalculatorContext {
  /** [9] rows of the supercell, Å. */
  readonly lattice: Float64Array;
  /** [atoms] of the supercell. */
  readonly species: readonly string[];
  /** The campaign file's folder: paths in the settings are relative to it. */
  readonly folder: string;
}

/** The calculator of these settings; throws `InputError` where it cannot describe the crystal or a file is missing. */
export function createCalculator(settings: ReferenceSettings, context: CalculatorContext): Calculator {
  if (settings.calculator === 'command') return commandCalculator(settings, context.folder);
  if (settings.calculator === 'quantum-espresso') return quantumEspresso(settings, context);
  if (settings.calculator === 'vasp') return vasp(settings, context);
  // Made once to refuse a crystal that the potential does not describe before anything is computed.
  createPotential(settings, context.lattice, context.species);
  if (settings.calculator === 'lennard-jones') {
    const parameters = lennardJonesOf(settings);
    return embeddedCalculator(
      settings.calculator,
      { calculator: settings.calculator, ...parameters },
      (lattice, species) => createLennardJones(lattice, species, parameters),
    );
  }
  return embeddedCalculator(
    settings.calculator,
    { calculator: settings.calculator, ...STILLINGER_WEBER_SILICON },
    createStillingerWeber,
  );
}

/** The potential of these settings where it runs inside this program, else undefined. */
export function createPotential(
  settings: ReferenceSettings,
  lattice: Float64Array,
  species: readonly string[],
): Potential | undefined {
  switch (settings.calculator) {
    case 'stillinger-weber':
      return createStillingerWeber(lattice, species);
    case 'lennard-jones':
      return createLennardJones(lattice, species, lennardJonesOf(settings));
    case 'command':
    case 'quantum-espresso':
    case 'vasp':
      return undefined;
  }
}

/** Whether the potential runs inside this program: fast, and the same bits everywhere. */
export function isBuiltIn({ calculator }: ReferenceSettings): boolean {
  return calculator === 'stillinger-weber' || calculator === 'lennard-jones';
}

/** Only what changes forces: settings of a campaign also hold slots and limits. */
function lennardJonesOf({ epsilon, sigma, cutoff }: LennardJonesSettings): LennardJonesParameters {
  return { epsilon, sigma, cutoff };
}
