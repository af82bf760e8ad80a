import type { Command } from 'commander';
import { rememberFolder } from '../../../activities/tasks/campaignFolder.js';
import { openFolderStore } from '../../store/folderStore.js';
import type { Store } from '../../store/types.js';
import { checkCampaign } from '../campaigns/check.js';
import { type LoadedCampaign, loadCampaign } from '../campaigns/file.js';
import { clientOf, launch, registerCampaign, requireFreeName } from '../campaigns/registry.js';
import { verdictLines } from '../campaigns/verdict.js';
import { type Home, homeOf, taskQueues } from '../home.js';
import { accessServer } from '../serverAccess.js';
import { homeOption } from './options.js';

/** `anharmony start`: hands a campaign to a running server and returns; workers elsewhere do the work. */
export function registerStart(program: Command): void {
  program
    .command('start')
    .description('start a campaign on a running server and return')
    .argument('<campaign>', 'campaign file (YAML)')
    .addOption(homeOption())
    .action(async (path: string, options: { home?: string }) => {
      const campaign = loadCampaign(path);
      for (const line of checkCampaign(campaign.bundle)) process.stderr.write(`${line}\n`);
      const home = homeOf(options);
      const store = await openFolderStore(home.store);
      await requireFreeName(store, campaign);
      await startCampaign(campaign, store, home);
    });
}

/** Hands a campaign to the server of a home, and says so. */
export async function startCampaign(campaign: LoadedCampaign, store: Store, home: Home): Promise<void> {
  const access = await accessServer(home, (line) => process.stderr.write(`${line}\n`));
  try {
    await rememberFolder(home.work, campaign.fingerprint, campaign.bundle.folder);
    const ref = await registerCampaign(store, campaign);
    const launched = await launch(clientOf(access.server), await taskQueues(home), campaign, ref);
    const { name } = campaign.bundle.settings;
    if (launched.kind === 'finished')
      for (const line of verdictLines(launched.state)) process.stdout.write(`${line}\n`);
    else process.stdout.write(`campaign ${name}: ${launched.how}; \`anharmony watch ${name}\` shows it\n`);
    if (access.own)
      process.stderr.write(
        'no server was running: it waits in the database until `anharmony run`, or `anharmony server` with `anharmony worker`\n',
      );
  } finally {
    await access.close();
  }
}
