import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import { idSchema, operationSchema } from './schemas.ts';
import { buildService, changes, HttpError, type Tools } from './service.ts';
import { readSettings } from './settings.ts';
import { acceptCard, awaitCode, findOrder, getCard, insertBinding, insertCard, newId, setStatus } from './store.ts';

/** *b2*: like *b*, but idempotent: commits the intent before the call and the outcome after it. */
const settings = readSettings();
const { app, tools } = buildService(settings, (own) => {
  const { pool, tenant, keysecure, yixin } = own;
  return {
    issue: async (order, key) => {
      const found = await findOrder(pool, { tenant, ...order });
      if (found === null) throw new HttpError(404, 'There is no such product or cardholder.');
      const id = newId();
      return once(
        own,
        { key, type: 'issueCard', resource: id, request: order },
        {
          intend: (client) => insertCard(client, { ...order, id, tenant, network: found.network, providerRef: null }),
          call: () => keysecure(order.account).apply({ reference: id, ...found }),
          resolve: (client, providerRef) => acceptCard(client, id, providerRef),
        },
      );
    },

    bind: async (order, key) => {
      const id = newId();
      return once(
        own,
        { key, type: 'startBinding', resource: id, request: order },
        {
          intend: (client) => insertBinding(client, { ...order, id, tenant, challenge: null }),
          call: () => yixin.bindCard({ reference: id, ...order }),
          resolve: (client, challenge) => awaitCode(client, id, challenge),
        },
      );
    },

    change: async (id, change, key) => {
      const { from, to, providerStatus } = changes[change];
      const card = await getCard(pool, tenant, id);
      const providerRef = card?.providerRef ?? null;
      if (card === null || providerRef === null) throw new HttpError(404, 'There is no such card.');
      if (card.status !== from) throw new HttpError(409, `The card is ${card.status}.`);
      return once(
        own,
        { key, type: `${change}Card`, resource: id, request: id },
        {
          intend: null,
          call: () => keysecure(card.account).setStatus(providerRef, providerStatus),
          resolve: (client) => setStatus(client, id, to, providerStatus),
        },
      );
    },
  };
});

interface Write {
  readonly key: string;
  readonly type: string;
  readonly resource: string;
  readonly request: unknown;
}

interface Steps<Told> {
  readonly intend: ((client: PoolClient) => Promise<unknown>) | null;
  call(): Promise<Told>;
  resolve(client: PoolClient, told: Told): Promise<object>;
}

async function once<Told>({ pool, tenant }: Tools, write: Write, steps: Steps<Told>): Promise<unknown> {
  const id = newId();
  const hash = createHash('sha256').update(JSON.stringify(write.request)).digest('hex');
  const claimed = await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query({
      name: 'claim',
      text: `INSERT INTO operations (id, tenant, idempotency_key, request_hash, type, resource_id, outcome)
             VALUES ($1, $2, $3, $4, $5, $6, 'pending') ON CONFLICT (tenant, idempotency_key) DO NOTHING`,
      values: [id, tenant, write.key, hash, write.type, write.resource],
    });
    if (rowCount === 1) await steps.intend?.(client);
    return rowCount === 1;
  });
  if (!claimed) return replay(pool, tenant, write.key, hash);
  const told = await steps.call();
  return inTransaction(pool, async (client) => {
    const resource = await steps.resolve(client, told);
    const answer = { ...resource, operation: { id, outcome: 'succeeded' } };
    await client.query({
      name: 'resolve',
      text: `UPDATE operations SET outcome = 'succeeded', answer = $2, resolved_at = now() WHERE id = $1`,
      values: [id, JSON.stringify(answer)],
    });
    return answer;
  });
}

async function replay(pool: Tools['pool'], tenant: string, key: string, hash: string): Promise<unknown> {
  const { rows } = await pool.query<{ hash: string; answer: unknown }>({
    name: 'replay',
    text: `SELECT request_hash AS hash, answer FROM operations WHERE tenant = $1 AND idempotency_key = $2`,
    values: [tenant, key],
  });
  const [row] = rows;
  if (row?.hash !== hash) throw new HttpError(422, 'This Idempotency-Key was used for another request.');
  if (row.answer === null) throw new HttpError(409, 'The first request with this Idempotency-Key is under way.');
  return row.answer;
}

async function inTransaction<T>(pool: Tools['pool'], act: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await act(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

app.get<{ Params: { id: string } }>(
  '/v1/operations/:id',
  { schema: { params: idSchema, response: { 200: operationSchema } } },
  async (request) => {
    if (request.headers.authorization !== `Bearer ${settings.apiKey}`) {
      throw new HttpError(401, 'This API key is not known.');
    }
    const { rows } = await tools.pool.query<object>({
      name: 'operation',
      text: `SELECT id, type, outcome, resource_id AS resource, created_at AS "createdAt", resolved_at AS "resolvedAt"
             FROM operations WHERE id = $1 AND tenant = $2`,
      values: [request.params.id, settings.tenant],
    });
    const [row] = rows;
    if (row === undefined) throw new HttpError(404, 'There is no such operation.');
    return row;
  },
);
await app.listen({ host: '127.0.0.1', port: settings.port });
