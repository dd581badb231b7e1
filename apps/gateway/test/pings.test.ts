import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from './setup/call.ts';
import { closeReceivers, openDestination } from './setup/destination.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { ok, type Receiver } from './setup/receiver.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({
    jobs: false,
    settings: {
      EVENTS_ALLOWED_HOSTS: 'http://127.0.0.1, 127.0.0.1',
      EVENTS_DELIVERY_TIMEOUT_MS: '60000',
      HTTP_READ_DEADLINE_MS: '60000',
      SHUTDOWN_GRACE_MS: '90000',
    },
  });
});
afterAll(async () => {
  await closeReceivers();
  await gateway.close();
});

/** Pings a destination of a new key very often, which hangs until each post is let go. */
async function flood(count: number) {
  const { receiver, client, params } = await openDestination(gateway);
  const held: ServerResponse[] = [];
  receiver.answer((_received, response) => void held.push(response));
  const pings = Array.from({ length: count }, () => client.pingEventDestination({ params }));
  const answered = Promise.allSettled(pings).then((results) =>
    results.map((one) => (one.status === 'fulfilled' ? one.value.delivered : (one.reason as { code: string }).code)),
  );
  return { receiver, held, answered };
}

const release = (receiver: Receiver, held: readonly ServerResponse[]): void => {
  receiver.answer(ok);
  for (const response of held) response.writeHead(204).end();
};

test('one key has few pings of a host that hangs, and keeps no other key from its own', async () => {
  const { receiver, held, answered } = await flood(110);
  await until(
    async () => held.length,
    (count) => count >= 4,
  );
  const other = await openDestination(gateway);
  for (let pings = 0; pings < 10; pings += 1) {
    expect(await other.client.pingEventDestination({ params: other.params })).toMatchObject({ delivered: true });
  }
  expect(held).toHaveLength(4);
  release(receiver, held);
  const results = await answered;
  // A hundred more wait.
  expect(results.filter((result) => result === true)).toHaveLength(104);
  expect(results.filter((result) => result === 'overloaded')).toHaveLength(6);
  expect(receiver.received).toHaveLength(104);
});

test('all keys together have few pings', async () => {
  const floods = await Promise.all(Array.from({ length: 5 }, () => flood(6)));
  const open = (): number => floods.reduce((sum, { held }) => sum + held.length, 0);
  await until(
    async () => open(),
    (count) => count >= 16,
  );
  const last = await openDestination(gateway);
  const waits = last.client.pingEventDestination({ params: last.params });
  // A read of the same key that was asked for later.
  await last.shown();
  expect(open()).toBe(16);
  expect(last.receiver.received).toEqual([]);
  for (const { receiver, held } of floods) release(receiver, held);
  for (const { answered } of floods) expect(await answered).toEqual(Array(6).fill(true));
  expect(await waits).toMatchObject({ delivered: true });
});

test('a connection that hangs while it is made does not outlast its ping', async () => {
  // It never answers the first message of TLS.
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { key, client } = await gateway.key({ tenant: 'hangs' });
  const { port } = server.address() as AddressInfo;
  const { id } = await client.createEventDestination({ body: { url: `https://127.0.0.1:${port}/` } });
  const connected = once(server, 'connection');
  const pinged = call(gateway.url, {
    method: 'POST',
    path: `/v1/event-destinations/${id}/ping`,
    key,
    headers: { 'x-request-deadline': new Date(Date.now() + 3000).toISOString() },
  });
  const [socket] = (await connected) as [Socket];
  const closed = once(socket.resume(), 'close');
  expect((await pinged).json).toMatchObject({ delivered: false });
  await closed;
  server.close();
});
