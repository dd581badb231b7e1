import { confirmCommits, Unconfirmed } from '@card-gateway/database';
import type { ClientBase, Pool } from 'pg';
import type { Config } from '../config.ts';

/** Time for a standby to confirm a commit; the whole probe stays within the 2 s in which a standby's absence must be known. */
const confirmWithinMs = 800;

/**
 * Why no synchronous standby confirms commits, in words for an operator; null if one does, or if the server waits for none and
 * none is required. Each check has an empty commit confirmed, because the server keeps showing a disconnected standby unchanged
 * for up to `wal_sender_timeout`.
 *
 * @throws if the database fails otherwise
 */
export async function standbyFault(
  client: Pool | ClientBase,
  standby: Config['DATABASE_STANDBY'],
): Promise<string | null> {
  const { rows } = await client.query<{ names: string; commit: string }>(
    `SELECT current_setting('synchronous_standby_names') AS names, current_setting('synchronous_commit') AS commit`,
  );
  const { names = '', commit = '' } = rows[0] ?? {};
  const missing =
    names === ''
      ? 'the server has no synchronous standby: its synchronous_standby_names is empty'
      : commit === 'local' || commit === 'off'
        ? `no commit waits for a standby: synchronous_commit is ${commit}`
        : null;
  if (missing !== null) return standby === 'required' ? missing : null;
  try {
    await confirmCommits(client, confirmWithinMs);
    return null;
  } catch (error) {
    if (error instanceof Unconfirmed) return 'no synchronous standby confirms commits';
    throw error;
  }
}

/** Number of standbys by state (`pg_stat_replication.sync_state`), `hidden` if this role may not see it. */
export async function standbyCounts(pool: Pool): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ state: string; count: number }>(
    `SELECT coalesce(sync_state, 'hidden') AS state, count(*)::integer AS count FROM pg_stat_replication GROUP BY 1`,
  );
  return new Map(rows.map(({ state, count }) => [state, count]));
}
