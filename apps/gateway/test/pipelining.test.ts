import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { metricsServer } from '../src/http/metrics.ts';
import { createLog } from '../src/log.ts';
import { call } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { withLocked } from './setup/locked.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
});
afterAll(() => gateway.close());

const most = 16;
const statusesIn = (text: string): string[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status ?? '');

test('a connection has few requests without an answer, and more are refused', async () => {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname).setEncoding('latin1');
  let received = '';
  socket.on('data', (text: string) => (received += text));
  const statuses = (): string[] => statusesIn(received);
  await once(socket, 'connect');
  const read = `GET /v1/cards HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${gateway.apiKey}\r\n\r\n`;

  await withLocked(gateway.owner, 'cards', async () => {
    socket.write(read.repeat(most + 24));
    // Others are served meanwhile.
    expect((await call(gateway.url, { path: '/v1/card-products', key: gateway.apiKey })).status).toBe(200);
  });
  await until(
    async () => statuses().length,
    (count) => count === most + 24,
  );
  expect(statuses()).toEqual([...Array<string>(most).fill('200'), ...Array<string>(24).fill('503')]);
  expect(received).toContain('"code":"overloaded"');

  received = '';
  socket.write(read.repeat(most));
  await until(
    async () => statuses().length,
    (count) => count === most,
  );
  expect(new Set(statuses())).toEqual(new Set(['200']));
  socket.destroy();
});

test('the same at a port that has only the metrics', async () => {
  const server = metricsServer(gateway.services, createLog('error', { write: () => {} }));
  const { hostname, port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), hostname).setEncoding('latin1');
  let received = '';
  socket.on('data', (text: string) => (received += text));
  socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(most + 24));
  await until(
    async () => statusesIn(received).length,
    (count) => count === most + 24,
  );
  expect(statusesIn(received)).toEqual([...Array<string>(most).fill('200'), ...Array<string>(24).fill('503')]);
  socket.destroy();
  await server.close();
});
