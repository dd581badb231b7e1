import { migrationFiles, migrationStatus } from '@card-gateway/database/migrate';
import { requireSessions } from '@card-gateway/database/pooler';
import type { Pool } from 'pg';
import { tenantFaults } from '../accounts/tenant-store.ts';
import { type Config, readSettings } from '../config.ts';
import { databaseFault } from '../database-fault.ts';
import { FaultsError } from '../faults.ts';
import { accountsByProvider, readParts } from '../installation.ts';
import { checkFingerprintKeys, checkSealingKeys } from '../sealed/check.ts';
import { compareKeyBytes, keyBytesFaults } from '../sealed/key-bytes.ts';
import { createSealing, type Sealing } from '../sealing.ts';
import { serverFaults } from '../server-faults.ts';

/** The check result for one part of an installation. */
export interface Finding {
  readonly check: 'settings' | 'accounts' | 'database' | 'migrations' | 'keys';
  readonly state: 'well' | 'faulty' | 'not checked';
  readonly detail: string;
  readonly faults: readonly string[];
}

/**
 * Checks everything that a start needs, as a start would, without changes: the database is only read.
 *
 * @param open opens the database at an address; closed by this function
 */
export async function checkInstallation(env: NodeJS.ProcessEnv, open: (url: string) => Pool): Promise<Finding[]> {
  const { config, accounts } = readParts(env);
  const settings = found('settings', config instanceof FaultsError ? config.faults : [], 'all usable');
  const read = [
    settings,
    accounts === null
      ? notChecked('accounts', 'GATEWAY_ACCOUNTS is not set')
      : accounts instanceof FaultsError
        ? found('accounts', accounts.faults, '', env['GATEWAY_ACCOUNTS'])
        : found('accounts', [], accountsByProvider(accounts)),
  ];
  const url = settingsOf(env, 'DATABASE_URL')?.DATABASE_URL;
  if (url === undefined) return [...read, ...withoutDatabase([], 'DATABASE_URL is not usable')];
  const pool = open(url);
  try {
    await requireSessions(url);
    const database = await checkDatabase(pool, env);
    const isMigrated = database.some(({ check, state }) => check === 'migrations' && state === 'well');
    if (!isMigrated || accounts === null || accounts instanceof FaultsError) return [...read, ...database];
    const ofAccounts = found('accounts', await tenantFaults(pool, accounts), accountsByProvider(accounts));
    return [settings, ofAccounts, ...database];
  } catch (error) {
    const fault = databaseFault(error as Error);
    if (fault === null) throw error;
    return [...read, ...withoutDatabase([fault], 'the database cannot be used')];
  } finally {
    await pool.end();
  }
}

function withoutDatabase(faults: readonly string[], why: string): Finding[] {
  return [
    faults.length === 0 ? notChecked('database', why) : found('database', faults, ''),
    notChecked('migrations', why),
    notChecked('keys', why),
  ];
}

async function checkDatabase(pool: Pool, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const { rows } = await pool.query<{ server: string; role: string; isSuperuser: boolean; isEncrypted: boolean }>(
    `SELECT current_setting('server_version') AS server, current_user AS role, rolsuper IS TRUE AS "isSuperuser",
       coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS "isEncrypted"
     FROM pg_roles WHERE rolname = current_user`,
  );
  const [
    { server, role, isSuperuser, isEncrypted } = { server: '', role: '', isSuperuser: false, isEncrypted: false },
  ] = rows;
  const standby = settingsOf(env, 'DATABASE_STANDBY')?.DATABASE_STANDBY ?? 'optional';
  const faults = await serverFaults(pool, standby);
  if (isSuperuser) faults.push(`DATABASE_URL: "${role}" is a superuser; a gateway does not start as one.`);
  const migrations = await checkMigrations(pool);
  return [
    found('database', faults, `PostgreSQL ${server} as ${role}, ${isEncrypted ? 'encrypted' : 'not encrypted'}`),
    migrations,
    migrations.state === 'well' ? await checkKeys(pool, env) : notChecked('keys', 'the migrations come first'),
  ];
}

