import type { Command } from 'commander';
import { campaignJsonSchema } from '../../campaign/parse.js';
import { campaignReference } from '../../campaign/reference.js';

/** `anharmony schema`: the JSON Schema of the campaign file, for editors. */
export function registerSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of the campaign file')
    .option('--reference', 'the reference page of the documentation instead')
    .action((options: { reference?: boolean }) => {
      process.stdout.write(
        options.reference ? campaignReference() : `${JSON.stringify(campaignJsonSchema(), null, 2)}\n`,
      );
    });
}
