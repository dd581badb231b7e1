import { once } from 'node:events';
import type { Socket } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ExchangeReport, openTransport, type TimedRequest, type Transport } from './exchange.ts';
import manifest from './package.json' with { type: 'json' };
import { json, type Loopback, openLoopback } from './testing/index.ts';
import { openChildServer } from './testing/child-server.ts';
import { answerText, openRawServer } from './testing/raw-server.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

let loopback: Loopback;
let transport: ReturnType<typeof openTransport>;
let reports: ExchangeReport[];
const raw: (() => Promise<void>)[] = [];

beforeEach(async () => {
  reports = [];
  loopback = await openLoopback();
  transport = openTransport({
    connections: 2,
    connectTimeoutMs: 300,
    maxResponseBytes: 1000,
    report: (report) => reports.push(report),
  });
});

afterEach(async () => {
  await loopback.close();
  for (const close of raw.splice(0)) await close();
  await transport.close();
});

function send(change: Partial<TimedRequest> = {}): ReturnType<Transport> {
  return transport.send({
    operation: 'card/apply',
    method: 'POST',
    url: `${loopback.url}/apply?x=1`,
    headers: { 'content-type': 'application/json' },
    body: '{"secret":"hunter2"}',
    timeoutMs: 3000,
    ...change,
  });
}

async function openRaw(serve: (socket: Socket) => void): Promise<number> {
  const server = await openRawServer(serve);
  raw.push(server.close);
  return server.port;
}

describe('answered', () => {
  test('whatever the status, with the whole body and its date', async () => {
    const date = 'Sat, 22 Nov 2025 12:00:00 GMT';
    loopback.reply(() => ({ kind: 'answer', status: 503, body: '忙', headers: { date } }));
    expect(await send()).toMatchObject({ kind: 'answered', status: 503, body: '忙', date: new Date(date) });
    loopback.reply(() => ({ kind: 'answer', status: 200, body: '', headers: { date: 'soon' } }));
    expect(await send()).toMatchObject({ kind: 'answered', status: 200, body: '', date: null });
  });

  test('with its headers, by name in lower case', async () => {
    const port = await openRaw((socket) =>
      socket.write(
        'HTTP/1.1 429 Slow down\r\nRetry-After: 7\r\nRateLimit-Policy: "a"\r\nratelimit-policy: "b"\r\ncontent-length: 0\r\n\r\n',
      ),
    );
    expect(await send({ url: `http://127.0.0.1:${port}/` })).toMatchObject({
      status: 429,
      headers: { 'retry-after': '7', 'ratelimit-policy': '"a", "b"' },
    });
  });

  test.each(['PUT', 'PATCH', 'DELETE'] as const)('to a %s, with a body and without one', async (method) => {
    loopback.reply(() => json({}));
    await send({ method });
    await send({ method, body: null });
    expect(loopback.requests).toMatchObject([
      { method, body: '{"secret":"hunter2"}' },
      { method, body: '' },
    ]);
  });

  test('without a body, where the status has none', async () => {
    loopback.reply(() => ({ kind: 'answer', status: 204, body: '' }));
    expect(await send({ method: 'DELETE', body: null })).toMatchObject({ kind: 'answered', status: 204, body: '' });
  });

  test('without the byte order mark before it', async () => {
    loopback.reply(() => json('\uFEFF{}'));
    expect(await send()).toMatchObject({ kind: 'answered', body: '{}' });
  });

  test('after what a server says beforehand', async () => {
    const port = await openRaw((socket) =>
      socket.write(`HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${answerText('{}')}`),
    );
    expect(await send({ url: `http://127.0.0.1:${port}/` })).toMatchObject({
      kind: 'answered',
      status: 200,
      body: '{}',
    });
  });

  test('in time, also where this process was too busy to see it', async () => {
    const server = await openChildServer();
    raw.push(server.close);
    const timeoutMs = 1500;
    const begun = performance.now();
    const answer = send({ url: `http://127.0.0.1:${server.port}/held`, timeoutMs });
    await server.nextHeld();
    server.release();
    // Nothing else happens in this process until the time is over.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, begun + timeoutMs + 50 - performance.now());
    expect(await answer).toMatchObject({ kind: 'answered' });
  });

  test('a redirection is not followed', async () => {
    loopback.reply(() => ({ kind: 'answer', status: 307, body: '', headers: { location: `${loopback.url}/other` } }));
    expect(await send()).toMatchObject({ kind: 'answered', status: 307 });
    expect(loopback.requests).toHaveLength(1);
  });

  test('the headers on the wire are ours, and those that were given, byte for byte', async () => {
    loopback.reply(() => json({}));
    await send({ headers: { 'Content-Type': 'application/json', 'X-Sign': 'aB+/=' }, traceparent: '00-a-b-01' });
    const [request] = loopback.requests;
    expect(request?.rawHeaders).toEqual([
      'host',
      new URL(loopback.url).host,
      'connection',
      'keep-alive',
      'accept',
      'application/json, */*;q=0.5',
      'accept-encoding',
      'identity',
      'user-agent',
      `card-gateway/${manifest.version}`,
      'Content-Type',
      'application/json',
      'X-Sign',
      'aB+/=',
      'traceparent',
      '00-a-b-01',
      'content-length',
      '20',
    ]);
    expect(request).toMatchObject({ method: 'POST', path: '/apply?x=1', body: '{"secret":"hunter2"}' });
  });
});

