import type { PoolClient } from 'pg';

/**
 * Takes locks by name until the end of the transaction, in this order, waiting for each. What they protect must be read by later
 * statements: one that waits keeps its snapshot from before the wait.
 *
 * @returns the time by the database's clock, once all are held
 */
export async function lockNames(client: PoolClient, names: readonly string[]): Promise<Date> {
  const { rows } = await client.query<{ at: Date }>({
    name: 'lock-names',
    text: `WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest($1::text[]) name)
      SELECT clock_timestamp()::timestamptz(3) AS at FROM (SELECT count(*) FROM locked) held`,
    values: [names],
  });
  const [held] = rows;
  if (held === undefined) throw new Error('Locks were taken without a row.');
  return held.at;
}
