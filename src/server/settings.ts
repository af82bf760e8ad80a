import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import { inputError } from '../errors.js';

/** A server that runs somewhere else, as the settings name it. */
export interface ExternalServer {
  readonly kind: 'external';
  readonly address: string;
  readonly namespace: string;
  /** Which setting names it, for people. */
  readonly source: string;
  readonly config: ClientConnectConfig;
}

/**
 * The server that Temporal's own settings name (TEMPORAL_ADDRESS, TEMPORAL_PROFILE, temporal.toml); undefined when they name no address.
 * Throws `InputError` for settings that cannot be read.
 */
export function externalServer(env: NodeJS.ProcessEnv = process.env): ExternalServer | undefined {
  const config = load(env);
  const address = config.connectionOptions.address;
  if (address === undefined || address === '') return undefined;
  const profile = env['TEMPORAL_PROFILE'] ?? 'default';
  const source = env['TEMPORAL_ADDRESS'] ? 'TEMPORAL_ADDRESS' : `profile ${profile} of ${tomlName(env)}`;
  return { kind: 'external', address, namespace: config.namespace ?? 'default', source, config };
}

function load(env: NodeJS.ProcessEnv): ClientConnectConfig {
  const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const overrideEnvVars = Object.fromEntries(defined);
  try {
    return loadClientConnectConfig({ overrideEnvVars });
  } catch (error) {
    // The SDK stumbles over a file without any profile, such as an empty one; it then says nothing.
    if (error instanceof TypeError) return loadClientConnectConfig({ overrideEnvVars, disableFile: true });
    throw inputError({
      field: env['TEMPORAL_PROFILE'] ? 'TEMPORAL_PROFILE' : tomlName(env),
      message: "Temporal's settings cannot be read",
      got: error instanceof Error ? error.message : String(error),
      hint: 'correct the file or the TEMPORAL_… variables, or unset them to use a server of our own',
    });
  }
}

function tomlName(env: NodeJS.ProcessEnv): string {
  return env['TEMPORAL_CONFIG_FILE'] ?? 'temporal.toml';
}
