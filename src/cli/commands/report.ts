import type { Command } from 'commander';
import { writeResults } from '../../../activities/tasks/publish.js';
import { inputError } from '../../errors.js';
import { openFolderStore } from '../../store/folderStore.js';
import { observe } from '../campaigns/observe.js';
import { clientOf, describe, findBundle } from '../campaigns/registry.js';
import { homeOf } from '../home.js';
import { accessServer, requireHome } from '../serverAccess.js';
import { homeOption } from './options.js';

/** `anharmony report`: writes a campaign's results and report anew, finished or running. */
export function registerReport(program: Command): void {
  program
    .command('report')
    .description('write the report of a campaign, finished or running')
    .argument('<name>', 'name of the campaign')
    .addOption(homeOption())
    .action(async (name: string, options: { home?: string }) => {
      const home = homeOf(options);
      requireHome(home);
      const store = await openFolderStore(home.store);
      const { ref } = await findBundle(store, name);
      const access = await accessServer(home, (line) => process.stderr.write(`${line}\n`), true);
      try {
        const client = clientOf(access.server);
        const state = (await describe(client, name)) && (await observe(client, name)).status?.state;
        if (!state?.ledger.head) {
          throw inputError({
            field: 'NAME',
            message: 'the campaign has no result yet, or no worker answers for it',
            got: name,
            hint: 'run it first, or start a worker',
          });
        }
        const environment = { places: home, store, report: () => undefined, shouldStop: () => false };
        const { folder, suspects } = await writeResults(environment, {
          campaign: ref,
          head: state.ledger.head,
          forceField: state.forceField?.ref ?? null,
          verdict: state.verdict,
        });
        process.stdout.write(`${folder}\n`);
        if (suspects.length > 0)
          process.stderr.write(
            `warning: suspect labels: structures ${suspects.join(', ')} (see the report)\n`,
          );
      } finally {
        await access.close();
      }
    });
}
