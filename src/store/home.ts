import { resolve } from 'node:path';

/**
 * The folder that holds server database, locks and store of the campaigns started here: `--home`, else
 * ANHARMONY_HOME, else `.anharmony` in the working folder. An absolute path.
 */
export function homeFolder(flag?: string, env: NodeJS.ProcessEnv = process.env): string {
  return resolve(flag || env['ANHARMONY_HOME'] || '.anharmony');
}
