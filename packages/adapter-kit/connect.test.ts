import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@card-gateway/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Exchange, type ExchangeReport, openTransport, type TransportOptions } from './exchange.ts';
import { openChildServer } from './testing/child-server.ts';
import { createAuthority } from './testing/certificates.ts';
import { json, type Loopback, openLoopback } from './testing/index.ts';
import { openProxy, type Proxy } from './testing/proxy.ts';
import { answerText, openRawServer } from './testing/raw-server.ts';

const authority = createAuthority();
/** Multicast: no TCP leads there. */
const unreachable = '224.0.0.1';
const closing: (() => Promise<unknown>)[] = [];
let folder: string;
let hostsFile: string;
let reports: ExchangeReport[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connect-'));
  hostsFile = join(folder, 'hosts');
  reports = [];
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await rm(folder, { recursive: true });
});

function open(options: Partial<TransportOptions> = {}): (url: string, timeoutMs?: number) => Promise<Exchange> {
  const transport = openTransport({
    connections: 4,
    connectTimeoutMs: 5000,
    maxResponseBytes: 1000,
    names: { hostsFile },
    report: (report) => reports.push(report),
    ...options,
  });
  closing.push(() => transport.close());
  return (url, timeoutMs = 10_000) =>
    transport.send({ operation: 'x', method: 'POST', url, headers: {}, body: '{}', timeoutMs });
}

async function openServer(): Promise<Loopback> {
  const loopback = await openLoopback();
  closing.push(() => loopback.close());
  loopback.reply(() => json({}));
  return loopback;
}

/** The name that a client asked for, and whether it took up a session. */
interface Seen {
  readonly name: string | undefined;
  readonly isResumed: boolean;
}

