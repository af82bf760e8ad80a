import { abinit } from './calculators/abinit.js';
import { ase } from './calculators/ase.js';
import { commandCalculator } from './calculators/command.js';
import { embeddedCalculator } from './calculators/embedded.js';
import type { LennardJonesSettings } from './calculators/embeddedSettings.js';
import { gpaw } from './calculators/gpaw.js';
import { iPi } from './calculators/iPi.js';
import { lammps } from './calculators/lammps.js';
import { createLennardJones, type LennardJonesParameters } from './calculators/lennardJones.js';
import { quantumEspresso } from './calculators/quantumEspresso.js';
import { createStillingerWeber, STILLINGER_WEBER_SILICON } from './calculators/stillingerWeber.js';
import { vasp } from './calculators/vasp.js';
import type { ReferenceSettings } from './settings.js';
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

type Name = ReferenceSettings['calculator'];
type SettingsNamed<N extends Name> = Extract<ReferenceSettings, { readonly calculator: N }>;

/** Programs, each started or spoken to by its calculator. */
const PROGRAMS = {
  command: commandCalculator,
  'i-pi': iPi,
  'quantum-espresso': quantumEspresso,
  vasp,
  gpaw,
  ase,
  abinit,
  lammps,
} satisfies { [N in Name]?: (settings: SettingsNamed<N>, context: CalculatorContext) => Calculator };

/** Potentials that run inside this program, with what tells their labels from others'. */
const BUILT_IN = {
  'stillinger-weber': () => ({ create: createStillingerWeber, parameters: STILLINGER_WEBER_SILICON }),
  'lennard-jones': (settings: LennardJonesSettings) => {
    const parameters = lennardJonesOf(settings);
    return {
      create: (lattice: Float64Array, species: readonly string[]) =>
        createLennardJones(lattice, species, parameters),
      parameters,
    };
  },
} satisfies { [N in Exclude<Name, keyof typeof PROGRAMS>]: (settings: SettingsNamed<N>) => BuiltIn };

interface BuiltIn {
  /** Throws `InputError` for species that it does not describe. */
  readonly create: (lattice: Float64Array, species: readonly string[]) => Potential;
  readonly parameters: object;
}

/** The calculator of these settings; throws `InputError` where it cannot describe the crystal or a file is missing. */
export function createCalculator(settings: ReferenceSettings, context: CalculatorContext): Calculator {
  const builtIn = builtInOf(settings);
  if (builtIn === undefined) return programOf(settings)(settings, context);
  // Made once to refuse a crystal that the potential does not describe before anything is computed.
  builtIn.create(context.lattice, context.species);
  const { calculator } = settings;
  return embeddedCalculator(calculator, { calculator, ...builtIn.parameters }, builtIn.create);
}

/** The potential of these settings where it runs inside this program, else undefined. */
export function createPotential(
  settings: ReferenceSettings,
  lattice: Float64Array,
  species: readonly string[],
): Potential | undefined {
  return builtInOf(settings)?.create(lattice, species);
}

/** Whether the potential runs inside this program: fast, and the same bits everywhere. */
export function isBuiltIn({ calculator }: ReferenceSettings): boolean {
  return calculator in BUILT_IN;
}

// The discriminant has chosen the function that takes these settings; TypeScript cannot follow it through a table.
function builtInOf(settings: ReferenceSettings): BuiltIn | undefined {
  const table: Partial<Record<Name, (settings: never) => BuiltIn>> = BUILT_IN;
  return table[settings.calculator]?.(settings as never);
}

function programOf({ calculator }: ReferenceSettings) {
  const table: Partial<Record<Name, (settings: never, context: CalculatorContext) => Calculator>> = PROGRAMS;
  return table[calculator] as (settings: ReferenceSettings, context: CalculatorContext) => Calculator;
}

/** Only what changes forces. */
function lennardJonesOf({ epsilon, sigma, cutoff }: LennardJonesSettings): LennardJonesParameters {
  return { epsilon, sigma, cutoff };
}
