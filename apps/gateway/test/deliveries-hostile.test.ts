import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { closeReceivers, openDestination, versionsOf, waiting } from './setup/destination.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

let gateway: TestGateway;
let healthy: Awaited<ReturnType<typeof openDestination>>;
const closing: (() => void)[] = [];

beforeAll(async () => {
  gateway = await startGateway({
    settings: { EVENTS_ALLOWED_HOSTS: 'http://127.0.0.1', EVENTS_DELIVERY_TIMEOUT_MS: '2000' },
  });
  healthy = await openDestination(gateway);
});
afterAll(async () => {
  for (const close of closing) close();
  await closeReceivers();
  await gateway.close();
});

/** Answers a post with bytes. */
type Answering = (socket: Socket) => void;

/** A receiver that needs not speak HTTP. */
async function openHostile(first: Answering) {
  const versions: number[] = [];
  const sockets = new Set<Socket>();
  let answering = first;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const { version } = /"subjectVersion":(?<version>\d+),[^]*"createdAt":[^]*\}$/.exec(text)?.groups ?? {};
      if (version === undefined) return;
      text = '';
      versions.push(Number(version));
      answering(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    versions,
    answer: (next: Answering) => {
      answering = next;
    },
  };
}

const noContent = 'HTTP/1.1 204 No Content\r\n\r\n';
const saying =
  (...parts: (string | Buffer)[]): Answering =>
  (socket) => {
    for (const part of parts) socket.write(part);
  };

/** Says something, and then the same over and over, as fast as it is read. */
const flooding =
  (head: string, text: string): Answering =>
  (socket) => {
    const chunk = text.repeat(1000);
    const sayMore = (): void => {
      while (!socket.destroyed && socket.write(chunk));
      if (!socket.destroyed) socket.once('drain', sayMore);
    };
    socket.write(head);
    sayMore();
  };
const bomb = gzipSync(Buffer.alloc(50 * 2 ** 20));
const long = 'y'.repeat(2 ** 20);
const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

/** What a receiver says to each post, and what its first attempt comes to: a status of success, or a failure. */
const answers: readonly (readonly [what: string, Answering, number | string])[] = [
  ['103 before the answer', saying('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', noContent), 204],
  ['103 without end', flooding('', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'), 'TimeoutError'],
  [
    '101 Switching Protocols',
    saying('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    'UND_ERR_SOCKET',
  ],
  ['a connection that ends with its answer', (socket) => socket.end(noContent), 204],
  ['a connection that stays, and breaks', (socket) => void socket.write(noContent, () => socket.destroy()), 204],
  ['a reset', (socket) => void socket.resetAndDestroy(), 'ECONNRESET'],
  ['nothing', () => {}, 'TimeoutError'],
  ['words of another protocol', saying('SSH-2.0-OpenSSH_9.2\r\n'), 'HTTPParserError'],
  ['trailers that are too long', saying(`${chunked}2\r\nok\r\n0\r\nx: ${long}\r\n\r\n`), 200],
  ['trailers without end', flooding(`${chunked}2\r\nok\r\n0\r\n`, 'x: y\r\n'), 200],
  ['a chunk extension without end', flooding(`${chunked}2;`, 'abc'), 200],
  ['chunks without end', flooding(chunked, '2\r\nok\r\n'), 200],
  ['headers without end', flooding('HTTP/1.1 200 OK\r\n', 'x: y\r\n'), 'UND_ERR_HEADERS_OVERFLOW'],
  ['a header of 1 MB', saying(`HTTP/1.1 200 OK\r\nx: ${long}\r\n\r\n`), 'UND_ERR_HEADERS_OVERFLOW'],
  [
    'headers named as what objects have',
    saying(
      'HTTP/1.1 500 No\r\n__proto__: a\r\n__proto__: b\r\nconstructor: c\r\nconstructor: d\r\ncontent-length: 0\r\n\r\n',
    ),
    'HTTP_500',
  ],
  [
    'a redirect',
    saying('HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n'),
    'HTTP_302',
  ],
  [
    'a gzip bomb',
    saying(`HTTP/1.1 500 No\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`, bomb),
    'HTTP_500',
  ],
  ['a body that is too short', saying('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nok'), 200],
  ['a body that is too long', saying('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok and more'), 200],
  ['two answers', saying(noContent, noContent), 204],
  [
    'a text that PostgreSQL takes for none',
    saying('HTTP/1.1 500 No\r\n\r\na\0b', Buffer.from([0xed, 0xa0, 0xbd])),
    'HTTP_500',
  ],
  ['a status without a class', saying('HTTP/1.1 999 What\r\ncontent-length: 0\r\n\r\n'), 'HTTP_999'],
  ['a status of zeros', saying('HTTP/1.1 000 What\r\ncontent-length: 0\r\n\r\n'), 'ERR_ASSERTION'],
];

describe.concurrent('a receiver gets its events in order, and disturbs no other', () => {
  test.for(answers)('that answers with %s', async ([, answering, result], { expect }) => {
    const hostile = await openHostile(answering);
    const { client, add, change, params: unused, set } = await openDestination(gateway);
    await client.deleteEventDestination({ params: unused });
    const params = await client.createEventDestination({ body: { url: hostile.url, types: ['cardholder.*'] } });
    const attempts = async () => (await client.listDestinationDeliveries({ params, query: { limit: 200 } })).data;
    const [id] = await add();
    await change([id ?? ''], 'changed');
    const first = async () => (await attempts()).at(-1);
    await expect.poll(first, waiting).toBeDefined();
    const attempt = await first();
    expect(attempt?.failure ?? attempt?.httpStatus).toBe(result);
    const [other] = await healthy.add();
    await expect.poll(() => versionsOf(healthy.receiver.received, other), waiting).toEqual([1]);
    hostile.answer(saying(noContent));
    const isEmpty = async (): Promise<boolean> => {
      const { rowCount } = await gateway.pool.query(
        'UPDATE undelivered_events SET next_attempt_at = now() WHERE destination_id = $1',
        [uuidOf('destination', params.id)],
      );
      await set('failures = 0, retry_at = NULL');
      return rowCount === 0 && hostile.versions.at(-1) === 2;
    };
    await expect.poll(isEmpty, { ...waiting, interval: 500 }).toBe(true);
    expect(hostile.versions).toEqual(hostile.versions.toSorted((a, b) => a - b));
  });
});