/** A server of HTTP over TLS that says who its client is. */
async function openTls(name: string, options: TlsOptions = {}): Promise<{ port: number; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer({ ...authority.issue(name), ...options }, (socket) => {
    seen.push({ name: (socket as { servername?: string }).servername, isResumed: socket.isSessionReused() });
    socket.on('error', () => socket.destroy());
    socket.on('data', () => socket.end(answerText(socket.getPeerCertificate().subject?.CN ?? 'anybody')));
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return { port: (server.address() as AddressInfo).port, seen };
}

describe('of several addresses', () => {
  test('the first that takes the connection is used', async () => {
    const { url } = await openServer();
    await writeFile(hostsFile, '127.0.0.9 a.example\n::1 a.example\n127.0.0.1 a.example\n127.0.0.8 a.example');
    expect(await open()(`http://a.example:${new URL(url).port}/`)).toMatchObject({ kind: 'answered' });
  });

  // Where the kernel drops what is too much for a server, as Linux does.
  test.runIf(process.platform === 'linux')(
    'a slow one is not given up while another cannot be reached',
    { timeout: 20_000 },
    async () => {
      const server = await openChildServer();
      closing.push(server.close);
      await server.stop();
      await writeFile(hostsFile, `127.0.0.1 a.example\n${unreachable} a.example`);
      let tried = 0;
      const watch = (): void => {
        tried += 1;
        if (tried === 2) server.goOn();
      };
      subscribe('net.client.socket', watch);
      const result = await open()(`http://a.example:${server.port}/`);
      unsubscribe('net.client.socket', watch);
      expect(result).toMatchObject({ kind: 'answered' });
      expect(tried).toBe(2);
    },
  );

  test.runIf(process.platform === 'linux')('a slow one is overtaken by the next', { timeout: 20_000 }, async () => {
    const server = await openChildServer();
    closing.push(server.close);
    await server.stop();
    const other = await openRawServer((socket) => socket.on('data', () => socket.write(answerText('other'))), {
      host: '127.0.0.2',
      port: server.port,
    });
    closing.push(other.close);
    await writeFile(hostsFile, '127.0.0.1 a.example\n127.0.0.2 a.example');
    expect(await open()(`http://a.example:${server.port}/`)).toMatchObject({ kind: 'answered', body: 'other' });
    await writeFile(hostsFile, '127.0.0.1 slow.example');
    expect(await open({ connectTimeoutMs: 300 })(`http://slow.example:${server.port}/`)).toEqual({
      kind: 'not_sent',
      cause: 'CONNECT_TIMEOUT',
    });
  });

  test('all that refuse are told as refused, also where one cannot be reached', async () => {
    const nobody = await openLoopback();
    await nobody.close();
    await writeFile(hostsFile, `${unreachable} a.example\n127.0.0.1 a.example`);
    expect(await open()(`http://a.example:${new URL(nobody.url).port}/`)).toEqual({
      kind: 'not_sent',
      cause: 'ECONNREFUSED',
    });
    await writeFile(hostsFile, `${unreachable} b.example`);
    expect(await open()('http://b.example/')).toEqual({ kind: 'not_sent', cause: 'ENETUNREACH' });
  });
});

describe('TLS', () => {
  const ca = new Secret(authority.ca);

  test('trusts the authorities that are set, and no others', async () => {
    const { port } = await openTls('127.0.0.1');
    const url = `https://127.0.0.1:${port}/`;
    expect(await open({ network: { ca } })(url)).toMatchObject({ kind: 'answered', body: 'anybody' });
    expect(await open()(url)).toEqual({ kind: 'not_sent', cause: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    const other = new Secret(createAuthority().ca);
    expect(await open({ network: { ca: other } })(url)).toMatchObject({ kind: 'not_sent' });
    expect(await open({ network: { ca: new Secret(authority.ca + createAuthority().ca) } })(url)).toMatchObject({
      kind: 'answered',
    });
  });

  test('wants a certificate for the name that is called', async () => {
    const { port, seen } = await openTls('a.example');
    await writeFile(hostsFile, '127.0.0.1 a.example b.example');
    const send = open({ network: { ca } });
    expect(await send(`https://a.example:${port}/`)).toMatchObject({ kind: 'answered' });
    expect(seen).toMatchObject([{ name: 'a.example' }]);
    for (const name of ['b.example', '127.0.0.1']) {
      expect(await send(`https://${name}:${port}/`)).toEqual({
        kind: 'not_sent',
        cause: 'ERR_TLS_CERT_ALTNAME_INVALID',
      });
    }
  });

  test('shows the client certificate that is set', async () => {
    const { port } = await openTls('127.0.0.1', { requestCert: true, ca: authority.ca });
    const client = authority.issue('gateway');
    const network = { ca, clientCertificate: new Secret(client.cert), clientKey: new Secret(client.key) };
    expect(await open({ network })(`https://127.0.0.1:${port}/`)).toMatchObject({ kind: 'answered', body: 'gateway' });
  });

  test('takes up the session of the connection before', async () => {
    const { port, seen } = await openTls('127.0.0.1');
    const send = open({ network: { ca }, connections: 1 });
    await send(`https://127.0.0.1:${port}/`);
    await send(`https://127.0.0.1:${port}/`);
    expect(seen.map(({ isResumed }) => isResumed)).toEqual([false, true]);
  });
});

describe('through a proxy', () => {
  let proxy: Proxy;
  let target: Loopback;
  beforeEach(async () => {
    target = await openServer();
    proxy = await openProxy();
    closing.push(proxy.close);
  });

  test.each([
    ['http', undefined],
    ['https', authority.issue('127.0.0.1')],
  ])('of %s, a tunnel leads to plain HTTP', async (_scheme, certificate) => {
    const way = await openProxy(certificate);
    closing.push(way.close);
    const send = open({ network: { proxy: way.url, ca: new Secret(authority.ca) } });
    expect(await send(target.url)).toMatchObject({ kind: 'answered' });
    expect(way).toMatchObject({
      asked: [{ authority: new URL(target.url).host, authorization: undefined }],
      forwarded: [],
    });
  });

  test.each([
    ['http', undefined],
    ['https', authority.issue('127.0.0.1')],
  ])('of %s, a tunnel leads to TLS, whose names the proxy looks up', async (_scheme, certificate) => {
    const way = await openProxy(certificate);
    closing.push(way.close);
    const { port } = await openTls('localhost');
    const send = open({ network: { proxy: way.url, ca: new Secret(authority.ca) } });
    expect(await send(`https://localhost:${port}/`)).toMatchObject({ kind: 'answered', body: 'anybody' });
    expect(way.asked).toMatchObject([{ authority: `localhost:${port}` }]);
  });

  test('its user and password are told to it alone', async () => {
    const url = proxy.url.replace('//', '//some%40body:pass%3Aword@');
    expect(await open({ network: { proxy: new Secret(url) } })(target.url)).toMatchObject({ kind: 'answered' });
    const authorization = `Basic ${Buffer.from('some@body:pass:word').toString('base64')}`;
    expect(proxy.asked).toMatchObject([{ authorization }]);
    expect(target.requests[0]?.rawHeaders.join()).not.toMatch(/proxy|word/i);
  });

  test.each([403, 407, 429, 500, 502, 503, 504, 301])(
    'a tunnel that it refuses with %d is not sent',
    async (status) => {
      proxy.reply({ kind: 'answer', status });
      const network = { proxy: proxy.url.replace('//', '//user:hunter2@') };
      expect(await open({ network })(target.url)).toEqual({ kind: 'not_sent', cause: `PROXY_${status}` });
      expect(JSON.stringify(reports)).not.toContain('hunter2');
      expect(target.requests).toHaveLength(0);
    },
  );

  test('a connection that it breaks instead of a tunnel is not sent', async () => {
    proxy.reply({ kind: 'reset' });
    expect(await open({ network: { proxy: proxy.url } })(target.url)).toEqual({
      kind: 'not_sent',
      cause: 'PROXY_ECONNRESET',
    });
  });

  test('a proxy that is silent is not sent, and its connection is closed', async () => {
    proxy.reply({ kind: 'wait', until: new Promise(() => undefined) });
    expect(await open({ network: { proxy: proxy.url }, connectTimeoutMs: 300 })(target.url)).toEqual({
      kind: 'not_sent',
      cause: 'PROXY_TIMEOUT',
    });
    await expect.poll(proxy.open).toBe(0);
  });

  test('a proxy that is not there is not sent', async () => {
    await proxy.close();
    closing.pop();
    const send = (url: string) => open({ network: { proxy: url } })(target.url);
    expect(await send(proxy.url)).toEqual({ kind: 'not_sent', cause: 'PROXY_ECONNREFUSED' });
  });

  test('a proxy whose certificate is not trusted is not sent', async () => {
    const way = await openProxy(authority.issue('127.0.0.1'));
    closing.push(way.close);
    expect(await open({ network: { proxy: way.url } })(target.url)).toEqual({
      kind: 'not_sent',
      cause: 'PROXY_UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  test('a certificate of the target that is not trusted is not sent', async () => {
    const { port } = await openTls('127.0.0.1');
    expect(await open({ network: { proxy: proxy.url } })(`https://127.0.0.1:${port}/`)).toEqual({
      kind: 'not_sent',
      cause: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  test('what the target answers is its own, and a tunnel that breaks after the request is lost', async () => {
    const send = open({ network: { proxy: proxy.url } });
    target.reply(() => json({}, 502));
    expect(await send(target.url)).toMatchObject({ kind: 'answered', status: 502 });
    target.reply(() => ({ kind: 'reset' }));
    expect(await send(target.url)).toMatchObject({ kind: 'lost' });
    expect(target.requests).toHaveLength(2);
  });

  test('a request whose time was over before there was a tunnel is never sent through it', async () => {
    let goOn = (): void => undefined;
    proxy.reply({ kind: 'wait', until: new Promise((resolve) => (goOn = resolve)) });
    const send = open({ network: { proxy: proxy.url }, connections: 1 });
    expect(await send(target.url, 100)).toEqual({ kind: 'not_sent', cause: 'TimeoutError' });
    const next = send(`${target.url}/next`);
    goOn();
    expect(await next).toMatchObject({ kind: 'answered' });
    expect(target.requests.map(({ path }) => path)).toEqual(['/next']);
    expect(proxy.asked).toHaveLength(1);
  });
});
