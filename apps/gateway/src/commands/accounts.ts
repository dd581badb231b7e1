import type { Pool } from 'pg';
import { moveAccount } from '../accounts/tenant-store.ts';
import { operatorEntry, recordAudit } from '../audit/store.ts';
import { nameShape } from '../caller.ts';
import type { Administration } from './administration.ts';
import { UsageError } from './usage.ts';

/**
 * Looks for gateways that use the database: each has one connection that watches it.
 *
 * @throws UsageError if there are any
 */
export async function requireNoGateways(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ gateways: number }>(
    `SELECT count(*)::int AS gateways FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'card-gateway watch'`,
  );
  const [{ gateways } = { gateways: 0 }] = rows;
  if (gateways === 0) return;
  throw new UsageError(
    `Gateways use this database (${gateways} connected): they would go on writing for the tenant of before. Stop all of them, then ` +
      'run this again. Where none runs any more, a pooler keeps their connections: have it close them.',
  );
}

/**
 * Moves all data of an account to another tenant, and audits that. No gateway may run meanwhile, because one with the old
 * settings would continue to write for the old tenant.
 *
 * @throws UsageError if there is no data of such an account
 */
export async function moveToTenant(
  administration: Pick<Administration, 'pool' | 'now' | 'operator' | 'print'>,
  name: string | undefined,
  tenant: string | undefined,
): Promise<void> {
  if (name === undefined || tenant === undefined || !nameShape.test(tenant)) {
    throw new UsageError('Expected an account and a tenant: gateway accounts move <account> --to <tenant>');
  }
  const before = await moveAccount(administration.pool, { name, tenant }, (client, from) => {
    const act = { action: 'account.move', resource: name, purpose: `from ${from.join(', ')}` } as const;
    return recordAudit(client, operatorEntry(administration, tenant, act));
  });
  if (before.length === 0) throw new UsageError(`Nothing is kept of an account "${name}".`);
  administration.print(
    `${name} is of ${tenant}, and was of ${before.join(', ')}. Say so in GATEWAY_ACCOUNTS, and start the gateways.`,
  );
}
