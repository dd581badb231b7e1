import { type Account, readAccounts } from './accounts/accounts-file.ts';
import { adapters } from './adapters.ts';
import { type Config, environment, readConfig } from './config.ts';
import { FaultsError } from './faults.ts';

/** The complete configuration of a gateway. */
export interface Installation {
  readonly config: Config;
  readonly accounts: readonly Account[];
}

/** The configuration as read, each part with all its faults if it has any. */
export interface InstallationParts {
  readonly config: Config | FaultsError;
  /** Null if no setting names the file. */
  readonly accounts: readonly Account[] | FaultsError | null;
}

/** Reads the settings and the accounts. */
export function readParts(env: NodeJS.ProcessEnv): InstallationParts {
  // Variables named in the accounts file are not settings, whatever their names.
  const named = new Set<string>();
  const variable = (name: string): string | undefined => {
    named.add(name);
    return env[name];
  };
  const file = env['GATEWAY_ACCOUNTS'] ?? '';
  const accounts = file === '' ? null : attempt(() => readAccounts(file, { adapters, environment: variable }));
  return { accounts, config: attempt(() => readConfig(env, named)) };
}

/** {@link readParts} if both are usable. @throws FaultsError with every fault of both */
export function readInstallation(env: NodeJS.ProcessEnv = environment): Installation {
  const { config, accounts } = readParts(env);
  if (!(config instanceof FaultsError) && accounts !== null && !(accounts instanceof FaultsError)) {
    return { config, accounts };
  }
  const errors = [config, accounts].filter((one) => one instanceof FaultsError);
  throw new FaultsError(
    errors.flatMap(({ faults }) => faults),
    errors.map(({ message }) => message).join('\n'),
  );
}

export function accountsByProvider(accounts: readonly Account[]): string {
  const groups = Map.groupBy(accounts, ({ adapter }) => adapter.provider);
  return countsText(new Map([...groups].map(([provider, of]) => [provider, of.length])));
}

/** The providers with the number of their accounts, e.g. `acme 2, other 1`. */
export function countsText(counts: ReadonlyMap<string, number>): string {
  return counts.size === 0 ? 'none' : [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
}

function attempt<T>(read: () => T): T | FaultsError {
  try {
    return read();
  } catch (error) {
    if (error instanceof FaultsError) return error;
    throw error;
  }
}
