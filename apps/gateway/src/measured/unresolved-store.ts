import type { OperationType } from '@card-gateway/core';
import type { Pool } from 'pg';

/** Unknown writes of an account. */
export interface UnresolvedCount {
  readonly account: string;
  readonly unknown: number;
  /** How many of them no look-up will resolve. */
  readonly waitingForPerson: number;
  readonly oldestUnknownSince: Date;
}

/** The number of unknown writes per account, for one tenant or all; reads only unresolved rows. */
export async function unresolvedCounts(
  pool: Pool,
  {
    tenant,
    types,
    syncsOfCards,
  }: {
    readonly tenant?: string;
    readonly types?: readonly OperationType[] | undefined;
    /** Restricts syncs to those of cards, or of bindings. */
    readonly syncsOfCards?: boolean | undefined;
  } = {},
): Promise<UnresolvedCount[]> {
  const { rows } = await pool.query<UnresolvedCount>({
    name: 'operation-unresolved-counts',
    text: `SELECT account, count(*)::int AS unknown, (count(*) FILTER (WHERE settles_by = 'person'))::int AS "waitingForPerson",
             min(unknown_since) AS "oldestUnknownSince"
           FROM operations
           WHERE state = 'unknown' AND ($1::text IS NULL OR tenant = $1) AND ($2::text[] IS NULL OR type = ANY ($2))
             AND ($3::boolean IS NULL OR type <> 'startSync'
               OR EXISTS (SELECT FROM syncs s WHERE s.id = operations.resource_id AND (s.kind = 'cards') = $3))
           GROUP BY account ORDER BY account`,
    values: [tenant ?? null, types ?? null, syncsOfCards ?? null],
  });
  return rows;
}
