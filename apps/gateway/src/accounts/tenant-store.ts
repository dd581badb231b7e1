import { inTransaction, type Pool, type PoolClient } from '@card-gateway/database';
import { ConfigError } from '../config.ts';

/** An account and its tenant according to the settings. */
export interface TenantOf {
  readonly name: string;
  readonly tenant: string;
}

/**
 * Records the tenant of each new account, and rejects an account whose rows belong to another tenant: the new one would see
 * them, including tokens.
 *
 * @throws ConfigError
 */
export async function requireSameTenants(pool: Pool, accounts: readonly TenantOf[]): Promise<void> {
  await pool.query(
    `INSERT INTO account_tenants (account, tenant)
     SELECT account, tenant FROM unnest($1::text[], $2::text[]) a (account, tenant)
     WHERE NOT EXISTS (SELECT FROM account_tenants t WHERE t.account = a.account) ON CONFLICT DO NOTHING`,
    [accounts.map(({ name }) => name), accounts.map(({ tenant }) => tenant)],
  );
  const faults = await tenantFaults(pool, accounts);
  if (faults.length > 0) throw new ConfigError(faults);
}

/** Accounts whose rows belong to another tenant, and how to fix that. Only reads. */
export async function tenantFaults(pool: Pool, accounts: readonly TenantOf[]): Promise<string[]> {
  const { rows } = await pool.query<{ account: string; tenant: string }>(
    'SELECT account, tenant FROM account_tenants WHERE account = ANY ($1) ORDER BY account, tenant',
    [accounts.map(({ name }) => name)],
  );
  return accounts.flatMap(({ name, tenant }) =>
    rows
      .filter((row) => row.account === name && row.tenant !== tenant)
      .map(
        (row) =>
          `GATEWAY_ACCOUNTS: "${name}" is of the tenant "${tenant}" there, and what is kept of it is of the tenant "${row.tenant}". ` +
          `Put "tenant": "${row.tenant}" back, or stop all gateways and run "gateway accounts move ${name} --to ${tenant}" with the owner's DATABASE_URL.`,
      ),
  );
}

/**
 * Tables whose rows belong to an account, and thus to its tenant. Events show what their subjects show, so they have the same
 * readers. An event destination is its tenant's, also one that is only told of this account.
 */
const tables = [
  'cards',
  'bindings',
  'cardholders',
  'card_products',
  'card_transactions',
  'transfers',
  'callbacks',
  'syncs',
  'operations',
  'events',
  'account_circuits',
] as const;

/**
 * Moves all rows of an account to another tenant, in one transaction with what `also` writes.
 *
 * @returns the previous tenants; none if there are no rows of such an account
 */
export async function moveAccount(
  pool: Pool,
  { name, tenant }: TenantOf,
  also: (client: PoolClient, before: readonly string[]) => Promise<void>,
): Promise<readonly string[]> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ tenant: string }>(
      'DELETE FROM account_tenants WHERE account = $1 RETURNING tenant',
      [name],
    );
    const before = rows.map((row) => row.tenant).toSorted();
    if (before.length === 0) return before;
    await client.query('INSERT INTO account_tenants (account, tenant) VALUES ($1, $2)', [name, tenant]);
    for (const table of tables) {
      await client.query(`UPDATE ${table} SET tenant = $2 WHERE account = $1 AND tenant <> $2`, [name, tenant]);
    }
    await client.query(
      `UPDATE operation_resolutions r SET tenant = $2 FROM operations o
       WHERE o.id = r.operation_id AND o.account = $1 AND r.tenant <> $2`,
      [name, tenant],
    );
    await also(client, before);
    return before;
  });
}
