import { type Account, readAccounts } from './accounts/accounts-file.ts';
import { adapters } from './adapters.ts';
import { type Config, environment, readConfig } from './config.ts';
import { FaultsError } from './faults.ts';

/** All that an operator has written for a gateway. */
export interface Installation {
  readonly config: Config;
  readonly accounts: readonly Account[];
}

/** What was read, each part with all its faults where it has some. */
export interface InstallationParts {
  readonly config: Config | FaultsError;
  /** Null where no setting names the file. */
  readonly accounts: readonly Account[] | FaultsError | null;
}

/** Reads the settings and the accounts. */
export function readParts(env: NodeJS.ProcessEnv): InstallationParts {
  // A variable that the accounts name is none of ours, whatever it is called.
  const named = new Set<string>();
  const variable = (name: string): string | undefined => {
    named.add(name);
    return env[name];
  };
  const file = env['GATEWAY_ACCOUNTS'] ?? '';
  const accounts = file === '' ? null : attempt(() => readAccounts(file, { adapters, environment: variable }));
  return { accounts, config: attempt(() => readConfig(env, named)) };
}

/** {@link readParts} where both are usable. @throws FaultsError with every fault of both at once */
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
