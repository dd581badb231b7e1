import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownerRole } from '@card-gateway/database/roles';
import type { BenchDatabase } from './database.ts';
import { cardRefSql, last4Sql, type Rows, timeSql, uuidOfRow, uuidSql } from './fill.ts';
import { accounts, type AccountName, type Installation } from './installation.ts';
import type { Program, Running } from './process.ts';
import type { RivalSettings } from './rivals/settings.ts';
import type { Target } from './target.ts';

const folder = new URL('rivals/', import.meta.url).pathname;
const tenant = 'default';
const apiKey = randomBytes(24).toString('hex');
const headers = { authorization: `Bearer ${apiKey}` };

export const rivalNames = ['b', 'b2', 'bare'] as const;
export type RivalName = (typeof rivalNames)[number];

/** A rival as a separate process, in production mode and without a log. */
export function rivalProgram(
  name: RivalName,
  installation: Installation,
  database: BenchDatabase,
  providerPort: number,
): Program {
  const settings = (port: number): RivalSettings => ({
    port,
    databaseUrl: database.ownerUrl,
    apiKey,
    tenant,
    ...installation.rivalSettings(providerPort),
  });
  return {
    name,
    words: (port) => [join(folder, `${name}.ts`), JSON.stringify(settings(port))],
    folder,
    environment: () => ({}),
    log: join(installation.folder, `${name}.log`),
  };
}

const orderOf = (account: AccountName): Target['orders'][AccountName] => {
  const id = `01900000-0000-7000-8000-${String(accounts[account]).padStart(12, '0')}`;
  return { product: id, cardholder: id };
};
const orders = Object.fromEntries(
  (Object.keys(accounts) as AccountName[]).map((account) => [account, orderOf(account)]),
) as Target['orders'];

/** Creates a rival's tables, with a product and a cardholder per account, and fills them. */
async function makeTables({ pool }: BenchDatabase, rows: Rows): Promise<void> {
  const schema = await readFile(join(folder, 'schema.sql'), 'utf8');
  await pool.query(`SET ROLE ${ownerRole}; ${schema} RESET ROLE`);
  for (const account of Object.keys(accounts) as AccountName[]) {
    const { product, cardholder } = orders[account];
    await pool.query(`INSERT INTO products VALUES ($1, $2, $3, 'PKG1', 'visa')`, [product, tenant, account]);
    await pool.query(`INSERT INTO cardholders VALUES ($1, $2, $3, 'U1')`, [cardholder, tenant, account]);
  }
  const [id, at, last] = [uuidSql(rows), timeSql(rows), rows.count];
  const { product, cardholder } = orders.keysecure;
  await pool.query(
    `INSERT INTO operations (id, tenant, idempotency_key, request_hash, type, resource_id, outcome, answer, created_at, resolved_at)
     SELECT ${id}, $1, 'filled-' || n, encode(sha256(n::text::bytea), 'hex'), 'issueCard', ${id}, 'succeeded',
       json_build_object('id', ${id}, 'status', 'pending'), ${at}, ${at} FROM generate_series(1::bigint, $2) n`,
    [tenant, last],
  );
  await pool.query(
    `INSERT INTO cards (id, tenant, provider, account, provider_ref, product_id, cardholder_id, form, network, last4, status,
       provider_status, created_at, updated_at)
     SELECT ${id}, $1, 'keysecure', 'keysecure', ${cardRefSql}, $3, $4, 'virtual', 'visa', ${last4Sql}, 'active',
       'Activated', ${at}, ${at} FROM generate_series(1::bigint, $2) n`,
    [tenant, last, product, cardholder],
  );
  await pool.query('VACUUM ANALYZE');
}

/** A running rival with full tables; *bare* has none. */
export async function rivalTarget(
  name: RivalName,
  running: Running,
  database: BenchDatabase,
  rows: Rows,
): Promise<Target> {
  if (name !== 'bare') await makeTables(database, rows);
  return {
    name,
    running,
    headers,
    rows,
    cardId: (n) => uuidOfRow(rows, n),
    operationId: (n) => uuidOfRow(rows, n),
    orders,
    database: database.pool,
    idle: async () => {},
  };
}
