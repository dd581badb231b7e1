import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../src/app.ts';
import { metricsServer } from '../src/http/metrics.ts';
import { createLog } from '../src/log.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
});
afterAll(() => gateway.close());

const request = 'GET /openapi.json HTTP/1.1\r\nHost: gateway\r\n\r\n';
/** More than the buffers of the system take: the rest waits in the gateway. */
const requests = request.repeat(8);

/** Sends, and reads nothing yet. */
async function send(url: string, text: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}
const untilAnswered = (socket: Socket): Promise<number> =>
  until(
    async () => socket.readableLength,
    (length) => length >= socket.readableHighWaterMark,
  );

test('a client that reads slowly gets all that was answered before the gateway closed', async () => {
  const closing = await gateway.another();
  const socket = await send(closing.url, requests);
  await untilAnswered(socket);
  const closed = closing.close();
  let text = '';
  for await (const part of socket) text += String(part);
  expect(text.split('HTTP/1.1 200 OK').length).toBe(9);
  expect(text.endsWith('}')).toBe(true);
  await closed;
});

test('no client keeps the gateway from closing: neither one that sends half a request, nor one that does not read', async () => {
  const closing = await gateway.another();
  const head = `POST /v1/cards HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer ${gateway.apiKey}\r\nContent-Type: application/json\r\n`;
  const halves = [request.slice(0, -10), `${head}Content-Length: 2\r\n\r\n{`];
  const sockets = await Promise.all(
    [...halves.map((half) => request + half), requests].map((text) => send(closing.url, text)),
  );
  for (const socket of sockets) await untilAnswered(socket);
  await closing.close();
  for (const socket of sockets) {
    let text = '';
    socket.on('data', (part) => (text += String(part)));
    await once(socket, 'close').catch(() => {});
    // It did not wait for the deadline of what was not whole.
    expect(text.includes('HTTP/1.1 504')).toBe(false);
  }
});

/** For so long the system takes nothing more at 1 kB/s: 114 s were seen. */
const slowReadMs = 120_000;

test('a client that never reads its answer is disconnected, but not while the answer may still come, or is read slowly', async () => {
  const { services } = gateway;
  const log = createLog('error', { write: () => {} });
  const app = await buildApp(services, log);
  const { server } = app;
  expect(server.timeout).toBeGreaterThan(services.config.HTTP_READ_DEADLINE_MS + 30_000 + slowReadMs);
  expect(server.timeout).toBeGreaterThan(services.config.HTTP_WRITE_DEADLINE_MS + slowReadMs);
  expect(metricsServer(services, log).server.timeout).toBe(server.timeout);
  // Instead of so long a wait.
  server.timeout = 300;
  const socket = await send(await app.listen({ host: '127.0.0.1', port: 0 }), requests);
  await untilAnswered(socket);
  const connections = () => new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  await until(connections, (count) => count === 0);
  socket.destroy();
  await app.close();
});
