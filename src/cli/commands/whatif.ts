import type { Command } from 'commander';
import { acquisitionOf } from '../../campaign/bundle.js';
import { inputError } from '../../errors.js';
import { completed, whatIf } from '../../exploration/whatIf.js';
import { openFolderStore } from '../../store/folderStore.js';
import { TO_MEV } from '../../units.js';
import { recordedLedger } from '../campaigns/recordedLedger.js';
import { findBundle } from '../campaigns/registry.js';
import { homeOf } from '../home.js';
import { describeWhatIf, type WhatIfAnswer } from '../whatif/describe.js';
import { type WhatIfFlags, whatIfSettings } from '../whatif/options.js';
import { recordedRounds } from '../whatif/recorded.js';
import { homeOption } from './options.js';

interface Options extends WhatIfFlags {
  readonly home?: string;
  readonly json?: boolean;
}

/** `anharmony whatif`: the decisions of a campaign under other settings, from its recorded ε_B. */
export function registerWhatIf(program: Command): void {
  program
    .command('whatif')
    .description(
      'say which updates a campaign would have made under other settings, without one reference run',
    )
    .argument('<name>', 'name of the campaign')
    .option('--criterion <name>', 'trajectory-deviation, trajectory-average, minimum-error or fixed')
    .option('--n <n>', 'trajectory-deviation: ε_B > μ + n σ')
    .option('--gamma <factor>', 'trajectory-average: ε_B > γ μ')
    .option('--last <count>', 'minimum-error: ε_B > mean of the last ε_min')
    .option('--threshold <meV/Å>', 'fixed: ε_B > a threshold')
    .option('--fraction <fraction>', 'fixed: ε_B > a fraction of the fitting error β^-1/2')
    .option('--quantity <which>', 'rms or largest-atom')
    .option('--every <steps>', 'MD steps between two ε_B; a multiple of those recorded')
    .option('--window <steps>', 'MD steps in the running mean')
    .option('--min-window <steps>', 'no update before the window spans this many MD steps')
    .option('--min-gap <time>', 'between two updates, e.g. "200 fs"')
    .option('--stall <time>', 'stall rule after this time, e.g. "2 ps"; off: none')
    .option('--stall-structures <count>', 'stall rule: below so many structures from MD')
    .option('--stall-fraction <fraction>', 'stall rule: while μ is above this fraction of β^-1/2')
    .option('--json', 'for machines')
    .addOption(homeOption())
    .action(whatIfCommand);
}

async function whatIfCommand(name: string, options: Options): Promise<void> {
  const home = homeOf(options);
  const store = await openFolderStore(home.store);
  const { bundle, ref } = await findBundle(store, name);
  const { timestep } = bundle.settings.md;
  const own = acquisitionOf(bundle.settings);
  const settings = whatIfSettings(own, options, timestep);
  const recorded = await recordedRounds(store, (await recordedLedger(store, home, name, ref)).entries, own);
  if (recorded.length === 0) {
    throw inputError({ field: 'NAME', message: 'the campaign has no molecular dynamics yet', got: name });
  }
  const rounds = completed(recorded);
  const picks = recorded.flatMap((round) => round.taken);
  const unasked = recorded.reduce((sum, round) => sum + (round.unasked ?? 0), 0);
  const afterWrecks = picks.filter((pick) => pick.rule === 'wreck').length;
  const answer: WhatIfAnswer = {
    campaign: name,
    timestep,
    own,
    settings,
    recorded: { taken: picks.length - afterWrecks, afterWrecks, unasked },
    reproduced: whatIf(rounds).firstDifference === null,
    found: whatIf(rounds, (then) => whatIfSettings(then, options, timestep)),
  };
  const lines = options.json ? [JSON.stringify(forMachines(answer), null, 2)] : describeWhatIf(answer);
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Force errors in meV/Å, times in ps; null where JSON has no number. */
function forMachines(answer: WhatIfAnswer): unknown {
  const { campaign, own, settings, recorded, reproduced, found, timestep } = answer;
  const finite = (x: number) => (Number.isFinite(x) ? TO_MEV * x : null);
  const ps = (step: number) => (step * timestep) / 1e3;
  return {
    campaign,
    timestep_fs: timestep,
    own,
    settings,
    recorded,
    reproduced,
    first_difference: found.firstDifference && {
      ...found.firstDifference,
      time_ps: ps(found.firstDifference.step),
    },
    updates: found.updates.map(({ error, threshold, mean, deviation, step, ...update }) => ({
      ...update,
      step,
      time_ps: ps(step),
      error_meV_per_A: finite(error),
      threshold_meV_per_A: finite(threshold),
      mean_meV_per_A: finite(mean),
      deviation_meV_per_A: finite(deviation),
    })),
  };
}
