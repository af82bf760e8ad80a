import type { Command } from 'commander';
import { campaignJsonSchema } from '../../campaign/parse.js';

/** `anharmony schema`: the JSON Schema of the campaign file, for editors. */
export function registerSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of the campaign file')
    .action(() => {
      process.stdout.write(`${JSON.stringify(campaignJsonSchema(), null, 2)}\n`);
    });
}
