import { gatheredById } from '@card-gateway/database';
import type { CardholderStatus, ProviderCardholder } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import { isAheadOfTime } from '../ahead-of-time.ts';
import { recordingSeen, recordingSingly, type RecordWrite } from '../ledger/record-store.ts';
import { sendClaims } from '../ledger/send-claims-store.ts';
import { operationColumns, type OperationColumns } from '../ledger/reference.ts';
import { describedAsSeen, type Resolve, resolving } from '../ledger/resolve-store.ts';
import { listStatement, type PageRequest } from '../page.ts';

/** What callers see of a cardholder. */
export interface ShownCardholder extends OperationColumns {
  readonly id: string;
  readonly provider: string;
  readonly account: string;
  readonly providerRef: string | null;
  readonly reference: string;
  readonly status: CardholderStatus;
  readonly providerStatus: string | null;
  readonly failReason: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly syncedAt: Date | null;
}

export interface CardholderRow extends ShownCardholder {
  readonly tenant: string;
}

const shownColumns = `
    h.id, h.provider, h.account, h.provider_ref AS "providerRef", h.reference, h.status,
    h.provider_status AS "providerStatus", h.fail_reason AS "failReason", h.created_at AS "createdAt",
    h.updated_at AS "updatedAt", h.synced_at AS "syncedAt", ${operationColumns}`;
const joined = (cardholders: string): string => `
  FROM ${cardholders} h LEFT JOIN operations o ON o.id = h.operation_id`;
const selectCardholders = `SELECT ${shownColumns}, h.tenant ${joined('cardholders')}`;

const cardholderById = gatheredById<CardholderRow>(async (to, ids) => {
  const { rows } = await to.query<CardholderRow>({
    name: 'cardholder-get',
    text: `${selectCardholders} WHERE h.id = ANY ((SELECT $1::uuid[])::uuid[])`,
    values: [ids],
  });
  return rows;
});

/** Cardholders as they were, from their images; see `ViewImages`. */
export async function cardholdersOfImages(pool: Pool, images: string): Promise<ShownCardholder[]> {
  const { rows } = await pool.query<ShownCardholder>(
    `SELECT ${shownColumns} ${joined('json_populate_recordset(NULL::cardholder_image, $1) WITH ORDINALITY')} ORDER BY h.ordinality`,
    [images],
  );
  return rows;
}

/** One cardholder of a tenant; null for another tenant's and for none. */
export async function getCardholder(
  client: Pool | PoolClient,
  tenant: string,
  id: string,
): Promise<CardholderRow | null> {
  const row = await cardholderById(client, id);
  return row?.tenant === tenant ? row : null;
}

export interface CardholderFilter {
  readonly tenant: string;
  readonly account?: string | undefined;
  readonly reference?: string | undefined;
  readonly status?: CardholderStatus | undefined;
}

/** Cardholders, newest first, one more than the page holds. */
export async function listCardholders(
  pool: Pool,
  filter: CardholderFilter,
  page: PageRequest,
): Promise<CardholderRow[]> {
  const listed = {
    owner: 'h.tenant',
    tenant: filter.tenant,
    filters: {
      'h.account =': filter.account,
      'h.reference =': filter.reference,
      'h.status =': filter.status,
    },
    bounds: {
      'h.id <': page.after,
    },
  };
  const { rows } = await pool.query<CardholderRow>(
    listStatement(
      'cardholder-list',
      listed,
      page,
      (where, limit) => `${selectCardholders} ${where} ORDER BY h.tenant, h.id DESC ${limit}`,
    ),
  );
  return rows;
}

const newCardholder = {
  own: 'reference text',
  fit: `SELECT id, NULL::timestamptz AS known_at FROM asked WHERE NOT EXISTS (
      SELECT FROM cardholders h WHERE h.account = asked.account AND h.reference = asked.reference AND h.status <> 'failed'
    )`,
  resource: `
    INSERT INTO cardholders (id, tenant, provider, account, reference, status, operation_id, created_at, updated_at)
    SELECT resource_id, tenant, provider, account, reference, 'pending', id, created_at, created_at FROM claimed`,
};

const recordNewCardholder = recordingSingly(sendClaims('cardholder-record', newCardholder));

/** Records a cardholder before the application. It does not fit if there already is one with this reference. */
export function recordCardholder(reference: string): RecordWrite {
  return recordNewCardholder({ reference });
}

