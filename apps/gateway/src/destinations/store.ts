import type { Scope } from '@card-gateway/contract';
import type { Pool, PoolClient } from '@card-gateway/database';
import { lockNames } from '../advisory-locks.ts';
import type { PageRequest } from '../page.ts';

export type DestinationStatus = 'active' | 'failing' | 'disabled';
export type DisabledReason = 'requested' | 'gone' | 'failing';

/** The columns that callers see. */
export interface DestinationRow {
  readonly id: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly account: string | null;
  readonly description: string | null;
  readonly scopes: readonly Scope[];
  readonly status: DestinationStatus;
  readonly disabledReason: DisabledReason | null;
  readonly failingSince: Date | null;
  readonly lastSuccessAt: Date | null;
  readonly missedUntil: Date | null;
  /** What of the log a replay has still to look through; null without one, like its selection. */
  readonly replayRemaining: string | null;
  readonly replayTypes: readonly string[] | null;
  readonly replayAfter: Date | null;
  readonly replayBefore: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface OwnDestinationRow extends DestinationRow {
  readonly tenant: string;
  readonly secretsSealed: Buffer;
}

export const shownColumns = `id, url, types, account, description, scopes, status, disabled_reason AS "disabledReason",
  failing_since AS "failingSince", last_success_at AS "lastSuccessAt", missed_until AS "missedUntil",
  replay_end - replay_position AS "replayRemaining", replay_types AS "replayTypes", replay_after AS "replayAfter",
  replay_before AS "replayBefore", created_at AS "createdAt", updated_at AS "updatedAt"`;
const own = `${shownColumns}, tenant, secrets_sealed AS "secretsSealed"`;

export async function findDestination(pool: Pool, tenant: string, id: string): Promise<OwnDestinationRow | null> {
  const { rows } = await pool.query<OwnDestinationRow>(
    `SELECT ${own} FROM event_destinations WHERE id = $1 AND tenant = $2`,
    [id, tenant],
  );
  return rows[0] ?? null;
}

/** The id of the tenant's destination with this URL; null if there is none. */
export async function findByUrl(client: Pool | PoolClient, tenant: string, url: string): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT id FROM event_destinations WHERE tenant = $1 AND url = $2',
    [tenant, url],
  );
  return rows[0]?.id ?? null;
}

