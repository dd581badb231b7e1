import type { Pool } from 'pg';
import type { Config } from './config.ts';
import { standbyFault } from './measured/standby-store.ts';

/** SHOW server_version_num: 15.0. */
const leastVersion = 150_000;

/** Why a PostgreSQL server cannot serve a gateway: acknowledged writes would not be safe on it, or it is too old. */
export async function serverFaults(pool: Pool, standby: Config['DATABASE_STANDBY']): Promise<string[]> {
  const { rows } = await pool.query<{ version: string; number: number; commit: string }>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::integer AS number,
       current_setting('synchronous_commit') AS commit`,
  );
  const [{ version, number, commit } = { version: 'unknown', number: 0, commit: 'off' }] = rows;
  const unsafe = standby === 'required' ? await standbyFault(pool, standby) : null;
  return [
    ...(number < leastVersion ? [`DATABASE_URL: the server is PostgreSQL ${version}; expected 15 or newer.`] : []),
    ...(commit === 'off'
      ? ['DATABASE_URL: the server has synchronous_commit = off; set it to on for this database or role.']
      : []),
    ...(unsafe === null
      ? []
      : [`DATABASE_STANDBY: ${unsafe}. Give the server a synchronous standby, or set DATABASE_STANDBY=optional.`]),
  ];
}
