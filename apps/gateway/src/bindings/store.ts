import { gatheredById } from '@card-gateway/database';
import type { BindingKind, BindingStatus, CardNetwork } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import { operationColumns, type OperationColumns } from '../ledger/reference.ts';
import { listStatement, type PageRequest } from '../page.ts';

/** What callers see of a binding. */
export interface ShownBinding extends OperationColumns {
  readonly id: string;
  readonly provider: string;
  readonly account: string;
  readonly userRef: string;
  readonly kind: BindingKind;
  readonly providerRef: string | null;
  readonly status: BindingStatus;
  readonly maskedNumber: string;
  readonly last4: string;
  readonly network: CardNetwork | null;
  readonly cardType: 'debit' | 'credit' | 'unrecognized' | null;
  readonly bankCode: string | null;
  readonly bankName: string | null;
  readonly expiry: string | null;
  readonly binCountry: string | null;
  readonly challengeExpiresAt: Date | null;
  readonly attemptsLeft: number | null;
  readonly resendAfter: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly syncedAt: Date | null;
}

export interface BindingRow extends ShownBinding {
  readonly tenant: string;
  readonly panFingerprint: string | null;
  readonly challengeRef: string | null;
  readonly operationType: string | null;
}

const shownColumns = `
    b.id, b.provider, b.account, b.user_ref AS "userRef", b.kind, b.provider_ref AS "providerRef", b.status,
    b.masked_number AS "maskedNumber", b.last4, b.network, b.card_type AS "cardType", b.bank_code AS "bankCode",
    b.bank_name AS "bankName", b.expiry, b.bin_country AS "binCountry", b.challenge_expires_at AS "challengeExpiresAt",
    b.attempts_left AS "attemptsLeft", b.resend_after AS "resendAfter", b.created_at AS "createdAt",
    b.updated_at AS "updatedAt", b.synced_at AS "syncedAt", ${operationColumns}`;
const joined = (bindings: string): string => `
  FROM ${bindings} b LEFT JOIN operations o ON o.id = b.operation_id`;
const selectBindings = `
  SELECT ${shownColumns}, b.tenant, b.pan_fingerprint AS "panFingerprint", b.challenge_ref AS "challengeRef",
    o.type AS "operationType" ${joined('bindings')}`;

const bindingById = gatheredById<BindingRow>(async (to, ids) => {
  const { rows } = await to.query<BindingRow>({
    name: 'binding-get',
    text: `${selectBindings} WHERE b.id = ANY ((SELECT $1::uuid[])::uuid[])`,
    values: [ids],
  });
  return rows;
});

/** Bindings as they were, from their images; see `ViewImages`. */
export async function bindingsOfImages(pool: Pool, images: string): Promise<ShownBinding[]> {
  const { rows } = await pool.query<ShownBinding>(
    `SELECT ${shownColumns} ${joined('json_populate_recordset(NULL::binding_image, $1) WITH ORDINALITY')} ORDER BY b.ordinality`,
    [images],
  );
  return rows;
}

/** One binding of a tenant; null for another tenant's and for none. */
export async function getBinding(client: Pool | PoolClient, tenant: string, id: string): Promise<BindingRow | null> {
  const row = await bindingById(client, id);
  return row?.tenant === tenant ? row : null;
}

/** The ids of all bindings of one kind that a user has or had. */
export async function bindingsOfUser(
  pool: Pool,
  account: string,
  user: string,
  kind: BindingKind,
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>(
    'SELECT id FROM bindings WHERE account = $1 AND user_ref = $2 AND kind = $3',
    [account, user, kind],
  );
  return rows.map(({ id }) => id);
}

type SealedToken = Pick<BindingRow, 'account' | 'userRef' | 'kind' | 'providerRef' | 'status'> & {
  readonly tokenSealed: Buffer | null;
};

/** The data needed to open a binding's payment token; null for another tenant's binding and for none. */
export async function getSealedToken(pool: Pool, tenant: string, id: string): Promise<SealedToken | null> {
  const { rows } = await pool.query<SealedToken>(
    `SELECT account, user_ref AS "userRef", kind, provider_ref AS "providerRef", status, token_sealed AS "tokenSealed"
     FROM bindings WHERE id = $1 AND tenant = $2`,
    [id, tenant],
  );
  return rows[0] ?? null;
}

export interface BindingFilter {
  readonly tenant: string;
  readonly account?: string | undefined;
  readonly userRef?: string | undefined;
  readonly kind?: BindingKind | undefined;
  readonly status?: BindingStatus | undefined;
}

/** Bindings, newest first, one more than the page holds. */
export async function listBindings(pool: Pool, filter: BindingFilter, page: PageRequest): Promise<BindingRow[]> {
  const listed = {
    owner: 'b.tenant',
    tenant: filter.tenant,
    filters: {
      'b.account =': filter.account,
      'b.user_ref =': filter.userRef,
      'b.kind =': filter.kind,
      'b.status =': filter.status,
    },
    bounds: {
      'b.id <': page.after,
    },
  };
  const { rows } = await pool.query<BindingRow>(
    listStatement(
      'binding-list',
      listed,
      page,
      (where, limit) => `${selectBindings} ${where} ORDER BY b.tenant, b.id DESC ${limit}`,
    ),
  );
  return rows;
}
