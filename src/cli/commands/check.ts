import type { Command } from 'commander';
import { checkCampaign } from '../campaigns/check.js';
import { loadCampaign } from '../campaigns/file.js';

/** `anharmony check`: everything that `run` would refuse, without running anything. */
export function registerCheck(program: Command): void {
  program
    .command('check')
    .description('validate a campaign file and say what it will cost')
    .argument('<campaign>', 'campaign file (YAML)')
    .action(async (path: string) => {
      const campaign = loadCampaign(path);
      for (const line of checkCampaign(campaign.bundle, { elsewhere: true }))
        process.stdout.write(`${line}\n`);
      process.stdout.write(`fingerprint sha256:${campaign.fingerprint}\n`);
    });
}