async function checkMigrations(pool: Pool): Promise<Finding> {
  const {
    pending: [first, ...others],
    changed,
    failed,
    newer,
  } = await migrationStatus(pool, await migrationFiles());
  const about = (names: readonly string[], what: string): string[] => names.map((name) => `${name}: ${what}`);
  return found(
    'migrations',
    [
      ...about(failed, 'it failed half-way; mend the database, then mark it with "prisma migrate resolve"'),
      ...about(changed, 'it was changed after it had been applied; restore the file'),
      ...about(
        first === undefined ? [] : [`${first}${others.length === 0 ? '' : ` and ${others.length} more`}`],
        'not applied yet; run "gateway migrate" with the DATABASE_URL of the owner',
      ),
    ],
    newer.length === 0 ? 'all applied' : `all applied, and of a newer version: ${newer.join(', ')}`,
  );
}

async function checkKeys(pool: Pool, env: NodeJS.ProcessEnv): Promise<Finding> {
  const settings = settingsOf(env, 'GATEWAY_SEALING_KEYS', 'GATEWAY_FINGERPRINT_KEYS');
  if (settings === null) return notChecked('keys', 'their settings are not usable');
  const sealing = createSealing({
    sealing: settings.GATEWAY_SEALING_KEYS,
    fingerprint: settings.GATEWAY_FINGERPRINT_KEYS,
  });
  const bytes = await compareKeyBytes(pool, sealing);
  // A swapped key is missing too, and this alone stops a start.
  if (bytes.some((key) => key.bytes === 'swapped')) return found('keys', keyBytesFaults(bytes), '');
  const unknown = bytes.filter((key) => key.bytes === 'new').map(({ kind, id }) => `${kind} ${id}`);
  const detail = unknown.length === 0 ? 'they fit what is kept' : `new to this database: ${unknown.join(', ')}`;
  const missing = (await checkFingerprintKeys(pool, sealing)).map(
    ({ column, key, rows }) =>
      `GATEWAY_FINGERPRINT_KEYS: the key "${key}" is not in it, under which ${rows} values of ${column.table}.${column.column} are kept. ${missingKey}`,
  );
  return found('keys', [...(await sealingKeyFaults(pool, sealing)), ...missing, ...keyBytesFaults(bytes)], detail);
}

/** A missing key does not stop a start, because it may be lost for good; the start logs an error. */
const missingKey =
  'Put it back at the end of the list; a gateway starts without it, for it may be lost, and does without these.';

async function sealingKeyFaults(pool: Pool, sealing: Sealing): Promise<readonly string[]> {
  try {
    const closed = await checkSealingKeys(pool, sealing);
    return closed.map(
      ({ column, key, rows }) =>
        `GATEWAY_SEALING_KEYS: the key "${key}" is not in it, under which ${rows} values of ${column.table}.${column.column} are sealed. ${missingKey}`,
    );
  } catch (error) {
    if (error instanceof FaultsError) return error.faults;
    throw error;
  }
}

/** Null if they have faults, which are reported with the settings. */
function settingsOf<Name extends keyof Config>(env: NodeJS.ProcessEnv, ...names: Name[]): Pick<Config, Name> | null {
  try {
    return readSettings(names, env);
  } catch (error) {
    if (error instanceof FaultsError) return null;
    throw error;
  }
}

/** @param about the subject of the faults, if they do not name it themselves */
function found(check: Finding['check'], faults: readonly string[], detail: string, about = ''): Finding {
  return faults.length === 0
    ? { check, state: 'well', detail, faults }
    : { check, state: 'faulty', detail: about, faults };
}

function notChecked(check: Finding['check'], why: string): Finding {
  return { check, state: 'not checked', detail: why, faults: [] };
}

/** For the terminal: a line per check, followed by its faults. */
export function findingsText(findings: readonly Finding[]): string {
  return findings
    .flatMap(({ check, state, detail, faults }) => [
      `${check.padEnd(12)}${state.padEnd(13)}${detail}`.trimEnd(),
      ...faults.map((fault) => `  - ${fault}`),
    ])
    .join('\n');
}