/** Reads one row more than the page holds. */
export async function listDestinations(pool: Pool, tenant: string, page: PageRequest): Promise<DestinationRow[]> {
  const { rows } = await pool.query<DestinationRow>(
    `SELECT ${shownColumns} FROM event_destinations WHERE tenant = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
    [tenant, page.after, page.limit + 1],
  );
  return rows;
}

/** Destinations as they were, out of the event log's images. */
export async function destinationsOfImages(pool: Pool, images: string): Promise<DestinationRow[]> {
  const { rows } = await pool.query<DestinationRow>(
    `SELECT ${shownColumns} FROM json_populate_recordset(NULL::event_destination_image, $1)`,
    [images],
  );
  return rows;
}

export interface NewDestination extends Pick<
  DestinationRow,
  'id' | 'url' | 'types' | 'account' | 'description' | 'scopes'
> {
  readonly tenant: string;
  readonly secretsSealed: Buffer;
}

/**
 * Adds a destination that gets the events from now on. Those of a tenant are added one at a time, so that each counts the ones before.
 *
 * @param most the most destinations of a tenant
 * @returns null if there is one with this URL; `full` if the tenant has too many
 */
export async function insertDestination(
  client: PoolClient,
  destination: NewDestination,
  most: number,
  at: Date,
): Promise<DestinationRow | 'full' | null> {
  const { id, tenant, url, types, account, description, scopes, secretsSealed } = destination;
  await lockNames(client, [`destinations of ${tenant}`]);
  const { rows: counts } = await client.query<{ count: number; hasUrl: boolean }>(
    `SELECT count(*)::integer AS count, coalesce(bool_or(url = $2), false) AS "hasUrl" FROM event_destinations WHERE tenant = $1`,
    [tenant, url],
  );
  const [{ count, hasUrl } = { count: 0, hasUrl: false }] = counts;
  if (hasUrl) return null;
  if (count >= most) return 'full';
  const { rows } = await client.query<DestinationRow>(
    `INSERT INTO event_destinations (id, tenant, url, types, account, description, scopes, secrets_sealed, status, position,
       created_at, updated_at)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, 'active',
       coalesce((SELECT position + length FROM event_runs ORDER BY position DESC LIMIT 1), 1), $9, $9
     ON CONFLICT (tenant, url) DO NOTHING RETURNING ${shownColumns}`,
    [id, tenant, url, types, account, description, scopes, secretsSealed, at],
  );
  return rows[0] ?? null;
}

export type ChangedFields = {
  readonly [Name in 'url' | 'types' | 'account' | 'description']?: DestinationRow[Name] | undefined;
};

/**
 * Replaces the given columns. What another URL refused, or asked for, is nothing to a new one: it gets all at once.
 *
 * @returns null if there is none
 * @throws the database's 23505 if another has this URL
 */
export async function updateDestination(
  client: PoolClient,
  id: string,
  { url, types, account, description }: ChangedFields,
  at: Date,
): Promise<DestinationRow | null> {
  const { rows } = await client.query<DestinationRow>(
    `WITH moved AS (SELECT id FROM event_destinations WHERE id = $1 AND url <> $2 AND status <> 'disabled' FOR UPDATE),
       due AS (UPDATE undelivered_events SET next_attempt_at = $8 FROM moved WHERE destination_id = moved.id AND next_attempt_at > $8)
     UPDATE event_destinations d SET url = coalesce($2, url), types = coalesce($3, types),
       account = CASE WHEN $4 THEN $5 ELSE account END, description = CASE WHEN $6 THEN $7 ELSE description END,
       status = CASE WHEN is_moved THEN 'active' ELSE status END, failures = CASE WHEN is_moved THEN 0 ELSE failures END,
       failing_since = CASE WHEN is_moved THEN NULL ELSE failing_since END,
       retry_at = CASE WHEN is_moved THEN NULL ELSE retry_at END,
       revision = revision + 1, updated_at = $8
     FROM (SELECT EXISTS (SELECT FROM moved) AS is_moved) found
     WHERE id = $1 RETURNING ${shownColumns}`,
    [id, url, types, account !== undefined, account, description !== undefined, description, at],
  );
  return rows[0] ?? null;
}

export async function deleteDestination(client: PoolClient, id: string): Promise<DestinationRow | null> {
  const { rows } = await client.query<DestinationRow>(
    `DELETE FROM event_destinations WHERE id = $1 RETURNING ${shownColumns}`,
    [id],
  );
  return rows[0] ?? null;
}

/** Lets a destination go on where it stopped, and at once. @returns null if there is none */
export async function enableDestination(client: PoolClient, id: string, at: Date): Promise<DestinationRow | null> {
  const { rows } = await client.query<DestinationRow>(
    `WITH due AS (UPDATE undelivered_events SET next_attempt_at = $2 WHERE destination_id = $1 AND next_attempt_at > $2)
     UPDATE event_destinations SET status = 'active', disabled_reason = NULL, failures = 0, failing_since = NULL, retry_at = NULL,
       revision = revision + 1, updated_at = $2
     WHERE id = $1 RETURNING ${shownColumns}`,
    [id, at],
  );
  return rows[0] ?? null;
}

/** Disables a destination by request. @returns null if there is none */
export async function disableDestination(client: PoolClient, id: string, at: Date): Promise<DestinationRow | null> {
  const { rows } = await client.query<DestinationRow>(
    `UPDATE event_destinations SET status = 'disabled', disabled_reason = coalesce(disabled_reason, 'requested'),
       revision = revision + 1, updated_at = $2
     WHERE id = $1 RETURNING ${shownColumns}`,
    [id, at],
  );
  return rows[0] ?? null;
}

/** Replaces the sealed secrets unless they have changed meanwhile. @returns null if they have, or there is no such destination */
export async function replaceSecrets(
  client: PoolClient,
  id: string,
  { was, sealed }: { readonly was: Buffer; readonly sealed: Buffer },
  at: Date,
): Promise<DestinationRow | null> {
  const { rows } = await client.query<DestinationRow>(
    `UPDATE event_destinations SET secrets_sealed = $3, revision = revision + 1, updated_at = $4
     WHERE id = $1 AND secrets_sealed = $2 RETURNING ${shownColumns}`,
    [id, was, sealed, at],
  );
  return rows[0] ?? null;
}

/** Lets a failing destination be tried before its time. */
export async function tryAgainNow(pool: Pool, id: string): Promise<void> {
  await pool.query('UPDATE event_destinations SET retry_at = NULL, revision = revision + 1 WHERE id = $1', [id]);
}
