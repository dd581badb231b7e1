import { type Account, readAccounts } from './accounts/accounts-file.ts';
import { adapters } from './adapters.ts';
import { type Config, environment, readConfig } from './config.ts';
import { FaultsError } from './faults.ts';

/** All that an operator has written for a gateway. */
export interface Installation {
  readonly config: Config;
  readonly accounts: readonly Account[];
}

/**
 * Reads the settings and the accounts.
 *
 * @throws FaultsError with every fault of both at once
 */
export function readInstallation(env: NodeJS.ProcessEnv = environment): Installation {
  // A variable that the accounts name is none of ours, whatever it is called.
  const named = new Set<string>();
  const variable = (name: string): string | undefined => {
    named.add(name);
    return env[name];
  };
  const file = env['GATEWAY_ACCOUNTS'] ?? '';
  const accounts = file === '' ? null : attempt(() => readAccounts(file, { adapters, environment: variable }));
  const config = attempt(() => readConfig(env, named));
  if (!(config instanceof FaultsError) && accounts !== null && !(accounts instanceof FaultsError)) {
    return { config, accounts };
  }
  const errors = [config, accounts].filter((one) => one instanceof FaultsError);
  throw new FaultsError(
    errors.flatMap(({ faults }) => faults),
    errors.map(({ message }) => message).join('\n'),
  );
}

function attempt<T>(read: () => T): T | FaultsError {
  try {
    return read();
  } catch (error) {
    if (error instanceof FaultsError) return error;
    throw error;
  }
}
