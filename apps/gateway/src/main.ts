import { setTimeout as wait } from 'node:timers/promises';
import { migrateAtStart } from '@card-gateway/database/migrate';
import closeWithGrace from 'close-with-grace';
import type { OpenAccount } from './accounts/accounts.ts';
import { requireSameTenants } from './accounts/tenant-store.ts';
import { buildApp, eventViews, problemAnswer, writeKinds } from './app.ts';
import { ConfigError } from './config.ts';
import { databaseFault } from './database-fault.ts';
import { startCircuitLog } from './accounts/circuit-log.ts';
import { startDeliverer } from './destinations/deliverer.ts';
import { startSequencer } from './events/sequencer.ts';
import { FaultsError } from './faults.ts';
import { createLog, errorForLog } from './log.ts';
import { freeAfterStart } from './http/heap.ts';
import { metricsServer } from './http/metrics.ts';
import { accountsByProvider, countsText, readInstallation } from './installation.ts';
import { startJobs } from './jobs/jobs.ts';
import { listenForBoth } from './listen.ts';
import { openServices, openWatchedDatabase } from './open-services.ts';
import { checkFingerprintKeys, checkSealingKeys } from './sealed/check.ts';
import { requireSameKeyBytes } from './sealed/key-bytes.ts';
import { serverFaults } from './server-faults.ts';
import { standbyCounts } from './measured/standby-store.ts';
import { build } from './version.ts';

try {
  await start();
} catch (error) {
  process.stderr.write(`${startFailure(error as Error)}\n`);
  process.exit(1);
}

/** Faults of settings and environment are explained to the operator; anything else is a bug. */
function startFailure(error: Error): string {
  if (error instanceof FaultsError) return error.message;
  return databaseFault(error) ?? JSON.stringify(errorForLog(error));
}

async function start(): Promise<void> {
  const { config, accounts: accountList } = readInstallation();
  const log = createLog(config.LOG_LEVEL);
  const now = (): number => new Date().getTime();

  await migrateAtStart(config.DATABASE_URL, {
    runtimeRole: config.DATABASE_RUNTIME_ROLE,
    report: (text) => log.warn({ text }, 'migrating'),
  });
  const { pool, database } = openWatchedDatabase(config, log);
  const unfit = await serverFaults(pool, config.DATABASE_STANDBY);
  if (unfit.length > 0) throw new ConfigError(unfit);

  const services = openServices({ config, accounts: accountList, pool, database, log, now, problemAnswer });
  const { accounts, metrics, sealing } = services;
  metrics.collectProcess();
  for (const account of accounts.all) {
    for (const warning of callbackWarnings(account)) log.warn({ account: account.name }, warning);
  }
  await requireSameTenants(pool, accountList);
  await requireSameKeyBytes(pool, sealing);
  for (const { column, key, rows } of await checkSealingKeys(pool, sealing)) {
    log.error(
      { sealed: `${column.table}.${column.column}`, sealingKey: key, rows },
      'sealed under a key that is not configured',
    );
  }
  for (const { column, key, rows } of await checkFingerprintKeys(pool, sealing)) {
    log.error(
      { column: `${column.table}.${column.column}`, fingerprintKey: key, rows },
      'kept under a fingerprint key that is not configured: repeats of such requests are not answered',
    );
  }
  // Once it listens, it serves whatever happens to the database.
  const standbys = await standbyCounts(pool);
  const app = await buildApp(services, log);
  const jobs = await startJobs(services, writeKinds, log);
  const sequencer = startSequencer({ pool, tail: services.eventTail, log });
  const circuits = startCircuitLog(services, log);
  const deliverer = startDeliverer({ services, views: eventViews, log });
  const metricsOnly = metricsServer(services, log);
  const listensAt = await listenForBoth(app, metricsOnly, config);
  log.info(
    { ...build, accounts: accountsByProvider(accountList), standbys: countsText(standbys), listensAt },
    'started',
  );

  const { SHUTDOWN_DELAY_MS: delayMs, SHUTDOWN_GRACE_MS: graceMs } = config;
  closeWithGrace(
    { delay: delayMs + graceMs, logger: { error: (text: unknown) => log.error({ text }, 'closing') } },
    async ({ err, signal }) => {
      if (err) log.error({ err }, 'closing after an error');
      else if (delayMs > 0) {
        // /health/ready makes load balancers send requests elsewhere before the listener closes.
        app.isEnding = true;
        log.info({ signal, ms: delayMs }, 'not ready any more, and serving until it closes');
        await wait(delayMs);
      }
      log.info({ signal }, 'closing');
      // First reject new requests and jobs and finish the running ones; then close what both use.
      await Promise.all([app.close(), jobs.stop(), deliverer.stop(), circuits.stop()]);
      await services.unrecorded.stop();
      await sequencer.stop();
      await metricsOnly.close();
      await accounts.close();
      await database.close();
      await pool.end();
      log.info('closed');
    },
  );
  freeAfterStart();
}

function callbackWarnings({ adapter, authorization, callbacks }: OpenAccount): string[] {
  const facet = adapter.callbacks;
  if (facet === undefined || (facet.isUnsigned && callbacks.secretPath === undefined)) return [];
  return [
    ...(facet.decisionTimeMs !== null && authorization === null
      ? ['its provider asks about payments, and without the setting "authorization" all are declined']
      : []),
    ...(callbacks.allowFrom === undefined
      ? ['callbacks are looked at from any address; "callbacks": {"allowFrom": […]} names those of its provider']
      : []),
  ];
}