describe('not sent is certain', () => {
  test.each(['127.0.0.1', 'localhost'])('a refused connection to %s', async (host) => {
    const nobody = await openLoopback();
    await nobody.close();
    const url = `http://${host}:${new URL(nobody.url).port}/`;
    expect(await send({ url })).toEqual({ kind: 'not_sent', cause: 'ECONNREFUSED' });
  });

  test('TLS against a port that speaks plain HTTP', async () => {
    expect(await send({ url: loopback.url.replace('http:', 'https:') })).toMatchObject({ kind: 'not_sent' });
    expect(loopback.requests).toHaveLength(0);
  });

  test('connecting, TLS included, takes too long', async () => {
    const port = await openRaw(() => undefined);
    expect(await send({ url: `https://127.0.0.1:${port}/` })).toEqual({
      kind: 'not_sent',
      cause: 'TLS_TIMEOUT',
    });
  });

  test('TLS is closed without a word', async () => {
    const port = await openRaw((socket) => socket.destroy());
    expect(await send({ url: `https://127.0.0.1:${port}/` })).toMatchObject({ kind: 'not_sent' });
  });

  test('the time of the request is over before there is a connection', async () => {
    const port = await openRaw(() => undefined);
    const url = `https://127.0.0.1:${port}/`;
    expect(await send({ url, timeoutMs: 50 })).toEqual({ kind: 'not_sent', cause: 'TimeoutError' });
  });

  test('a header that cannot stand on the wire', async () => {
    expect(await send({ headers: { 'x-sign': 'a\r\nb: c' } })).toEqual({
      kind: 'not_sent',
      cause: 'UND_ERR_INVALID_ARG',
    });
    expect(await send({ url: 'not a URL' })).toEqual({ kind: 'not_sent', cause: 'ERR_INVALID_URL' });
    expect(loopback.requests).toHaveLength(0);
  });
});

