import type { Pool } from 'pg';

/** The writes of one account whose outcome nobody knows. */
export interface UnsettledCount {
  readonly account: string;
  readonly unknown: number;
  /** Of those, the ones that wait for a person. */
  readonly person: number;
  readonly oldestSince: Date;
}

/** Counts writes without a known outcome, account by account; those that have none are not listed. */
export async function unsettledCounts(pool: Pool): Promise<UnsettledCount[]> {
  const { rows } = await pool.query<UnsettledCount>({
    name: 'unsettled-counts',
    text: `SELECT account, count(*)::int AS unknown, count(*) FILTER (WHERE settles_by = 'person')::int AS person,
             min(unknown_since) AS "oldestSince"
           FROM operations WHERE state = 'unknown' GROUP BY account`,
  });
  return rows;
}
