import { gatheredById } from '@card-gateway/database';
import { instantOf, type MovementStatus, type ProviderTransfer, type TransferDirection } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import { isAheadOfTime } from '../ahead-of-time.ts';
import { type NamedRecording, recordingNamed } from '../ledger/record-store.ts';
import { sendClaims } from '../ledger/send-claims-store.ts';
import { operationColumns, type OperationColumns } from '../ledger/reference.ts';
import { type Resolve, resolving } from '../ledger/resolve-store.ts';
import { listStatement, type PageRequest } from '../page.ts';

/** What callers see of a transfer. */
export interface ShownTransfer extends OperationColumns {
  readonly id: string;
  readonly provider: string;
  readonly account: string;
  readonly providerRef: string | null;
  readonly cardholderId: string;
  readonly direction: TransferDirection;
  readonly amount: string;
  readonly currency: string;
  readonly status: MovementStatus;
  readonly providerStatus: string | null;
  readonly balanceBefore: string | null;
  readonly balanceAfter: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly syncedAt: Date | null;
}

export interface TransferRow extends ShownTransfer {
  readonly tenant: string;
}

const shownColumns = `
    t.id, t.provider, t.account, t.provider_ref AS "providerRef", t.cardholder_id AS "cardholderId", t.direction,
    t.amount, t.currency, t.status, t.provider_status AS "providerStatus", t.balance_before AS "balanceBefore",
    t.balance_after AS "balanceAfter", t.created_at AS "createdAt", t.updated_at AS "updatedAt",
    t.synced_at AS "syncedAt", ${operationColumns}`;
const joined = (transfers: string): string => `
  FROM ${transfers} t LEFT JOIN operations o ON o.id = t.operation_id`;
const selectTransfers = `SELECT ${shownColumns}, t.tenant ${joined('transfers')}`;

const transferById = gatheredById<TransferRow>(async (to, ids) => {
  const { rows } = await to.query<TransferRow>({
    name: 'transfer-get',
    text: `${selectTransfers} WHERE t.id = ANY ((SELECT $1::uuid[])::uuid[])`,
    values: [ids],
  });
  return rows;
});

/** Transfers as they were, from their images; see `ViewImages`. */
export async function transfersOfImages(pool: Pool, images: string): Promise<ShownTransfer[]> {
  const { rows } = await pool.query<ShownTransfer>(
    `SELECT ${shownColumns} ${joined('json_populate_recordset(NULL::transfer_image, $1) WITH ORDINALITY')} ORDER BY t.ordinality`,
    [images],
  );
  return rows;
}

/** One transfer of a tenant; null for another tenant's and for none. */
export async function getTransfer(client: Pool | PoolClient, tenant: string, id: string): Promise<TransferRow | null> {
  const row = await transferById(client, id);
  return row?.tenant === tenant ? row : null;
}

export interface TransferFilter {
  readonly tenant: string;
  readonly account?: string | undefined;
  readonly cardholderId?: string | undefined;
  readonly direction?: TransferDirection | undefined;
  readonly status?: MovementStatus | undefined;
}

/** Transfers, newest first, one more than the page holds. */
export async function listTransfers(pool: Pool, filter: TransferFilter, page: PageRequest): Promise<TransferRow[]> {
  const listed = {
    owner: 't.tenant',
    tenant: filter.tenant,
    filters: {
      't.account =': filter.account,
      't.cardholder_id =': filter.cardholderId,
      't.direction =': filter.direction,
      't.status =': filter.status,
    },
    bounds: {
      't.id <': page.after,
    },
  };
  const { rows } = await pool.query<TransferRow>(
    listStatement(
      'transfer-list',
      listed,
      page,
      (where, limit) => `${selectTransfers} ${where} ORDER BY t.tenant, t.id DESC ${limit}`,
    ),
  );
  return rows;
}

export type OrderedTransfer = Pick<TransferRow, 'id' | 'cardholderId' | 'direction' | 'amount' | 'currency'>;

const newTransfer = {
  own: 'cardholder_id uuid, direction text, amount numeric, currency text, since timestamptz',
  named: `
    SELECT provider_ref AS "cardholderRef" FROM cardholders h
    WHERE h.id = asked.cardholder_id AND h.tenant = asked.tenant AND h.account = asked.account AND provider_ref IS NOT NULL`,
  resource: `
    INSERT INTO transfers (id, tenant, provider, account, cardholder_id, direction, amount, currency, status, operation_id,
      created_at, updated_at)
    SELECT resource_id, tenant, provider, account, cardholder_id, direction, amount, currency, 'pending', id, since,
      created_at FROM claimed`,
};

