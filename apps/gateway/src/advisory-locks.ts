import type { PoolClient } from 'pg';

/**
 * Takes locks by name until the end of the transaction, in this order, waiting for each. What they protect must be read by later
 * statements: one that waits keeps its snapshot from before the wait.
 */
export async function lockNames(client: PoolClient, names: readonly string[]): Promise<void> {
  await client.query({
    name: 'lock-names',
    text: 'SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest($1::text[]) name',
    values: [names],
  });
}
