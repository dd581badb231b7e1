import { once } from 'node:events';
import { METHODS } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, callRaw, problemOf } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
});
afterAll(() => gateway.close());

const post = 'POST /v1/syncs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nIdempotency-Key: raw\r\n';
const body = '{"account":"open-api"}';
const raw = (bytes: string): Promise<Answer> => callRaw(gateway.url, bytes.replaceAll('$KEY', gateway.apiKey));
const withKey = 'Authorization: Bearer $KEY\r\n';

describe('what could be read in two ways is not read at all', () => {
  test.each([
    ['a length and chunks', `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['chunks and a length', `${post}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${post}Content-Length: 22\r\nContent-Length: 4\r\n\r\n${body}`],
    ['the same length twice', `${post}Content-Length: 22\r\nContent-Length: 22\r\n\r\n${body}`],
    ['a list of lengths', `${post}Content-Length: 22, 22\r\n\r\n${body}`],
    ['a length with a sign', `${post}Content-Length: +22\r\n\r\n${body}`],
    ['a length in hexadecimal', `${post}Content-Length: 0x16\r\n\r\n${body}`],
    ['a length larger than any number', `${post}Content-Length: 99999999999999999999999\r\n\r\n`],
    ['a space before the colon', `${post}Content-Length : 22\r\n\r\n${body}`],
    ['chunked twice', `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['chunked, but not last', `${post}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`],
    ['a coding of its own', `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['a folded header', `${post}X-A: b\r\n c\r\nContent-Length: 22\r\n\r\n${body}`],
    ['a folded coding', `${post}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`],
    ['lines that end with LF alone', 'GET /health/live HTTP/1.1\nHost: x\n\n'],
    ['one line that ends with CR alone', 'GET /health/live HTTP/1.1\r\nHost: x\rX: y\r\n\r\n'],
    ['NUL in a header', 'GET /health/live HTTP/1.1\r\nHost: x\r\nX: a\u0000b\r\n\r\n'],
    ['NUL in the path', 'GET /health/\u0000live HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['NUL in the name of a header', 'GET /health/live HTTP/1.1\r\nHost: x\r\nX\u0000: a\r\n\r\n'],
    ['a header without a name', 'GET /health/live HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n'],
    ['a space in the path', 'GET /health /live HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['no path', 'GET HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['no version', 'GET /health/live\r\nHost: x\r\n\r\n'],
    ['a version that is none', 'GET /health/live HTTP/1.11\r\nHost: x\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    [
      'a chunk that is longer than it says',
      `${post}${withKey}Transfer-Encoding: chunked\r\n\r\n2\r\n{"a"}\r\n0\r\n\r\n`,
    ],
    ['a chunk of no size', `${post}${withKey}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    ['a chunk of negative size', `${post}${withKey}Transfer-Encoding: chunked\r\n\r\n-1\r\n`],
    ['a chunk too large to count', `${post}${withKey}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n`],
    ['no Host', 'GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['an empty Host', 'GET /health/live HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'],
    ['two Hosts', 'GET /health/live HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n'],
    ['the same Host twice', 'GET /health/live HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n'],
    ['a Host with a path', 'GET /health/live HTTP/1.1\r\nHost: x/y\r\nConnection: close\r\n\r\n'],
    ['a Host with a user', 'GET /health/live HTTP/1.1\r\nHost: a@x\r\nConnection: close\r\n\r\n'],
    ['a Host with a space', 'GET /health/live HTTP/1.1\r\nHost: x y\r\nConnection: close\r\n\r\n'],
    ['a Host with a port that is none', 'GET /health/live HTTP/1.1\r\nHost: x:http\r\nConnection: close\r\n\r\n'],
    ['two keys', `GET /v1/cards HTTP/1.1\r\nHost: x\r\n${withKey}${withKey}Connection: close\r\n\r\n`],
    [
      'two content types',
      `${post}${withKey}Content-Type: text/plain\r\nContent-Length: 22\r\nConnection: close\r\n\r\n${body}`,
    ],
    ['CONNECT', 'CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n\r\n'],
    ['a method that is none, of a path that is none', 'BREW /nothing HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a method with odd characters', 'GE{T /v1/cards HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('%s', async (_what, bytes) => {
    expect(problemOf(await raw(bytes), 400).code).toBe('malformed-request');
  });
});

/** All that comes back for bytes that are sent one after the other, until the gateway closes the connection. */
async function conversation(...parts: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  const socket: Socket = connect(Number(port), hostname);
  socket.setNoDelay(true).setEncoding('latin1');
  let received = '';
  socket.on('data', (text: string) => (received += text));
  await once(socket, 'connect');
  for (const part of parts) socket.write(part.replaceAll('$KEY', gateway.apiKey));
  await once(socket, 'close');
  return received;
}
const statuses = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

describe('what follows a request', () => {
  const read = `GET /v1/cards HTTP/1.1\r\nHost: x\r\n${withKey}\r\n`;

  test('is answered after it, also where it cannot be read', async () => {
    expect(statuses(await conversation(`${read}${read}nonsense\r\n\r\n`))).toEqual([200, 200, 400]);
  });

  test('is answered after it, where it comes by itself', async () => {
    expect(statuses(await conversation(read, 'nonsense\r\n\r\n', 'more', 'and more'))).toEqual([200, 400]);
  });

  test('is no part of its body', async () => {
    const whole = `${post}${withKey}Content-Length: 2\r\n\r\n{}nonsense\r\n\r\n`;
    expect(statuses(await conversation(whole))).toEqual([400, 400]);
  });

  test('has one answer, where its body cannot be read', async () => {
    const chunks = `${post}${withKey}Transfer-Encoding: chunked\r\n\r\nzz\r\n`;
    expect(statuses(await conversation(read + chunks))).toEqual([200, 400]);
  });

  test('has one answer, where it was answered before its body was read', async () => {
    const chunks = `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n`;
    expect(statuses(await conversation(chunks))).toHaveLength(1);
    expect(
      statuses(await conversation(`${post}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n{\r\n', 'zz\r\n')),
    ).toHaveLength(1);
  });
});

describe('methods', () => {
  test.each(['BREW', 'X', 'get', 'CARDS-LIST'])('%s is not taken by a path that is known', async (method) => {
    const answer = await raw(`${method} /v1/cards?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(problemOf(answer, 405).code).toBe('method-not-allowed');
    expect(answer.headers['allow']).toBe('GET, HEAD, POST');
  });

  test.each(METHODS.filter((one) => !['CONNECT', 'GET', 'HEAD', 'POST'].includes(one)))('nor is %s', async (method) => {
    const answer = await raw(`${method} /v1/cards HTTP/1.1\r\nHost: x\r\n${withKey}Connection: close\r\n\r\n`);
    expect(problemOf(answer, 405).code).toBe('method-not-allowed');
    expect(answer.headers['allow']).toBe('GET, HEAD, POST');
  });
});

test('a body that nobody takes is not read', async () => {
  const rest = 'Content-Type: text/plain\r\nConnection: close\r\nContent-Length: 1\r\n\r\n{';
  problemOf(await raw(`POST /nothing HTTP/1.1\r\nHost: x\r\n${rest}`), 404);
  problemOf(await raw(`POST http://x/health/live?a=b HTTP/1.1\r\nHost: x\r\n${rest}`), 405);
});

describe('what asks for something else', () => {
  test.each(['200-ok', 'x'])('Expect: %s is a 417', async (expectation) => {
    const answer = await raw(`${post}Expect: ${expectation}\r\nContent-Length: 22\r\n\r\n${body}`);
    expect(problemOf(answer, 417).code).toBe('expectation-failed');
  });

  test('Expect: 100-continue is met', async () => {
    const head = `${post}${withKey}Expect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n`;
    expect(statuses(await conversation(head, '{}'))).toEqual([100, 400]);
  });

  test('an upgrade is not made', async () => {
    const head = `GET /v1/cards HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n${withKey}\r\n`;
    expect(statuses(await conversation(head))).toEqual([200]);
  });

  test.each([
    ['http://elsewhere/v1/cards', 200],
    ['http://elsewhere/nothing', 404],
    ['http://elsewhere', 200],
    ['http://elsewhere?a=b', 200],
    ['*', 400],
    ['http:///v1/cards', 400],
    ['//elsewhere/v1/cards', 404],
    ['/v1/cards#part', 400],
    ['/health/live#part', 400],
    ['ftp://x/v1/cards', 400],
  ])('the target %s is a %i', async (target, status) => {
    const answer = await raw(`GET ${target} HTTP/1.1\r\nHost: x\r\n${withKey}Connection: close\r\n\r\n`);
    if (status === 200) expect(answer.status).toBe(200);
    else expect(problemOf(answer, status)).toBeDefined();
  });
});

describe('what is too large', () => {
  test.each([
    ['a header', `GET /v1/cards HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`],
    ['the number of headers', `GET /v1/cards HTTP/1.1\r\nHost: x\r\n${'X: y\r\n'.repeat(10_000)}\r\n`],
    ['a path', `GET /v1/${'x'.repeat(50_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['a query', `GET /v1/cards?cursor=${'x'.repeat(50_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ])('%s is a 431', async (_what, bytes) => {
    expect(problemOf(await raw(bytes), 431).code).toBe('headers-too-large');
  });

  test('trailers are a 431', async () => {
    const chunks = `${post}${withKey}Transfer-Encoding: chunked\r\n\r\n0\r\nX: ${'x'.repeat(50_000)}\r\n\r\n`;
    expect(problemOf(await raw(chunks), 431).code).toBe('headers-too-large');
  });

  test('the extension of a chunk is a 413', async () => {
    const chunks = `${post}${withKey}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(50_000)}\r\n{\r\n0\r\n\r\n`;
    expect(problemOf(await raw(chunks), 413).code).toBe('payload-too-large');
  });

  test('a body in chunks is a 413', async () => {
    const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
    const chunks = `${post}${withKey}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(4)}0\r\n\r\n`;
    expect(problemOf(await raw(chunks), 413).code).toBe('payload-too-large');
  });
});

test('none of it has done anything', async () => {
  const { rowCount } = await gateway.pool.query("SELECT FROM operations WHERE idempotency_key = 'raw'");
  expect(rowCount).toBe(0);
  expect(gateway.log()).not.toContain('request failed');
});
