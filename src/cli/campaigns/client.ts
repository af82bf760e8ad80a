import type { Client } from '@temporalio/client';
import { inputError } from '../../errors.js';
import { type Home, homeOf } from '../home.js';
import { accessServer, type ServerAccess } from '../serverAccess.js';
import { clientOf, describe } from './registry.js';

/** Gives a client of the server that this home works with, for as long as the action takes. */
export async function withClient(
  options: { readonly home?: string },
  action: (client: Client, home: Home, access: ServerAccess) => Promise<void>,
): Promise<void> {
  const home = homeOf(options);
  const access = await accessServer(home, (line) => process.stderr.write(`${line}\n`), true);
  try {
    await action(clientOf(access.server), home, access);
  } finally {
    await access.close();
  }
}

/** @throws InputError where the server knows no such campaign */
export async function requireCampaign(client: Client, name: string): Promise<void> {
  if (await describe(client, name)) return;
  throw inputError({
    field: 'NAME',
    message: 'this server knows no campaign of this name',
    got: name,
    hint: '`anharmony list` shows what there is',
  });
}
