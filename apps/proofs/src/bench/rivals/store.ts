import { randomBytes } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';

/** Runs a statement on any connection, or within a transaction. */
export type Runner = Pool | PoolClient;

export interface CardRow {
  readonly id: string;
  readonly account: string;
  readonly providerRef: string | null;
  readonly status: string;
}

const cardColumns = `id, provider, account, provider_ref AS "providerRef", product_id AS product, cardholder_id AS cardholder,
  form, network, last4, expiry, status, provider_status AS "providerStatus", created_at AS "createdAt", updated_at AS "updatedAt"`;

/** A UUIDv7, so that ids sort by time. */
export function newId(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(new Date().getTime(), 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return hyphenated(bytes.toString('hex'));
}

/** The smallest id of an instant. */
export function firstIdAt(time: Date): string {
  return hyphenated(`${time.getTime().toString(16).padStart(12, '0')}70008000000000000000`);
}

function hyphenated(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export async function getCard(runner: Runner, tenant: string, id: string): Promise<CardRow | null> {
  const { rows } = await runner.query<CardRow>({
    name: 'card',
    text: `SELECT ${cardColumns} FROM cards WHERE id = $1 AND tenant = $2`,
    values: [id, tenant],
  });
  return rows[0] ?? null;
}

export async function listCards(runner: Runner, tenant: string, before: string, limit: number): Promise<CardRow[]> {
  const { rows } = await runner.query<CardRow>({
    name: 'cards',
    text: `SELECT ${cardColumns} FROM cards WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
    values: [tenant, before, limit],
  });
  return rows;
}

export interface Order {
  readonly productRef: string;
  readonly network: string | null;
  readonly cardholderRef: string;
}

/** The provider's ids of product and cardholder; null if the account lacks one of them. */
export async function findOrder(
  runner: Runner,
  order: {
    readonly tenant: string;
    readonly account: string;
    readonly product: string;
    readonly cardholder: string;
  },
): Promise<Order | null> {
  const { rows } = await runner.query<Order>({
    name: 'order',
    text: `SELECT p.provider_ref AS "productRef", p.network, h.provider_ref AS "cardholderRef"
           FROM products p, cardholders h
           WHERE p.id = $1 AND p.tenant = $3 AND p.account = $4 AND h.id = $2 AND h.tenant = $3 AND h.account = $4`,
    values: [order.product, order.cardholder, order.tenant, order.account],
  });
  return rows[0] ?? null;
}

export interface NewCard {
  readonly id: string;
  readonly tenant: string;
  readonly account: string;
  readonly product: string;
  readonly cardholder: string;
  readonly form: string;
  readonly network: string | null;
  readonly providerRef: string | null;
}

export async function insertCard(runner: Runner, card: NewCard): Promise<CardRow> {
  const { rows } = await runner.query<CardRow>({
    name: 'card-insert',
    text: `INSERT INTO cards (id, tenant, provider, account, product_id, cardholder_id, form, network, provider_ref, status)
           VALUES ($1, $2, 'keysecure', $3, $4, $5, $6, $7, $8, 'pending') RETURNING ${cardColumns}`,
    values: [
      card.id,
      card.tenant,
      card.account,
      card.product,
      card.cardholder,
      card.form,
      card.network,
      card.providerRef,
    ],
  });
  return only(rows);
}

export async function acceptCard(runner: Runner, id: string, providerRef: string): Promise<CardRow> {
  const { rows } = await runner.query<CardRow>({
    name: 'card-accept',
    text: `UPDATE cards SET provider_ref = $2, updated_at = now() WHERE id = $1 RETURNING ${cardColumns}`,
    values: [id, providerRef],
  });
  return only(rows);
}

export async function setStatus(runner: Runner, id: string, status: string, providerStatus: string): Promise<CardRow> {
  const { rows } = await runner.query<CardRow>({
    name: 'card-status',
    text: `UPDATE cards SET status = $2, provider_status = $3, status_at = now(), updated_at = now()
           WHERE id = $1 RETURNING ${cardColumns}`,
    values: [id, status, providerStatus],
  });
  return only(rows);
}

export interface NewBinding {
  readonly id: string;
  readonly tenant: string;
  readonly account: string;
  readonly user: string;
  readonly cardNumber: string;
  readonly challenge: string | null;
}

const bindingColumns = `id, 'yixin' AS provider, account, user_ref AS "user", 'bank_card' AS kind, status,
  masked_number AS "maskedNumber", last4, json_build_object('expiresAt', challenge_expires_at) AS challenge,
  created_at AS "createdAt", updated_at AS "updatedAt"`;

export async function insertBinding(runner: Runner, binding: NewBinding): Promise<{ readonly id: string }> {
  const { cardNumber } = binding;
  const last4 = cardNumber.slice(-4);
  const { rows } = await runner.query<{ readonly id: string }>({
    name: 'binding-insert',
    text: `INSERT INTO bindings (id, tenant, account, user_ref, masked_number, last4, challenge_ref, status, challenge_expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $7::text IS NULL THEN 'starting' ELSE 'awaiting_code' END,
             now() + interval '5 minutes') RETURNING ${bindingColumns}`,
    values: [
      binding.id,
      binding.tenant,
      binding.account,
      binding.user,
      `${cardNumber.slice(0, 6)}${'*'.repeat(cardNumber.length - 10)}${last4}`,
      last4,
      binding.challenge,
    ],
  });
  return only(rows);
}

export async function awaitCode(runner: Runner, id: string, challenge: string): Promise<{ readonly id: string }> {
  const { rows } = await runner.query<{ readonly id: string }>({
    name: 'binding-await',
    text: `UPDATE bindings SET status = 'awaiting_code', challenge_ref = $2, updated_at = now() WHERE id = $1
           RETURNING ${bindingColumns}`,
    values: [id, challenge],
  });
  return only(rows);
}

/** Stores a callback and applies it, in one statement; a repeated one changes nothing. */
export async function storeCallback(
  runner: Runner,
  callback: {
    readonly account: string;
    readonly signature: string;
    readonly body: unknown;
    readonly cardRef: string;
    readonly status: string;
    readonly providerStatus: string;
    readonly at: Date;
  },
): Promise<void> {
  await runner.query({
    name: 'callback',
    text: `WITH stored AS (
             INSERT INTO callbacks (account, signature, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING account
           )
           UPDATE cards c SET status = $5, provider_status = $6, status_at = $7, updated_at = now() FROM stored
           WHERE c.account = $1 AND c.provider_ref = $4 AND (status_at IS NULL OR status_at < $7)`,
    values: [
      callback.account,
      callback.signature,
      JSON.stringify(callback.body),
      callback.cardRef,
      callback.status,
      callback.providerStatus,
      callback.at,
    ],
  });
}

function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('A write gave no row.');
  return row;
}
