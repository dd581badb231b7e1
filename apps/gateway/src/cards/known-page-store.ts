import type { Pool } from 'pg';
import type { Owner } from '../accounts/accounts.ts';
import type { KnownPage } from '../known-pages.ts';
import { listLock, listLockOf } from './provider-cards-store.ts';

/**
 * Advances `synced_at` of those rows that nobody has written since they were stored as shown on this page: a row's version
 * (`xmin`) tells. After a failover a version may occur again, but not with the same `synced_at`. A row with an open write is
 * left out, because a description that shows nothing new may show that write's outcome.
 */
const confirm = `
  WITH turn AS MATERIALIZED (SELECT ${listLock('$6')}), confirmed AS (
    UPDATE cards c SET synced_at = $3
    FROM turn
    WHERE c.account = $1 AND c.provider_ref = ANY (string_to_array($2, E'\\n')) AND c.synced_at = $4 AND c.synced_at <= $3
      AND c.xmin::text = ANY ($5::text[])
      AND NOT EXISTS (SELECT FROM operations o WHERE o.resource_id = c.id AND o.state IN ('submitting', 'unknown'))
    RETURNING c.xmin::text AS version
  )
  SELECT count(*) = cardinality(string_to_array($2, E'\\n')) AS "isWhole", max(version) AS version FROM confirmed`;

/**
 * Confirms a page that is shown as before, without its rows.
 *
 * @returns the new version of its rows; null if some of them must be compared
 */
export async function confirmKnownPage(
  pool: Pool,
  account: Owner,
  { refs, askedAt: before, versions }: KnownPage,
  askedAt: Date,
): Promise<string | null> {
  const { rows } = await pool.query<{ readonly isWhole: boolean; readonly version: string | null }>(confirm, [
    account.name,
    refs,
    askedAt,
    before,
    versions,
    listLockOf(account),
  ]);
  return rows[0]?.isWhole === true ? rows[0].version : null;
}
