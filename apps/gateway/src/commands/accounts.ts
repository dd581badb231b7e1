import { moveAccount } from '../accounts/tenant-store.ts';
import { recordAudit } from '../audit/store.ts';
import type { Administration } from './administration.ts';
import { nameShape } from './keys.ts';
import { UsageError } from './usage.ts';

/**
 * Moves all data of an account to another tenant, and audits that. No gateway may run meanwhile, because one with the old
 * settings would continue to write for the old tenant.
 *
 * @throws UsageError if there is no data of such an account
 */
export async function moveToTenant(
  { pool, now, operator, print }: Pick<Administration, 'pool' | 'now' | 'operator' | 'print'>,
  name: string | undefined,
  tenant: string | undefined,
): Promise<void> {
  if (name === undefined || tenant === undefined || !nameShape.test(tenant)) {
    throw new UsageError('Expected an account and a tenant: gateway accounts move <account> --to <tenant>');
  }
  const before = await moveAccount(pool, { name, tenant }, (client, from) =>
    recordAudit(client, {
      at: new Date(now()),
      tenant,
      caller: operator,
      keyId: null,
      action: 'account.move',
      resource: name,
      purpose: `from ${from.join(', ')}`,
      requestId: null,
    }),
  );
  if (before.length === 0) throw new UsageError(`Nothing is kept of an account "${name}".`);
  print(
    `${name} is of ${tenant}, and was of ${before.join(', ')}. Say so in GATEWAY_ACCOUNTS, and start the gateways.`,
  );
}
