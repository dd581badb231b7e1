import { inTransaction } from '@card-gateway/database';
import type { Pool, PoolClient } from 'pg';
import { takenKeyOf } from '../database-failure.ts';
import type { NewOperation } from './new-operation.ts';
import type { RecordWrite } from './record-store.ts';
import type { OperationRow } from './store.ts';

/** How a write is recorded. */
export interface Recording {
  readonly record: RecordWrite;
  /**
   * Takes the locks that `record` takes before it comes to the key. A repeat takes them before it takes over its key: whoever has
   * them may wait for the key.
   */
  readonly lock?: (client: PoolClient) => Promise<void>;
  /**
   * What does not fit into that statement, in one transaction with it. It may return the id of another resource that the write
   * is about.
   */
  readonly within?: (client: PoolClient, operationId: string, at: Date) => Promise<string | void>;
}

/** Rolls back a transaction that claims nothing. */
class NotClaimed extends Error {}

/**
 * Records a write and its resource before it is sent, with the sender's lease: by one statement that is a transaction of its
 * own, or in one transaction with what else the recording needs. Null if the Idempotency-Key is taken, if the resource is not
 * as it was seen, or if what the write names is not there: then nothing was recorded.
 *
 * @param instead a certain, transient refusal that hands its key to this new try
 */
export async function claim(
  pool: Pool,
  operation: NewOperation,
  instead: OperationRow | null,
  { record, lock, within }: Recording,
): Promise<OperationRow | null> {
  try {
    if (instead === null && within === undefined) return await record(pool, operation);
    return await inTransaction(pool, async (client) => {
      if (instead !== null) {
        await lock?.(client);
        await handOver(client, instead.id);
      }
      const claimed = await record(client, operation);
      if (claimed === null) throw new NotClaimed();
      const resourceId = (await within?.(client, claimed.id, claimed.createdAt)) ?? claimed.resourceId;
      if (resourceId === claimed.resourceId) return claimed;
      await client.query('UPDATE operations SET resource_id = $2 WHERE id = $1', [claimed.id, resourceId]);
      return { ...claimed, resourceId };
    });
  } catch (error) {
    // Another write, at this very moment, has inserted what may exist only once.
    if (error instanceof NotClaimed || takenKeyOf(error) !== null) return null;
    throw error;
  }
}

async function handOver(client: PoolClient, id: string): Promise<void> {
  await client.query(
    `UPDATE operations SET idempotency_key = NULL, request_hash = NULL, answer = NULL, answer_status = NULL
     WHERE id = $1 AND state = 'refused'`,
    [id],
  );
}
