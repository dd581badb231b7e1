import { setTimeout as wait } from 'node:timers/promises';
import { toPublicId, type Uuid } from '@card-gateway/core';
import type pg from 'pg';
import { openPool } from '../bench/database.ts';
import type { FollowedEvent } from '../chaos/event-log.ts';

/** Cardholders whose changes are the events: so many that few wait for an earlier one of theirs. */
const subjects = 1000;
const connections = 4;

/** Adds the subjects, without a provider: what is measured is what becomes of events, not of writes. */
export async function addSubjects(pool: pg.Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO cardholders (id, tenant, provider, account, provider_ref, reference, status, provider_status, created_at, updated_at)
     SELECT gen_random_uuid(), 'default', 'keysecure', 'keysecure', 'H' || n, 'subject ' || n, 'approved', '0', now(), now()
     FROM generate_series(1, $1) AS n RETURNING id`,
    [subjects],
  );
  return rows.map(({ id }) => id);
}

export const openWriter = (url: string, undo: AsyncDisposableStack): pg.Pool => openPool(url, connections, undo);

/** Changes the subjects in turn, each in a transaction of its own, at a constant rate. */
export async function writeEvents(
  pool: pg.Pool,
  ids: readonly string[],
  { count, rate }: { readonly count: number; readonly rate: number },
  signal: AbortSignal,
): Promise<void> {
  const started = performance.now();
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < count) {
      signal.throwIfAborted();
      const turn = next;
      next += 1;
      const early = started + (turn * 1000) / rate - performance.now();
      if (early > 0) await wait(early);
      await pool.query({
        name: 'write-event',
        text: 'UPDATE cardholders SET provider_status = (provider_status::integer + 1)::text WHERE id = $1',
        values: [ids[turn % ids.length]],
      });
    }
  };
  await Promise.all(Array.from({ length: connections }, write));
}

/** The changes of the subjects, without their creation. */
export async function writtenEvents(pool: pg.Pool): Promise<readonly FollowedEvent[]> {
  const { rows } = await pool.query<{ id: Uuid; version: number; writtenAt: number }>(
    `SELECT subject_id AS id, subject_version AS version, (extract(epoch FROM created_at) * 1000)::float8 AS "writtenAt"
     FROM events WHERE kind = 'cardholder' AND subject_version > 1 ORDER BY number`,
  );
  return rows.map(({ id, version, writtenAt }) => ({ subject: toPublicId('cardholder', id), version, writtenAt }));
}
