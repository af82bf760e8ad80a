import { InputError } from '../../errors.js';
import { ReferenceFailure } from '../failures.js';
import { type CodeSettings, correctedSettings, DEFAULT_CORRECTIONS } from '../ladder.js';
import { createLauncher } from '../launchers/createLauncher.js';
import type { Calculator, ReferenceStructure } from '../types.js';
import {
  BRIDGE_MEANING,
  type BridgeJob,
  bridgeInputs,
  referenceResult,
  residentProblems,
} from './ase/bridge.js';
import { runBridge } from './ase/run.js';
import { checkParameters } from './gpaw/check.js';
import { CHANGEABLE, WITHOUT_EFFECT } from './gpaw/keywords.js';
import { GPAW_LADDER } from './gpaw/ladder.js';
import { flatParameters, nestedParameters } from './gpaw/parameters.js';
import type { GpawSettings } from './gpaw/settings.js';
import { nameOf, trySetups } from './gpaw/setups.js';
import { requireTrust } from './gpaw/trust.js';
import { kPointList } from './kpoints.js';
import type { Pseudopotential } from './pseudopotentials.js';

const CODE = { name: 'GPAW', ladder: GPAW_LADDER };
/** Its text output and the density that it can go on from, in its working folder. */
const LOG = 'gpaw.txt';
const DENSITY = 'density.gpw';
/** Self-consistent steps from one saving of the density to the next. */
const SAVED_EVERY = 5;

/**
 * GPAW through the Python bridge, one process for each structure. Throws `InputError` with everything in the settings that GPAW
 * would refuse or that would spoil labels.
 */
export function gpaw(
  settings: GpawSettings,
  { species, folder }: { readonly species: readonly string[]; readonly folder: string },
): Calculator {
  const { setups, problems } = trySetups(settings, species, folder);
  const found = [...checkParameters(settings.parameters), ...problems, ...residentProblems(settings)];
  if (found.length > 0) throw new InputError(found);
  const { kpoints, magmoms, command = ['gpaw', 'python'], resident } = settings;
  const flat = flatParameters(settings.parameters);
  const policy = { ...DEFAULT_CORRECTIONS, ...settings.corrections };
  const launcher = createLauncher(settings, folder);
  const isLasting = ([key]: readonly [string, unknown]) => !WITHOUT_EFFECT.some((one) => one.test(key));
  return {
    name: 'gpaw',
    identity: {
      calculator: 'gpaw',
      meaning: BRIDGE_MEANING,
      parameters: Object.fromEntries(Object.entries(flat).filter(isLasting)),
      setups: Object.fromEntries(setups.map(({ species, sha256 }) => [species, sha256])),
      kpoints,
      ...(magmoms && { magmoms }),
      // Labels that a correction may have changed are no one else's.
      ...(policy.changePhysics && { changesPhysics: true }),
    },
    correctable: { ladder: GPAW_LADDER, settings: flat, policy },
    launcher,
    ...(resident && { resident }),
    inputFiles: (structure) => bridgeInputs(structure, jobOf(settings, flat, setups, false), filesOf(setups)),
    evaluate: async (structure, context) => {
      const needed = setupsFor(structure, setups);
      const corrected = correctedSettings(GPAW_LADDER, flat, context.corrections ?? []).settings;
      const outcome = await runBridge({
        code: CODE,
        launcher,
        command,
        folder,
        settings,
        resident,
        structure,
        context,
        saved: DENSITY,
        log: LOG,
        job: (start) => jobOf(settings, corrected, needed, start !== 'scratch'),
        files: filesOf(needed),
      });
      const { result, fail } = outcome;
      requireTrust(result, { setups: needed, kpoints, parameters: corrected }, fail);
      return referenceResult(outcome);
    },
  };
}

/** GPAW would take a setup of its own for any other species. */
function setupsFor(
  { species }: ReferenceStructure,
  setups: readonly Pseudopotential[],
): readonly Pseudopotential[] {
  const other = species.find((symbol) => !setups.some((setup) => setup.species === symbol));
  if (other === undefined) return setups.filter((setup) => species.includes(setup.species));
  const failureClass = 'input-wrong';
  throw new ReferenceFailure(`there is no setup for ${other}`, { failureClass, symptom: 'wrong-species' });
}

function filesOf(setups: readonly Pseudopotential[]) {
  return Object.fromEntries(setups.map((setup) => [nameOf(setup), setup.bytes]));
}

function jobOf(
  { kpoints, magmoms }: GpawSettings,
  parameters: CodeSettings,
  setups: readonly Pseudopotential[],
  restart: boolean,
): BridgeJob {
  return {
    arguments: { ...nestedParameters(parameters), kpts: kPointList(kpoints), txt: LOG },
    magmoms,
    gpaw: {
      setups: Object.fromEntries(setups.map((setup) => [setup.species, nameOf(setup)])),
      density: DENSITY,
      every: SAVED_EVERY,
      restart,
      changeable: CHANGEABLE,
    },
  };
}
