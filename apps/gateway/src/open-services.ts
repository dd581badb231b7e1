import { type Database, type DatabaseWatch, openDatabase, watchDatabase } from '@card-gateway/database';
import type { Logger } from 'pino';
import { openAccounts } from './accounts/accounts.ts';
import type { Account } from './accounts/accounts-file.ts';
import { type Config, connectionShares, listLimits } from './config.ts';
import { createEventTail } from './event-tail.ts';
import { createKeyBulkhead } from './key-bulkhead.ts';
import { createKnownPages } from './known-pages.ts';
import { createListBulkhead } from './list-bulkhead.ts';
import { createMetrics } from './metrics.ts';
import { createPulse } from './pulse.ts';
import { createSealing } from './sealing.ts';
import type { Services } from './services.ts';
import { standbyFault } from './measured/standby-store.ts';
import { createUnrecorded } from './unrecorded.ts';

/** Opens the request connections, and the watch that reports when nothing can be recorded. */
export function openWatchedDatabase(
  config: Config,
  log: Logger,
): { readonly pool: Database; readonly database: DatabaseWatch } {
  const pool = openDatabase(config.DATABASE_URL, {
    connections: connectionShares(config).requests,
    connectTimeoutMs: config.DATABASE_CONNECT_TIMEOUT_MS,
    statementTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: config.DATABASE_LOCK_TIMEOUT_MS,
    onIdleError: (error) => log.warn({ err: error }, 'a database connection broke'),
    onFailure: () => database.suspect(),
  });
  const database = watchDatabase(config.DATABASE_URL, {
    pool,
    demand: (client) => standbyFault(client, config.DATABASE_STANDBY),
    onChange: (error) => {
      if (error === null) log.warn('the database is back');
      else log.error({ err: error }, 'the database is away: not ready');
    },
  });
  return { pool, database };
}

/** Opens the accounts and creates everything else that acts need. `accounts.close()` and `unrecorded.stop()` end it. */
export function openServices({
  config,
  accounts,
  pool,
  database,
  log,
  now,
  problemAnswer,
}: Pick<Services, 'config' | 'pool' | 'database' | 'now' | 'problemAnswer'> & {
  readonly accounts: readonly Account[];
  readonly log: Logger;
}): Services {
  const metrics = createMetrics();
  return {
    pool,
    database,
    pulse: createPulse(() => performance.now()),
    eventTail: createEventTail(),
    accounts: openAccounts(accounts, {
      config,
      now,
      report: (account, report) => {
        metrics.providerCalled(account, report);
        log.info({ account, ...report }, 'called provider');
      },
    }),
    sealing: createSealing({ sealing: config.GATEWAY_SEALING_KEYS, fingerprint: config.GATEWAY_FINGERPRINT_KEYS }),
    config,
    metrics,
    unrecorded: createUnrecorded(),
    lists: createListBulkhead(listLimits(config)),
    keys: createKeyBulkhead(connectionShares(config).keys, 1),
    knownPages: createKnownPages(),
    problemAnswer,
    now,
  };
}
