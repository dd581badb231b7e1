import { newUuid, toPublicId, type Uuid } from '@card-gateway/core';
import type { TestGateway } from './gateway.ts';
import { openReceiver, type Received, type Receiver } from './receiver.ts';

const receivers: Receiver[] = [];
let tenants = 0;

export async function closeReceivers(): Promise<void> {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
}

/** A receiver that {@link closeReceivers} closes. */
export async function newReceiver(): Promise<Receiver> {
  const receiver = await openReceiver();
  receivers.push(receiver);
  return receiver;
}

/** A tenant of its own with a destination, what receives its events, and subjects that make them. */
export async function openDestination(
  gateway: TestGateway,
  { types = ['cardholder.*'], path = '', scheme = 'http:' } = {},
) {
  const receiver = await newReceiver();
  tenants += 1;
  const tenant = `tenant-${tenants}`;
  const { client } = await gateway.key({ tenant });
  const url = receiver.url.replace('http:', scheme) + path;
  const { secret, id } = await client.createEventDestination({ body: { url, types } });
  const params = { id };
  const add = async (count = 1): Promise<Uuid[]> => {
    const ids = Array.from({ length: count }, () => newUuid(Date.now()));
    await gateway.pool.query(
      `INSERT INTO cardholders (id, tenant, provider, account, reference, status, created_at, updated_at)
       SELECT id::uuid, $2, 'keysecure', 'keysecure', id, 'pending', now(), now() FROM unnest($1::text[]) id`,
      [ids, tenant],
    );
    return ids;
  };
  const change = (ids: readonly Uuid[], reason: string) =>
    gateway.pool.query('UPDATE cardholders SET fail_reason = $2 WHERE id = ANY ($1::uuid[])', [ids, reason]);
  const attempts = async () => (await client.listDestinationDeliveries({ params, query: { limit: 200 } })).data;
  const shown = () => client.getEventDestination({ params });
  const ownEvents = async () => {
    const { rows } = await gateway.pool.query<{ type: string }>(
      `SELECT type FROM events WHERE tenant = $1 AND kind = 'destination' ORDER BY number`,
      [tenant],
    );
    return rows.map(({ type }) => type);
  };
  const set = (columns: string) =>
    gateway.pool.query(`UPDATE event_destinations SET revision = revision + 1, ${columns} WHERE tenant = $1`, [tenant]);
  const undelivered = async () => {
    const { rows } = await gateway.pool.query<{ attempts: number }>(
      'SELECT u.attempts FROM undelivered_events u JOIN event_destinations d ON d.id = u.destination_id WHERE d.tenant = $1',
      [tenant],
    );
    return rows.map(({ attempts }) => attempts);
  };
  return { receiver, secret, params, client, add, change, attempts, shown, ownEvents, set, undelivered };
}

export const subjectOf = (id: Uuid | undefined): string => toPublicId('cardholder', id ?? '');
export const versionsOf = (received: readonly Received[], id: Uuid | undefined): number[] =>
  received.flatMap(({ event }) => (event.subject === subjectOf(id) ? [event.subjectVersion] : []));
export const once = (values: readonly number[]): number[] => [...new Set(values)];
export const waiting = { timeout: 15_000, interval: 30 };
