import { inTransaction } from '@card-gateway/database';
import {
  type Merchant,
  type MovementStatus,
  newUuid,
  type ProviderTransaction,
  type TransactionFee,
  type TransactionType,
} from '@card-gateway/core';
import type { Pool } from 'pg';
import { lockNames } from '../advisory-locks.ts';
import type { OpenAccount } from '../accounts/accounts.ts';
import { shownInstants } from '../instants.ts';
import type { PageRequest } from '../page.ts';
import { momentOf } from '../provider-date.ts';

/** A transaction with the card it belongs to, as it is shown: its instants are text. */
export interface TransactionRow {
  readonly id: string;
  readonly provider: string;
  readonly account: string;
  readonly providerRef: string;
  readonly cardId: string;
  readonly type: TransactionType;
  readonly providerType: string;
  readonly status: MovementStatus;
  readonly providerStatus: string;
  readonly amount: string;
  readonly localAmount: string | null;
  readonly localCurrency: string | null;
  readonly fee: string | null;
  readonly fees: TransactionFee[];
  readonly merchant: Merchant | null;
  readonly related: string | null;
  readonly modifiedAt: string | null;
  /** Its earliest known time, which may still move back; lists are sorted by it. */
  readonly firstAt: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly syncedAt: string;
}

/** Transactions of unknown cards are stored and not shown. */
const shownColumns = `
    t.id, t.provider, t.account, t.provider_ref AS "providerRef", c.id AS "cardId", t.type,
    t.provider_type AS "providerType", t.status, t.provider_status AS "providerStatus", t.amount,
    t.local_amount AS "localAmount", t.local_currency AS "localCurrency", t.fee, t.fees, t.merchant,
    t.related_ref AS related, t.modified_at AS "modifiedAt", t.first_at AS "firstAt", t.created_at AS "createdAt",
    t.updated_at AS "updatedAt", t.synced_at AS "syncedAt"`;
const selectTransactions = `
  SELECT ${shownColumns}
  FROM card_transactions t JOIN cards c ON c.account = t.account AND c.provider_ref = t.card_ref`;

/** A transaction as it was; null for the id of a card that is not known, so that it cannot be shown. */
export type ImagedTransaction = Omit<TransactionRow, 'cardId'> & { readonly cardId: string | null };

/** Transactions as they were, from their images; see `ViewImages`. */
export async function transactionsOfImages(pool: Pool, images: string): Promise<ImagedTransaction[]> {
  const { rows } = await pool.query<ImagedTransaction>({
    text: `SELECT ${shownColumns}
           FROM json_populate_recordset(NULL::transaction_image, $1) WITH ORDINALITY t
             LEFT JOIN cards c ON c.account = t.account AND c.provider_ref = t.card_ref
           ORDER BY t.ordinality`,
    values: [images],
    types: shownInstants,
  });
  return rows;
}

/** One transaction of a tenant; null for another tenant's and for none. */
export async function getTransaction(pool: Pool, tenant: string, id: string): Promise<TransactionRow | null> {
  const { rows } = await pool.query<TransactionRow>({
    name: 'transaction-get',
    text: `${selectTransactions} WHERE t.id = $1 AND c.tenant = $2`,
    values: [id, tenant],
    types: shownInstants,
  });
  return rows[0] ?? null;
}