const accepted = `
  UPDATE cardholders h SET provider_ref = moved.provider_ref, updated_at = moved.at FROM moved WHERE h.id = moved.resource_id`;
const failed = `
  UPDATE cardholders h SET status = 'failed', updated_at = moved.at FROM moved WHERE h.id = moved.resource_id`;

/** Resolves applications that the provider accepted, under its own ids. */
export const acceptedAtOnce: Resolve = resolving('cardholder-accepted', {
  shown: 'cardholders',
  own: 'provider_ref text',
  resource: accepted,
});

/** Resolves applications that the provider refused: there is no cardholder, and the reference is free again. */
export const failedAtOnce: Resolve = resolving('cardholder-failed', { shown: 'cardholders', resource: failed });

/** The provider accepted the application, under its own id. */
export async function acceptApplication(client: PoolClient, id: string, providerRef: string, at: Date): Promise<void> {
  await client.query(
    `WITH moved AS (SELECT $1::uuid AS resource_id, $2::text AS provider_ref, $3::timestamptz AS at)
     ${accepted} AND h.provider_ref IS NULL`,
    [id, providerRef, at],
  );
}

/** The provider refused the application: there is no cardholder, and the reference is free again. */
export async function failApplication(client: PoolClient, id: string, at: Date): Promise<void> {
  await client.query(
    `WITH moved AS (SELECT $1::uuid AS resource_id, $2::timestamptz AS at) ${failed} AND h.provider_ref IS NULL`,
    [id, at],
  );
}

const reapplication = {
  own: 'earlier uuid',
  seen: `SELECT NULL::timestamptz AS known_at FROM cardholders
    WHERE id = asked.resource_id AND operation_id IS NOT DISTINCT FROM asked.earlier AND status = 'rejected'`,
  resource: `UPDATE cardholders SET operation_id = claimed.id, updated_at = claimed.created_at FROM claimed
    WHERE cardholders.id = claimed.resource_id`,
};

const recordAnyReapplication = recordingSeen(sendClaims('reapplication-record', reapplication));

/** Records a further application before it is sent. It does not fit if the cardholder has changed since it was read. */
export function recordReapplication({ operationId }: Pick<CardholderRow, 'operationId'>): RecordWrite {
  return recordAnyReapplication({ earlier: operationId });
}

const reapplied = `
  UPDATE cardholders h SET status = 'pending', provider_status = NULL, fail_reason = NULL,
    synced_at = greatest(h.synced_at, moved.at), updated_at = moved.at
  FROM moved WHERE h.id = moved.resource_id`;

/** Resolves further applications that the provider accepted. */
export const reappliedAtOnce: Resolve = resolving('cardholder-reapplied', {
  shown: 'cardholders',
  fit: describedAsSeen,
  own: 'seen_at timestamptz',
  resource: reapplied,
});

/** The provider accepted the further application and checks again; descriptions requested earlier are now outdated. */
export async function acceptReapplication(
  client: PoolClient,
  operation: { readonly id: string; readonly resourceId: string },
  at: Date,
): Promise<void> {
  await client.query(
    `WITH moved AS (SELECT $1::uuid AS resource_id, $3::timestamptz AS at)
     ${reapplied} AND h.operation_id = $2 AND h.status = 'rejected'`,
    [operation.resourceId, operation.id, at],
  );
}

/**
 * Stores the provider's description, unless one requested later is stored already. A reason that this answer lacks is kept for
 * as long as the status stays the same.
 */
export async function describeCardholder(
  client: Pool | PoolClient,
  id: string,
  described: ProviderCardholder,
  askedAt: Date,
): Promise<void> {
  await client.query(
    `WITH said AS (
       SELECT h.id, CASE WHEN $5 OR h.status <> $2 THEN $4 ELSE h.fail_reason END AS fail_reason FROM cardholders h WHERE h.id = $1
     )
     UPDATE cardholders h SET status = $2, provider_status = $3, fail_reason = said.fail_reason, synced_at = $6::timestamptz,
       updated_at = CASE WHEN (h.status, h.provider_status, h.fail_reason) IS DISTINCT FROM ($2, $3, said.fail_reason)
         THEN $6 ELSE updated_at END
     FROM said WHERE h.id = said.id AND (h.synced_at IS NULL OR h.synced_at <= $6 OR ${isAheadOfTime('h.synced_at', '$6')})`,
    [
      id,
      described.status,
      described.providerStatus,
      described.failReason ?? null,
      described.failReason !== undefined,
      askedAt,
    ],
  );
}
