import { dirname, resolve } from 'node:path';
import { InputError } from '../../errors.js';
import { DEFAULT_CORRECTIONS } from '../ladder.js';
import { createLauncher } from '../launchers/createLauncher.js';
import type { Calculator } from '../types.js';
import { BRIDGE_MEANING, bridgeInputs, referenceResult, residentProblems } from './ase/bridge.js';
import { ASE_LADDER } from './ase/ladder.js';
import { runBridge } from './ase/run.js';
import type { AseSettings } from './ase/settings.js';
import { hashFiles } from './commandLine.js';

/** Any calculator of ASE, one Python process for each structure. Throws `InputError` for files that are not there. */
export function ase(settings: AseSettings, { folder }: { readonly folder: string }): Calculator {
  const {
    class: name,
    arguments: given = {},
    files = [],
    magmoms,
    command = ['python3'],
    resident,
  } = settings;
  const problems = residentProblems(settings);
  if (problems.length > 0) throw new InputError(problems);
  const hashes = hashFiles(files, folder);
  const paths = Object.fromEntries(files.map((file) => [file, resolve(folder, file)]));
  const modules = files.filter((file) => file.endsWith('.py')).map((file) => dirname(paths[file]));
  const job = { class: name, arguments: given, files: paths, paths: [...new Set(modules)], magmoms };
  const policy = { ...DEFAULT_CORRECTIONS, ...settings.corrections };
  const launcher = createLauncher(settings, folder);
  return {
    name: 'ase',
    identity: {
      calculator: 'ase',
      meaning: BRIDGE_MEANING,
      class: name,
      arguments: given,
      files: hashes,
      ...(magmoms && { magmoms }),
    },
    correctable: { ladder: ASE_LADDER, settings: {}, policy },
    launcher,
    ...(resident && { resident }),
    inputFiles: (structure) => bridgeInputs(structure, job),
    evaluate: async (structure, context) => {
      const code = { name: name.slice(name.lastIndexOf('.') + 1), ladder: ASE_LADDER };
      const where = { launcher, command, folder, settings, resident };
      return referenceResult(await runBridge({ code, ...where, structure, context, job: () => job }));
    },
  };
}
