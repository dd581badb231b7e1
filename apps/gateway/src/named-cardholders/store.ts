import type { Pool } from 'pg';

/** A cardholder that an order, a transfer or a filter names. */
export interface NamedCardholder {
  readonly account: string;
  readonly providerRef: string | null;
}

/** A cardholder by id, if this tenant has it. */
export async function findCardholder(pool: Pool, tenant: string, id: string): Promise<NamedCardholder | null> {
  const { rows } = await pool.query<NamedCardholder>({
    name: 'cardholder-named',
    text: `SELECT account, provider_ref AS "providerRef" FROM cardholders WHERE id = $1 AND tenant = $2`,
    values: [id, tenant],
  });
  return rows[0] ?? null;
}
