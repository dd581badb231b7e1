import { inTransaction } from '@card-gateway/database';
import {
  type CardForm,
  type CardNetwork,
  newUuid,
  type ProductLimits,
  type ProductStatus,
  type ProviderProduct,
} from '@card-gateway/core';
import type { Pool } from 'pg';
import type { Owner } from '../accounts/accounts.ts';
import { isAheadOfTime } from '../ahead-of-time.ts';
import type { PageRequest } from '../page.ts';

export interface ProductRow {
  readonly id: string;
  readonly provider: string;
  readonly account: string;
  readonly providerRef: string;
  readonly name: string | null;
  readonly bin: string | null;
  readonly network: CardNetwork | null;
  readonly category: 'credit' | 'debit' | 'unrecognized' | null;
  readonly forms: CardForm[];
  readonly currencies: string[];
  readonly balanceCurrency: string | null;
  readonly region: string | null;
  readonly bank: string | null;
  readonly status: ProductStatus;
  readonly providerStatus: string | null;
  readonly issuable: boolean;
  readonly limits: ProductLimits | null;
  readonly seenAt: Date;
}

/** Products of the accounts in the order of their providers' lists, one more than the page holds. */
export async function listProducts(
  pool: Pool,
  filter: { readonly tenant: string; readonly accounts: readonly string[] },
  page: PageRequest,
): Promise<ProductRow[]> {
  const { rows } = await pool.query<ProductRow>(
    `SELECT id, provider, account, provider_ref AS "providerRef", name, bin, network, category, forms, currencies,
       balance_currency AS "balanceCurrency", region, bank, status, provider_status AS "providerStatus", issuable, limits,
       seen_at AS "seenAt"
     FROM card_products WHERE tenant = $1 AND account = ANY ($2) AND ($3::uuid IS NULL OR id > $3)
     ORDER BY id LIMIT $4`,
    [filter.tenant, filter.accounts, page.after, page.limit + 1],
  );
  return rows;
}

/** When the provider last listed an account's products; null if never. */
export async function productsSeenAt(pool: Pool, account: string): Promise<Date | null> {
  const { rows } = await pool.query<{ seenAt: Date | null }>(
    'SELECT max(seen_at) AS "seenAt" FROM card_products WHERE account = $1',
    [account],
  );
  return rows[0]?.seenAt ?? null;
}

const columns = [
  'name',
  'bin',
  'network',
  'category',
  'forms',
  'currencies',
  'balance_currency',
  'region',
  'bank',
  'status',
  'provider_status',
  'issuable',
  'limits',
  'seen_at',
];

/** Stores an account's list of products. Products missing from a complete list stay as last seen, and cannot be ordered. */
export async function storeProducts(
  pool: Pool,
  account: Owner,
  list: { readonly products: readonly ProviderProduct[]; readonly isWhole: boolean; readonly askedAt: Date },
): Promise<void> {
  const { products, isWhole, askedAt } = list;
  const rows = products.map((product) => ({
    id: newUuid(askedAt.getTime()),
    provider_ref: product.providerRef,
    name: product.name,
    bin: product.bin,
    network: product.network,
    category: product.category,
    forms: product.forms ?? [],
    currencies: product.currencies,
    balance_currency: product.balanceCurrency,
    region: product.region,
    bank: product.bank,
    status: product.status,
    provider_status: product.providerStatus,
    issuable: product.issuable,
    limits: product.limits,
  }));
  await inTransaction(pool, async (client) => {
    await client.query(
      `INSERT INTO card_products (id, tenant, provider, account, provider_ref, ${columns.join(', ')})
       SELECT DISTINCT ON (provider_ref) id, $3, $4, $1, provider_ref, ${columns.slice(0, -1).join(', ')}, $5
       FROM jsonb_to_recordset($2::jsonb) AS r (id uuid, provider_ref text, name text, bin text, network text, category text,
         forms text[], currencies text[], balance_currency text, region text, bank text, status text, provider_status text,
         issuable boolean, limits jsonb)
       ORDER BY provider_ref
       ON CONFLICT (account, provider_ref) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}
         WHERE card_products.seen_at <= excluded.seen_at OR ${isAheadOfTime('card_products.seen_at', 'excluded.seen_at')}`,
      [account.name, JSON.stringify(rows), account.tenant, account.provider, askedAt],
    );
    if (!isWhole) return;
    await client.query(
      `UPDATE card_products SET issuable = false
       WHERE account = $1 AND (seen_at < $2 OR ${isAheadOfTime('seen_at', '$2')}) AND issuable`,
      [account.name, askedAt],
    );
  });
}