describe('all else is lost', () => {
  test('no answer in time', async () => {
    loopback.reply(() => ({ kind: 'hang' }));
    expect(await send({ timeoutMs: 100 })).toEqual({ kind: 'lost', cause: 'TimeoutError' });
    expect(loopback.requests).toHaveLength(1);
  });

  test('an answer that drips: the time-out counts to its last byte', async () => {
    const port = await openRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(drip));
    });
    const started = performance.now();
    expect(await send({ url: `http://127.0.0.1:${port}/`, timeoutMs: 200 })).toMatchObject({ kind: 'lost' });
    expect(performance.now() - started).toBeLessThan(1500);
  });

  test.each([
    ['announced', { 'content-length': '1001' }],
    ['not announced', { 'transfer-encoding': 'chunked' }],
  ])('an answer that is too large, its length %s', async (_name, headers) => {
    loopback.reply(() => ({ kind: 'answer', body: 'x'.repeat(1001), headers }));
    expect(await send()).toEqual({ kind: 'lost', cause: 'ANSWER_TOO_LARGE' });
    expect(await send({ maxResponseBytes: 1001 })).toMatchObject({ kind: 'answered' });
    expect(await send({ maxResponseBytes: 500 })).toEqual({ kind: 'lost', cause: 'ANSWER_TOO_LARGE' });
  });

  test.each(methods)('a reset after a %s, which is not sent again', async (method) => {
    loopback.reply(() => ({ kind: 'reset' }));
    expect(await send({ method, body: null })).toMatchObject({ kind: 'lost' });
    expect(loopback.requests).toHaveLength(1);
  });

  test.each(methods)('a %s on a kept connection that breaks, which is not sent again', async (method) => {
    loopback.reply(() => json({}));
    expect(await send({ method, body: null })).toMatchObject({ kind: 'answered' });
    loopback.reply(() => ({ kind: 'reset' }));
    expect(await send({ method, body: null })).toMatchObject({ kind: 'lost' });
    expect(loopback.requests).toHaveLength(2);
  });

  test('an answer cut off half-way', async () => {
    loopback.reply(() => ({ kind: 'cut', body: '{"code":0,"data":{}}' }));
    expect(await send()).toMatchObject({ kind: 'lost' });
  });

  describe('an answer of nobody', () => {
    const ofNobody = answerText('of nobody');

    /** Its one connection is taken up again unless it was closed. Each answer tells the number of its connection. */
    async function openOne(after: string) {
      const sockets: Socket[] = [];
      const port = await openRaw((socket) => {
        const text = answerText(`of connection ${sockets.push(socket)}`) + after;
        socket.on('data', () => socket.write(text));
      });
      const one = openTransport({ connections: 1, connectTimeoutMs: 300, maxResponseBytes: 1000 });
      raw.push(() => one.close());
      const post = { operation: 'x', method: 'POST', url: `http://127.0.0.1:${port}/`, body: '{}' } as const;
      return { sockets, ask: () => one.send({ ...post, headers: {}, timeoutMs: 3000 }) };
    }

    test.each([
      ['an answer', ofNobody],
      ['what is no HTTP', 'of nobody'],
    ])('%s behind another is not taken for that to the next request', async (_name, after) => {
      const { ask } = await openOne(after);
      expect([await ask(), await ask()]).toMatchObject([{ body: 'of connection 1' }, { body: 'of connection 2' }]);
    });

    test('while nothing is asked ends its connection', async () => {
      const { sockets, ask } = await openOne('');
      expect([await ask(), await ask()]).toMatchObject([{ body: 'of connection 1' }, { body: 'of connection 1' }]);
      const [socket] = sockets;
      socket?.write(ofNobody);
      await once(socket as Socket, 'close');
      expect(await ask()).toMatchObject({ body: 'of connection 2' });
    });
  });

  test('an answer that is no HTTP', async () => {
    const port = await openRaw((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
    expect(await send({ url: `http://127.0.0.1:${port}/` })).toMatchObject({ kind: 'lost' });
  });
});

describe('a compressed answer, although none was asked for', () => {
  const text = JSON.stringify({ name: '忙', list: Array.from({ length: 50 }, () => 'x') });
  const reply = (body: Uint8Array, encoding: string): void =>
    loopback.reply(() => ({ kind: 'answer', body, headers: { 'content-encoding': encoding } }));

  test.each([
    ['gzip', gzipSync],
    ['X-GZIP', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['identity', (bytes: Buffer) => bytes],
    ['gzip, br', (bytes: Buffer) => brotliCompressSync(gzipSync(bytes))],
  ])('in %s is read', async (encoding, compress) => {
    reply(compress(Buffer.from(text)), encoding);
    expect(await send()).toMatchObject({ kind: 'answered', body: text });
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['br, gzip', (bytes: Buffer) => gzipSync(brotliCompressSync(bytes))],
  ])('in %s that unfolds to more than an answer may have is cut off', async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(10_000_000));
    reply(bomb, encoding);
    const maxResponseBytes = Math.max(1000, bomb.length);
    expect(await send({ maxResponseBytes })).toEqual({ kind: 'lost', cause: 'ANSWER_TOO_LARGE' });
    reply(compress(Buffer.alloc(maxResponseBytes, 'x')), encoding);
    expect(await send({ maxResponseBytes })).toMatchObject({ kind: 'answered', body: 'x'.repeat(maxResponseBytes) });
  });

  test.each([
    ['compress', gzipSync(text), 'UNKNOWN_CONTENT_ENCODING'],
    ['gzip', Buffer.from(text), 'Z_DATA_ERROR'],
    ['gzip', gzipSync(text).subarray(0, 40), 'Z_BUF_ERROR'],
    ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(text))), 'TOO_MANY_CONTENT_ENCODINGS'],
  ])('in %s that cannot be read is lost', async (encoding, bytes, cause) => {
    reply(bytes, encoding);
    expect(await send()).toEqual({ kind: 'lost', cause });
  });

  test('that is empty is no fault', async () => {
    reply(Buffer.alloc(0), 'gzip');
    expect(await send()).toMatchObject({ kind: 'answered', body: '' });
  });
});