export interface TransactionFilter {
  readonly account: string;
  readonly cardRef: string;
  readonly status?: MovementStatus | undefined;
  readonly type?: TransactionType | undefined;
  /** Bounds on the transaction's earliest known time: from the first, and before the second. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Transactions of one card, newest first, one more than the page holds. */
export async function listTransactions(
  pool: Pool,
  filter: TransactionFilter,
  { after, afterAt, limit }: PageRequest,
): Promise<TransactionRow[]> {
  const { rows } = await pool.query<TransactionRow>({
    name: after === null ? 'transaction-list' : 'transaction-list-behind',
    text: `${selectTransactions}
      WHERE t.account = $1 AND t.card_ref = $2 AND ($3::text IS NULL OR t.status = $3)
        AND ($4::text IS NULL OR t.type = $4)
        AND t.first_at >= coalesce($6::text::timestamptz, '-infinity') AND t.first_at < coalesce($7::text::timestamptz, 'infinity')
        ${after === null ? '' : 'AND (t.first_at, t.id) < ($9::timestamptz, $8::uuid)'}
      ORDER BY t.first_at DESC, t.id DESC LIMIT $5`,
    values: [
      filter.account,
      filter.cardRef,
      filter.status,
      filter.type,
      limit + 1,
      filter.from,
      filter.to,
      ...(after === null ? [] : [after, afterAt]),
    ],
    types: shownInstants,
  });
  return rows;
}

/** The card of the requested transactions, if this tenant has it. */
export async function findCard(
  pool: Pool,
  tenant: string,
  id: string,
): Promise<{ readonly account: string; readonly providerRef: string | null } | null> {
  const { rows } = await pool.query<{ account: string; providerRef: string | null }>({
    name: 'card-of-transactions',
    text: `SELECT account, provider_ref AS "providerRef" FROM cards WHERE id = $1 AND tenant = $2`,
    values: [id, tenant],
  });
  return rows[0] ?? null;
}

const saidNow = `(r->>'said_at')::timestamptz`;
/** A final description outranks a pending one; otherwise the later one counts. */
const supersedes = `(r->>'status' <> 'pending', ${saidNow}) >= (t.status <> 'pending', t.said_at)`;
const isLatest = `coalesce(${saidNow} >= t.details_said_at, true)`;
/** Members that not every description carries: how their JSON is parsed, and the value for "not stated yet". */
const details = {
  local_amount: { read: `(r->>'local_amount')::numeric`, unsaid: 't.local_amount IS NULL' },
  local_currency: { read: `r->>'local_currency'`, unsaid: 't.local_currency IS NULL' },
  fee: { read: `(r->>'fee')::numeric`, unsaid: 't.fee IS NULL' },
  fees: { read: `coalesce(r->'fees', '[]')`, unsaid: `t.fees = '[]'` },
  merchant: { read: `nullif(r->'merchant', 'null')`, unsaid: 't.merchant IS NULL' },
  related_ref: { read: `r->>'related_ref'`, unsaid: 't.related_ref IS NULL' },
};
/** Inserted with the rest, so that a new transaction is one event. */
const detailNames = Object.keys(details).join(', ');
const firstDetails = Object.values(details)
  .map(({ read }) => read)
  .join(', ');
const hasDetails = `r ?| ARRAY[${Object.keys(details)
  .map((name) => `'${name}'`)
  .join(', ')}]`;
/** The members of a description that a caller sees. */
const newValues = {
  type: `CASE WHEN ${supersedes} THEN r->>'type' ELSE t.type END`,
  provider_type: `CASE WHEN ${supersedes} THEN r->>'provider_type' ELSE t.provider_type END`,
  status: `CASE WHEN ${supersedes} THEN r->>'status' ELSE t.status END`,
  provider_status: `CASE WHEN ${supersedes} THEN r->>'provider_status' ELSE t.provider_status END`,
  amount: `CASE WHEN ${supersedes} THEN (r->>'amount')::numeric ELSE t.amount END`,
  modified_at: `CASE WHEN ${supersedes} THEN coalesce((r->>'modified_at')::timestamptz, t.modified_at) ELSE t.modified_at END`,
  ...Object.fromEntries(
    Object.entries(details).map(([name, { read, unsaid }]) => [
      name,
      `CASE WHEN r ? '${name}' AND (${isLatest} OR ${unsaid}) THEN ${read} ELSE t.${name} END`,
    ]),
  ),
};

/** Each value is computed from the row being updated, so that an update that waited for another transaction sees its result. */
const describeTransactions = `
  UPDATE card_transactions t SET
    ${Object.entries(newValues)
      .map(([name, value]) => `${name} = ${value}`)
      .join(', ')},
    said_at = CASE WHEN ${supersedes} THEN ${saidNow} ELSE t.said_at END,
    details_said_at = CASE WHEN ${hasDetails} THEN greatest(t.details_said_at, ${saidNow}) ELSE t.details_said_at END,
    first_at = least(t.first_at, ${saidNow}),
    synced_at = greatest(t.synced_at, $3),
    updated_at = CASE WHEN (${Object.keys(newValues)
      .map((name) => `t.${name}`)
      .join(', ')}) IS DISTINCT FROM (${Object.values(newValues).join(', ')})
      THEN greatest(t.updated_at, $3) ELSE t.updated_at END
  FROM jsonb_array_elements($2::jsonb) r
  WHERE t.account = $1 AND t.provider_ref = r->>'provider_ref'`;

/** The account whose transactions they are, and whose provider's clock dates them. */
type TellingAccount = Pick<OpenAccount, 'tenant' | 'name' | 'provider' | 'clock'>;

/**
 * Stores a provider's descriptions of transactions, from a list, a look-up or a notification, in any order of arrival. Rows are
 * found by the provider's id; the description that the provider changed last counts, and a final one outranks any pending one.
 * Members that only an older description carries are filled in.
 *
 * @param askedAt when the provider was asked, or sent the notification
 */
export async function storeProviderTransactions(
  pool: Pool,
  account: TellingAccount,
  transactions: readonly ProviderTransaction[],
  askedAt: Date,
): Promise<void> {
  if (transactions.length === 0) return;
  const rows = JSON.stringify(onceEach(transactions).map((transaction) => wireRow(account, transaction, askedAt)));
  await inTransaction(pool, async (client) => {
    if (transactions.length > 1) {
      // The planner chooses the lock order of a page's rows, so pages are stored one after another.
      await lockNames(client, [`transactions ${account.name}`]);
    }
    await client.query(
      `INSERT INTO card_transactions (id, tenant, provider, account, provider_ref, card_ref, type, provider_type, status,
         provider_status, amount, modified_at, said_at, first_at, created_at, updated_at, synced_at, ${detailNames})
       SELECT (r->>'new_id')::uuid, $3, $4, $1, r->>'provider_ref', r->>'card_ref', r->>'type', r->>'provider_type',
         r->>'status', r->>'provider_status', (r->>'amount')::numeric, (r->>'modified_at')::timestamptz,
         ${saidNow}, ${saidNow}, $5, $5, $5, ${firstDetails}
       FROM jsonb_array_elements($2::jsonb) r
       ON CONFLICT (account, provider_ref) DO NOTHING`,
      [account.name, rows, account.tenant, account.provider, askedAt],
    );
    await client.query(describeTransactions, [account.name, rows, askedAt]);
  });
}

/** A page may contain a row twice, because rows move while it is built: keeps the more final one. */
function onceEach(transactions: readonly ProviderTransaction[]): ProviderTransaction[] {
  const rank = ({ status, modifiedAt }: ProviderTransaction): number =>
    (status === 'pending' ? 0 : Number.MAX_SAFE_INTEGER / 2) + (modifiedAt?.getTime() ?? 0);
  return [...new Map(transactions.toSorted((a, b) => rank(a) - rank(b)).map((one) => [one.providerRef, one])).values()];
}

/** Null for an impossible date too: PostgreSQL cannot even parse the year that microseconds yield. */
function dateOf({ clock }: TellingAccount, { modifiedAt }: ProviderTransaction, askedAt: Date): Date | null {
  return modifiedAt !== null && momentOf(clock, modifiedAt, askedAt) !== null ? modifiedAt : null;
}

/** As JSON, which omits `undefined`: members that the description lacks. */
function wireRow(account: TellingAccount, transaction: ProviderTransaction, askedAt: Date): Record<string, unknown> {
  const { merchant, fees } = transaction;
  const modifiedAt = dateOf(account, transaction, askedAt);
  return {
    new_id: newUuid(askedAt.getTime()),
    provider_ref: transaction.providerRef,
    card_ref: transaction.cardRef,
    type: transaction.type,
    provider_type: transaction.providerType,
    status: transaction.status,
    provider_status: transaction.providerStatus,
    amount: transaction.amount,
    modified_at: modifiedAt?.toISOString() ?? null,
    said_at: (modifiedAt ?? askedAt).toISOString(),
    local_amount: transaction.localAmount,
    local_currency: transaction.localCurrency,
    fee: transaction.fee,
    fees,
    merchant,
    related_ref: transaction.relatedRef,
  };
}
