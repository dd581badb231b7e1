import { openDatabase } from '@card-gateway/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { cardOrder } from './setup/orders.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
});
afterAll(() => gateway.close());

test('a page takes a new operation only if its update has room there, too', async () => {
  const order = await cardOrder(gateway);
  for (let batch = 0; batch < 20; batch += 1)
    await Promise.all(Array.from({ length: 10 }, () => gateway.client.issueCard({ body: order })));
  const owner = openDatabase(gateway.ownerUrl, { connections: 1, connectTimeoutMs: 5000, statementTimeoutMs: 10_000 });
  try {
    // From now on the server knows how much room each page has left.
    await owner.query('VACUUM operations');
    await owner.query('BEGIN');
    await owner.query(
      `INSERT INTO operations (id, tenant, caller, idempotency_key, request_hash, type, provider, account, resource_id, state,
         settles_by, request_id, created_at, updated_at, lease_until)
       SELECT gen_random_uuid(), tenant, caller, idempotency_key || n, request_hash, type, provider, account, resource_id, 'submitting',
         settles_by, request_id, created_at, updated_at, created_at + interval '1 minute'
       FROM (SELECT * FROM operations WHERE id = (SELECT operation_id FROM cards LIMIT 1)), generate_series(1, 100) n`,
    );
    const { rows } = await owner.query<{ room: number; resolved: number }>(
      // A page has 8,192 bytes with a head of 24, and per row 4 more than its size, which is a multiple of 8.
      `SELECT min(8192 - 24 - used)::int AS room, max(widest)::int AS resolved
       FROM (SELECT sum(ceil(pg_column_size(o.*) / 8.0) * 8 + 4) AS used, bool_or(state = 'submitting') AS is_written,
           max(pg_column_size(o.*)) FILTER (WHERE state = 'succeeded') AS widest
         FROM operations o GROUP BY split_part(ctid::text, ',', 1)) pages
       WHERE is_written`,
    );
    expect(rows[0]?.room).toBeGreaterThan(rows[0]?.resolved ?? Number.NaN);
  } finally {
    await owner.query('ROLLBACK');
    await owner.end();
  }
});
