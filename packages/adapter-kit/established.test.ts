import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { Secret } from '@card-gateway/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTransport, type ProviderRequest, type Transport } from './exchange.ts';
import { createAuthority } from './testing/certificates.ts';
import { json, type Loopback, openLoopback } from './testing/index.ts';
import { answerText, openRawServer } from './testing/raw-server.ts';

/**
 * What happens to a connection once a request is on it. Each of these errors also occurs while connecting, where it says
 * for certain that nothing was sent. Here it says nothing: a write that was called "not sent" would be sent again, and
 * there would be two cards.
 */
const authority = createAuthority();
let loopback: Loopback;
let transport: ReturnType<typeof openTransport>;
/** Our ends of the connections, in the order in which they were opened. */
let sockets: Socket[];
const closing: (() => Promise<void>)[] = [];
const watch = (message: unknown): void => void sockets.push((message as { socket: Socket }).socket);

beforeEach(async () => {
  sockets = [];
  subscribe('net.client.socket', watch);
  loopback = await openLoopback();
  transport = openTransport({
    connections: 1,
    connectTimeoutMs: 2000,
    maxResponseBytes: 1000,
    network: { ca: new Secret(authority.ca) },
  });
});
afterEach(async () => {
  unsubscribe('net.client.socket', watch);
  await loopback.close();
  for (const close of closing.splice(0)) await close();
  await transport.close();
});

function send(change: Partial<ProviderRequest> = {}): ReturnType<Transport> {
  return transport.send({
    operation: 'card/apply',
    method: 'POST',
    url: loopback.url,
    headers: { 'content-type': 'application/json' },
    body: '{"order":1}',
    timeoutMs: 3000,
    ...change,
  });
}

/** Breaks our end of the newest connection with an error that the kernel cannot be made to give at will. */
function breakConnection(code: string, syscall: string): void {
  const socket = sockets.at(-1);
  socket?.destroy(Object.assign(new Error(`${syscall} ${code}`), { code, syscall }));
}

const errors = [
  'ETIMEDOUT EHOSTUNREACH ENETUNREACH ENETDOWN EHOSTDOWN ECONNRESET ECONNABORTED EPIPE ECONNREFUSED EADDRNOTAVAIL',
  'ENOTFOUND EAI_AGAIN DNS_TIMEOUT CONNECT_TIMEOUT PROXY_407 UND_ERR_CONNECT_TIMEOUT UND_ERR_SOCKET UND_ERR_INFO',
  'EPROTO TLS_TIMEOUT ERR_TLS_HANDSHAKE_TIMEOUT ERR_TLS_CERT_ALTNAME_INVALID UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED ERR_SSL_TLSV1_ALERT_ACCESS_DENIED ERR_SSL_WRONG_VERSION_NUMBER',
].flatMap((line) => line.split(' '));

describe.each(['POST', 'GET'] as const)(
  'a %s that has arrived is lost, and not sent again, when its connection breaks',
  (method) => {
    const body = method === 'POST' ? '{"order":1}' : null;

    test.each(errors.flatMap((code) => ['read', 'connect'].map((syscall) => [code, syscall] as const)))(
      'with %s of %s',
      async (code, syscall) => {
        loopback.reply(() => {
          breakConnection(code, syscall);
          return { kind: 'hang' };
        });
        expect(await send({ method, body })).toMatchObject({ kind: 'lost' });
        expect(loopback.requests).toHaveLength(1);
      },
    );

    test('also on a connection that was kept', async () => {
      loopback.reply(() => json({}));
      expect(await send({ method, body })).toMatchObject({ kind: 'answered' });
      loopback.reply(() => {
        breakConnection('ETIMEDOUT', 'connect');
        return { kind: 'hang' };
      });
      expect(await send({ method, body })).toMatchObject({ kind: 'lost' });
      expect(loopback.requests).toHaveLength(2);
      expect(sockets).toHaveLength(1);
    });

    test('also with half of its answer read', async () => {
      const server = await openRawServer((socket) => {
        socket.once('data', () =>
          socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"code":', () => socket.resetAndDestroy()),
        );
      });
      closing.push(server.close);
      expect(await send({ method, body, url: `http://127.0.0.1:${server.port}/` })).toMatchObject({ kind: 'lost' });
      expect(server.sockets).toHaveLength(1);
    });
  },
);

describe('what the kernel says of a connection', () => {
  test.each([
    ['a reset', (socket: Socket) => socket.resetAndDestroy()],
    ['an end', (socket: Socket) => socket.destroy()],
  ])('%s after the first byte of the request is lost', async (_name, breakOff) => {
    const server = await openRawServer((socket) => socket.once('data', () => breakOff(socket)));
    closing.push(server.close);
    expect(await send({ url: `http://127.0.0.1:${server.port}/` })).toMatchObject({ kind: 'lost' });
    expect(server.sockets).toHaveLength(1);
  });

  test('a reset while the rest of a long request is still being written is lost', async () => {
    const server = await openRawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    closing.push(server.close);
    const url = `http://127.0.0.1:${server.port}/`;
    const result = await send({ url, body: 'x'.repeat(20_000_000) });
    expect(result).toMatchObject({ kind: 'lost', cause: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) });
    expect(server.sockets).toHaveLength(1);
  });
});

describe('TLS', () => {
  const certificate = authority.issue('127.0.0.1');

  async function openTls(
    options: Parameters<typeof createServer>[0],
    serve: (socket: TLSSocket) => void,
  ): Promise<string> {
    const server: Server = createServer({ ...certificate, ...options }, (socket) => {
      socket.on('error', () => undefined);
      serve(socket);
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => server.close(() => resolve())));
    return `https://127.0.0.1:${(server.address() as { port: number }).port}/`;
  }

  test('a server that wants a client certificate says so only after the request in TLS 1.3: lost', async () => {
    const url = await openTls({ requestCert: true, ca: authority.ca, minVersion: 'TLSv1.3' }, () => undefined);
    expect(await send({ url })).toMatchObject({ kind: 'lost' });
  });

  test('and before it in TLS 1.2: not sent', async () => {
    const url = await openTls({ requestCert: true, ca: authority.ca, maxVersion: 'TLSv1.2' }, () => undefined);
    expect(await send({ url })).toMatchObject({ kind: 'not_sent' });
  });

  test('what is no TLS any more, in place of an answer, is lost', async () => {
    const url = await openTls({}, (socket) => {
      socket.once('data', () => {
        // The connection beneath, which TLS hides.
        (socket as unknown as { _parent: Socket })._parent.write('HTTP/1.1 200 OK\r\n\r\n');
      });
    });
    expect(await send({ url })).toMatchObject({ kind: 'lost' });
  });

  test('an answer comes through', async () => {
    const url = await openTls({ ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
      socket.once('data', () => socket.end(answerText(String(socket.alpnProtocol))));
    });
    expect(await send({ url })).toMatchObject({ kind: 'answered', body: 'http/1.1' });
  });
});