/** What a transfer names, by the provider's id. */
export interface NamedCardholderRef {
  readonly cardholderRef: string;
}

const recordNewTransfer = recordingNamed<NamedCardholderRef>(sendClaims('transfer-record', newTransfer));

/**
 * Records a transfer before it is sent, and finds its cardholder's id at the provider. It does not fit if its account has no
 * such cardholder.
 */
export function recordTransfer({
  id,
  cardholderId,
  direction,
  amount,
  currency,
}: OrderedTransfer): NamedRecording<NamedCardholderRef> {
  return recordNewTransfer({
    cardholder_id: cardholderId,
    direction,
    amount,
    currency,
    since: new Date(instantOf(id)),
  });
}

/**
 * Stores a provider's description of a transfer that is not known to be final: above all its number, by which a person finds
 * it. Ignores a number that another transfer has, and descriptions requested before the last one.
 */
export async function describeTransfer(
  pool: Pool,
  id: string,
  transfer: ProviderTransfer,
  askedAt: Date,
): Promise<void> {
  await pool.query({
    name: 'transfer-describe',
    text: `UPDATE transfers t SET provider_ref = coalesce(t.provider_ref, $2), provider_status = coalesce($3, t.provider_status),
             balance_before = coalesce($4::numeric, t.balance_before), balance_after = coalesce($5::numeric, t.balance_after),
             synced_at = $6, updated_at = $6
           WHERE t.id = $1 AND t.status = 'pending'
             AND (t.synced_at IS NULL OR t.synced_at <= $6 OR ${isAheadOfTime('t.synced_at', '$6')})
             AND NOT EXISTS (SELECT FROM transfers o WHERE o.account = t.account AND o.provider_ref = $2 AND o.id <> t.id)`,
    values: [id, transfer.providerRef, transfer.providerStatus, transfer.balanceBefore, transfer.balanceAfter, askedAt],
  });
}

const ended = `
  UPDATE transfers t SET status = 'succeeded', provider_ref = moved.provider_ref,
    provider_status = coalesce(moved.provider_status, t.provider_status),
    balance_before = coalesce(moved.balance_before, t.balance_before),
    balance_after = coalesce(moved.balance_after, t.balance_after), synced_at = moved.started_at, updated_at = moved.at
  FROM moved WHERE t.id = moved.resource_id`;
const failed = `
  UPDATE transfers t SET status = 'failed', updated_at = moved.at FROM moved WHERE t.id = moved.resource_id`;

/** Resolves transfers that the provider made. */
export const endedAtOnce: Resolve = resolving('transfer-ended', {
  shown: 'transfers',
  own: 'provider_ref text, provider_status text, balance_before numeric, balance_after numeric',
  resource: ended,
});

/** Resolves transfers that the provider refused. */
export const failedAtOnce: Resolve = resolving('transfer-failed', { shown: 'transfers', resource: failed });

/** Marks the transfer as succeeded. A balance missing from this description stays as known. */
export async function endTransfer(
  client: PoolClient,
  id: string,
  transfer: ProviderTransfer,
  when: { readonly at: Date; readonly askedAt: Date },
): Promise<void> {
  await client.query({
    name: 'transfer-end',
    text: `WITH moved AS (
             SELECT $1::uuid AS resource_id, $2::text AS provider_ref, $3::text AS provider_status,
               $4::numeric AS balance_before, $5::numeric AS balance_after, $6::timestamptz AS started_at, $7::timestamptz AS at
           ) ${ended} AND t.status = 'pending'`,
    values: [
      id,
      transfer.providerRef,
      transfer.providerStatus,
      transfer.balanceBefore,
      transfer.balanceAfter,
      when.askedAt,
      when.at,
    ],
  });
}

export async function failTransfer(client: PoolClient, id: string, at: Date): Promise<void> {
  await client.query({
    name: 'transfer-fail',
    text: `WITH moved AS (SELECT $1::uuid AS resource_id, $2::timestamptz AS at) ${failed} AND t.status = 'pending'`,
    values: [id, at],
  });
}