describe('reports', () => {
  test('tell the operation and how it went, nothing of its content', async () => {
    loopback.reply(() => json({ pan: '6217000000000001234' }, 201));
    await send();
    loopback.reply(() => ({ kind: 'hang' }));
    await send({ timeoutMs: 50 });
    expect(reports).toEqual([
      { operation: 'card/apply', durationMs: expect.any(Number), result: 'answered', httpStatus: 201, cause: null },
      {
        operation: 'card/apply',
        durationMs: expect.any(Number),
        result: 'lost',
        httpStatus: null,
        cause: 'TimeoutError',
      },
    ]);
  });
});

describe('the pool', () => {
  test('opens no more connections than allowed; further requests wait', async () => {
    let open = 0;
    const port = await openRaw((socket) => {
      open += 1;
      socket.on('data', () => {
        setTimeout(() => socket.write(answerText()), 30);
      });
    });
    const url = `http://127.0.0.1:${port}/`;
    const results = await Promise.all(Array.from({ length: 6 }, () => send({ url, body: null })));
    expect(results.map((result) => result.kind)).toEqual(Array<string>(6).fill('answered'));
    expect(open).toBe(2);
  });

  test('a request that finds no connection free in time was certainly not sent', async () => {
    loopback.reply(() => ({ kind: 'hang' }));
    const hanging = [send({ timeoutMs: 1500 }), send({ timeoutMs: 1500 })];
    while (loopback.requests.length < 2) await loopback.nextRequest();
    // As many as there are connections: none of them may keep one from those that come later.
    const busy = { kind: 'not_sent', cause: 'ALL_CONNECTIONS_BUSY' };
    expect(await Promise.all([send(), send()])).toEqual([busy, busy]);
    expect(await Promise.all(hanging)).toMatchObject([{ kind: 'lost' }, { kind: 'lost' }]);
    expect(loopback.requests).toHaveLength(2);

    loopback.reply(() => json({}));
    expect(await send()).toMatchObject({ kind: 'answered' });
  });

  test('the wait for a connection is taken off the time of a request', async () => {
    const one = openTransport({ connections: 1, connectTimeoutMs: 5000, maxResponseBytes: 1000 });
    loopback.reply(() => ({ kind: 'hang' }));
    const get = { operation: 'x', method: 'GET', url: loopback.url, headers: {}, body: null } as const;
    const ended: string[] = [];
    const end = (name: string) => (): unknown => ended.push(name);
    await Promise.all([
      one.send({ ...get, timeoutMs: 300 }).then(end('the first')),
      one.send({ ...get, timeoutMs: 500 }).then(end('the one that waited for 300 of its 500 ms')),
      send({ timeoutMs: 700 }).then(end('the one that began at once and has 700 ms')),
    ]);
    expect(loopback.requests).toHaveLength(3);
    expect(ended.at(-1)).toBe('the one that began at once and has 700 ms');
    await one.close();
  });

  test('close lets a running request end', async () => {
    const closing = openTransport({ connections: 1, connectTimeoutMs: 300, maxResponseBytes: 1000 });
    const port = await openRaw((socket) => {
      socket.on('data', () => {
        setTimeout(() => socket.write(answerText('late')), 50);
      });
    });
    const url = `http://127.0.0.1:${port}/`;
    const running = closing.send({ operation: 'x', method: 'GET', url, headers: {}, body: null, timeoutMs: 2000 });
    await closing.close();
    expect(await running).toMatchObject({ kind: 'answered', body: 'late' });
  });
});
