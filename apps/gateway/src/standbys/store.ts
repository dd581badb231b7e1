import { confirmCommits, Unconfirmed } from '@card-gateway/database';
import type { ClientBase, Pool } from 'pg';
import type { Config } from '../config.ts';

/** How long a standby has to confirm a commit: with all of a look at the database less than the 2 s within which its absence must be known. */
const confirmWithinMs = 800;

/**
 * What keeps commits from being confirmed by a synchronous standby, in words for an operator; null while one confirms them, and
 * where the server waits for none and none is required. Each time it has a commit confirmed that writes nothing: what the server shows of a standby that was cut off stays as it
 * was for as long as `wal_sender_timeout`.
 *
 * @throws when the database fails otherwise
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

/** Standbys by their state (`pg_stat_replication.sync_state`), `hidden` where this role may not see it. */
export async function standbyCounts(pool: Pool): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ state: string; count: number }>(
    `SELECT coalesce(sync_state, 'hidden') AS state, count(*)::integer AS count FROM pg_stat_replication GROUP BY 1`,
  );
  return new Map(rows.map(({ state, count }) => [state, count]));
}
