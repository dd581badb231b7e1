import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where `pnpm start` keeps its data, beside the sources. */
const dataFolder = fileURLToPath(new URL('../../../.data', import.meta.url));

/** Settings, and the files in the data folder that provide them. */
const files = {
  DATABASE_URL_FILE: 'database-url',
  GATEWAY_API_KEY_FILE: 'api-key',
  GATEWAY_ACCOUNTS: 'accounts.json',
  GATEWAY_SEALING_KEYS_FILE: 'secrets/sealing-keys',
  GATEWAY_FINGERPRINT_KEYS_FILE: 'secrets/fingerprint-keys',
} as const;

/** Where the gateway listened that was started last. */
const gatewayUrlFile = 'gateway-url';

/** The owner's connection string, for operations that a gateway's role may not do. */
const ownerFile = 'database-owner-url';

/**
 * The environment of the command line in a clone: without a database of its own it uses that of `pnpm start`, with its keys,
 * accounts and gateway. In production nothing is discovered.
 *
 * @returns the environment, the same for the owner's commands, and the folder if anything in it is used
 */
export function withLocalData(
  environment: NodeJS.ProcessEnv,
  folder: string = dataFolder,
): {
  readonly environment: NodeJS.ProcessEnv;
  readonly ownerEnvironment: NodeJS.ProcessEnv;
  readonly folder: string | null;
} {
  const isSet = (name: string): boolean => (environment[name] ?? '') !== '';
  const isElsewhere = environment['NODE_ENV'] === 'production' || isSet('DATABASE_URL') || isSet('DATABASE_URL_FILE');
  if (isElsewhere || !existsSync(join(folder, files.DATABASE_URL_FILE)))
    return { environment, ownerEnvironment: environment, folder: null };
  const found = Object.entries(files).filter(
    // The key is that gateway's, and is sent to no other.
    ([name]) =>
      !isSet(name) && !isSet(name.replace(/_FILE$/, '')) && !(name === 'GATEWAY_API_KEY_FILE' && isSet('GATEWAY_URL')),
  );
  const urlFile = join(folder, gatewayUrlFile);
  const isListening = !isSet('GATEWAY_URL') && !isSet('PORT') && existsSync(urlFile);
  const local = {
    ...environment,
    ...Object.fromEntries(found.map(([name, file]) => [name, join(folder, file)])),
    ...(isListening && { GATEWAY_URL: readFileSync(urlFile, 'utf8').trim() }),
  };
  return {
    environment: local,
    ownerEnvironment: { ...local, DATABASE_URL_FILE: join(folder, ownerFile) },
    folder,
  };
}
