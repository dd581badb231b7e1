import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExchangeReport } from '@card-gateway/adapter-kit';
import { createAuthority, openProxy, type Proxy } from '@card-gateway/adapter-kit/testing';
import { Secret } from '@card-gateway/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Account, AccountsError, readAccounts } from '../src/accounts/accounts-file.ts';
import { openAccounts } from '../src/accounts/accounts.ts';
import { openDecider } from '../src/accounts/decider.ts';
import { withProxy } from '../src/accounts/proxy.ts';
import { adapters } from '../src/adapters.ts';
import { type Config, readConfig, readSettings } from '../src/config.ts';
import { jobWork } from '../src/work.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { type CardOrder, cardOrder } from './setup/orders.ts';

const authority = createAuthority();
const client = authority.issue('gateway');

describe('the setting "network"', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'network-'));
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const files = {
      'ca.pem': authority.ca + createAuthority().ca,
      'client.pem': client.cert + authority.ca,
      'client.key': client.key,
      'other.key': authority.issue('other').key,
      'rsa.key': privateKey.export({ type: 'pkcs8', format: 'pem' }),
      'locked.key': privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'hunter2' }),
      'both.pem': client.cert + client.key,
      'broken.pem': client.cert.replace(/^(?!-).{20}/m, 'AAAA'),
      proxy: 'http://user:hunter2@proxy.example:3128',
      text: 'hunter2',
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function read(network: unknown): Promise<Account | undefined> {
    const file = join(folder, 'accounts.json');
    const settings = { baseUrl: 'https://provider.example', merchantNo: '800001', secretKey: { env: 'SECRET' } };
    await writeFile(file, JSON.stringify({ one: { provider: 'onerway', network, settings } }));
    const environment: Record<string, string> = { SECRET: 'secret', PROXY: 'https://proxy.example' };
    return readAccounts(file, { adapters, environment: (name) => environment[name] })[0];
  }

  async function faultsOf(network: unknown): Promise<readonly string[]> {
    try {
      await read(network);
      return [];
    } catch (error) {
      expect(error).toBeInstanceOf(AccountsError);
      const { faults, message } = error as AccountsError;
      expect(message).not.toMatch(/hunter2|PRIVATE KEY-----\n/);
      return faults.map((fault) => fault.replace(/^\/one\/network/, ''));
    }
  }

  test('names a proxy, authorities, a certificate and its key', async () => {
    const account = await read({
      proxy: { file: 'proxy' },
      ca: { file: 'ca.pem' },
      clientCertificate: { file: 'client.pem' },
      clientKey: { file: 'client.key' },
    });
    const { proxy } = account?.network ?? {};
    expect(proxy instanceof Secret ? proxy.reveal() : proxy).toBe('http://user:hunter2@proxy.example:3128');
    expect((await read({ proxy: 'http://proxy.example:3128' }))?.network?.proxy).toBe('http://proxy.example:3128');
    expect(await faultsOf({ proxy: { env: 'PROXY' } })).toEqual([]);
    expect((await read(undefined))?.network).toBeNull();
  });

  test.each([
    ['proxy.example:3128', 'expected http://<host>:<port> or https://<host>:<port>, without a path'],
    ['socks5://proxy.example', 'expected http://<host>:<port> or https://<host>:<port>, without a path'],
    ['http://proxy.example/path', 'expected http://<host>:<port> or https://<host>:<port>, without a path'],
    [7, 'expected http://<host>:<port> or https://<host>:<port>, without a path'],
    [{ file: 'text' }, 'expected http://<host>:<port> or https://<host>:<port>, without a path'],
    [
      'http://user:hunter2@proxy.example:3128',
      'user and password do not stand in this file; give the whole URL as {"file": "<path>"} or {"env": "<NAME>"}',
    ],
  ])('has no proxy %j', async (proxy, fault) => {
    expect(await faultsOf({ proxy })).toEqual([`/proxy: ${fault}`]);
  });

  test.each([
    ['text', 'expected certificates in PEM ("-----BEGIN CERTIFICATE-----")'],
    ['client.key', 'expected certificates alone; there is a private key in it'],
    ['both.pem', 'expected certificates alone; there is a private key in it'],
    ['broken.pem', 'expected certificates in PEM; one of them cannot be read'],
  ])('has no certificates in %s', async (file, fault) => {
    expect(await faultsOf({ ca: { file } })).toEqual([`/ca: ${fault}`]);
    expect(await faultsOf({ clientCertificate: { file }, clientKey: { file: 'client.key' } })).toEqual([
      `/clientCertificate: ${fault}`,
    ]);
  });

  test.each([
    ['text', 'expected a private key in PEM ("-----BEGIN PRIVATE KEY-----")'],
    ['client.pem', 'expected a private key alone; there is a certificate in it'],
    ['locked.key', 'expected a private key without a passphrase; decrypt it with: openssl pkey -in <file>'],
    ['other.key', 'expected the private key of clientCertificate (its first one, if the file has several)'],
    ['rsa.key', 'expected the private key of clientCertificate (its first one, if the file has several)'],
  ])('has not the key of a certificate in %s', async (file, fault) => {
    expect(await faultsOf({ clientCertificate: { file: 'client.pem' }, clientKey: { file } })).toEqual([
      `/clientKey: ${fault}`,
    ]);
  });

  test('tells every fault at once, and what is missing', async () => {
    expect(await faultsOf({ clientKey: { file: 'client.key' }, ca: 'ca.pem', colour: 'red' })).toEqual([
      '/ca: expected {"file": "<path>"} or {"env": "<NAME>"}; a secret does not stand in this file',
      '/colour: there is no such setting',
    ]);
    expect(await faultsOf({ clientKey: { file: 'client.key' } })).toEqual([
      '/clientCertificate: expected beside clientKey: one needs the other',
    ]);
    expect(await faultsOf({ clientCertificate: { file: 'client.pem' } })).toEqual([
      '/clientKey: expected beside clientCertificate: one needs the other',
    ]);
    expect(await faultsOf({ ca: { file: 'nothing' } })).toEqual([expect.stringMatching(/^\/ca: .*nothing/)]);
  });
});

describe('HTTPS_PROXY and NO_PROXY', () => {
  const proxyFor = (url: string, environment: NodeJS.ProcessEnv, network = {}): unknown => {
    const { proxy } = withProxy(network, url, readSettings(['HTTPS_PROXY', 'NO_PROXY'], environment));
    return proxy instanceof Secret ? proxy.reveal() : proxy;
  };
  const proxy = 'http://user:hunter2@proxy.example:3128';

  test('name the way to https, where an account names no other', () => {
    expect(proxyFor('https://a.example', { HTTPS_PROXY: proxy })).toBe(proxy);
    expect(proxyFor('https://a.example', { https_proxy: proxy, no_proxy: 'b.example' })).toBe(proxy);
    expect(proxyFor('https://a.example', {})).toBeUndefined();
    expect(proxyFor('http://a.example', { HTTPS_PROXY: proxy })).toBeUndefined();
    expect(proxyFor('https://a.example', { HTTPS_PROXY: proxy }, { proxy: 'http://own.example' })).toBe(
      'http://own.example',
    );
  });

  test.each([
    ['https://a.example', 'a.example', true],
    ['https://A.example', ' b.example , A.EXAMPLE ', true],
    ['https://x.a.example', 'a.example', true],
    ['https://x.a.example', '.a.example', true],
    ['https://a.example', '.a.example', true],
    ['https://x.a.example', '*.a.example', true],
    ['https://a.example', '*.a.example', false],
    ['https://xa.example', 'a.example', false],
    ['https://a.example', '*', true],
    ['https://a.example:8443', 'a.example:8443', true],
    ['https://a.example', 'a.example:8443', false],
    ['https://a.example', 'a.example:443', true],
    ['https://10.1.2.3', '10.1.2.3', true],
    ['https://10.1.2.3', '10.0.0.0/8', true],
    ['https://10.1.2.3', '10.2.0.0/16', false],
    ['https://a.example', '10.0.0.0/8', false],
    ['https://[2001:db8::1]', '2001:db8::1', true],
    ['https://[2001:db8::1]', '[2001:db8::1]:443', true],
    ['https://[2001:db8::1]', '2001:db8::/32', true],
    ['https://a.example', '', false],
  ])('%s with NO_PROXY=%s: directly %s', (url, exceptions, isDirect) => {
    expect(proxyFor(url, { HTTPS_PROXY: proxy, NO_PROXY: exceptions })).toBe(isDirect ? undefined : proxy);
  });

  test.each(['proxy:3128', 'socks5://proxy', 'http://proxy/hunter2'])('%s is refused, unseen', (text) => {
    expect(() => readSettings(['HTTPS_PROXY'], { HTTPS_PROXY: text })).toThrow(/HTTPS_PROXY: expected http:/);
    expect(() => readSettings(['HTTPS_PROXY'], { HTTPS_PROXY: text })).not.toThrow(/hunter2/);
  });
});

describe('the way to a provider', () => {
  let proxy: Proxy;
  let reports: ExchangeReport[];
  const closing: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    proxy = await openProxy();
    reports = [];
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await proxy.close();
  });

  const config = (environment: NodeJS.ProcessEnv): Config => {
    const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
    const needed = { DATABASE_URL: 'postgresql://db/cards', GATEWAY_ACCOUNTS: 'none' };
    return readConfig({
      ...needed,
      GATEWAY_SEALING_KEYS: key('s1'),
      GATEWAY_FINGERPRINT_KEYS: key('f1'),
      ...environment,
    });
  };

  test('leads through the proxy of the environment, whose refusal is "not sent"', async () => {
    proxy.reply({ kind: 'answer', status: 403 });
    const adapter = adapters.find(({ provider }) => provider === 'onerway');
    if (adapter === undefined) throw new Error('no adapter');
    const settings = { baseUrl: 'https://provider.example', merchantNo: '1', secretKey: new Secret('s'), appId: '2' };
    const rest = { tenant: 'default', sandbox: false, syncEveryMs: null, callbacks: null, authorization: null };
    const account: Account = {
      name: 'one',
      adapter,
      network: null,
      settings: adapter.settings.parse(settings),
      ...rest,
    };
    const accounts = openAccounts([account], {
      config: config({ HTTPS_PROXY: proxy.url.replace('//', '//user:hunter2@') }),
      now: () => 0,
      report: (_account, report) => void reports.push(report),
    });
    closing.push(() => accounts.close());
    const [open] = accounts.all;
    const list = open?.read(jobWork, async (call) =>
      open.adapter.boundCards?.list({ user: 'u', kind: 'token', userIp: null }, call),
    );
    expect(await list).toMatchObject({ kind: 'refused', refusal: { reason: 'not_sent', message: 'PROXY_403' } });
    expect(proxy.asked).toMatchObject([
      { authority: 'provider.example:443', authorization: expect.stringContaining('Basic') },
    ]);
    expect(accounts.all[0]?.health()).toMatchObject({ status: 'down', lastFailure: 'PROXY_403' });
    expect(JSON.stringify(reports)).not.toContain('hunter2');
  });

  test('that of a decision service has settings of its own', async () => {
    const service = createServer({ ...authority.issue('127.0.0.1') }, (_request, response) => response.end('{}'));
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
    closing.push(() => new Promise((resolve) => service.close(resolve)));
    const url = `https://127.0.0.1:${(service.address() as AddressInfo).port}/`;
    const ask = async (network: Account['network'], environment: NodeJS.ProcessEnv) => {
      const settings = { url, secret: new Secret(''), timeoutMs: 2000, ...(network !== null && { network }) };
      const decisions = openDecider(settings, { config: config(environment), report: () => undefined });
      closing.unshift(() => decisions.close());
      const { decider } = decisions;
      if (decider === null || 'decide' in decider) throw new Error('no service');
      return decider.send({ operation: 'x', method: 'POST', url, headers: {}, body: '{}', timeoutMs: 5000 });
    };
    expect(await ask(null, {})).toMatchObject({ kind: 'not_sent' });
    expect(await ask({ ca: new Secret(authority.ca) }, {})).toMatchObject({ kind: 'answered' });
    expect(await ask({ ca: new Secret(authority.ca) }, { HTTPS_PROXY: proxy.url })).toMatchObject({ kind: 'answered' });
    expect(proxy.asked).toHaveLength(1);
  });
});

describe('a whole gateway behind a proxy', () => {
  let gateway: TestGateway;
  let proxy: Proxy;
  let order: CardOrder;
  beforeAll(async () => {
    proxy = await openProxy();
    gateway = await startGateway({
      jobs: false,
      callbacks: (name) => (name === 'keysecure' ? { network: { proxy: proxy.url } } : {}),
    });
    order = await cardOrder(gateway);
  });
  afterAll(async () => {
    await gateway.close();
    await proxy.close();
  });

  test('issues cards through it, and knows of an order that it refused that nothing was sent', async () => {
    const before = gateway.sandbox.admin.keysecure.cards().length;
    expect(await gateway.client.issueCard({ body: order })).toMatchObject({ operation: { outcome: 'succeeded' } });
    expect(proxy.asked.length).toBeGreaterThan(0);

    // One that has no tunnel yet.
    const other = await gateway.another();
    proxy.reply({ kind: 'answer', status: 502 });
    const again = () => other.client.issueCard({ body: order, idempotencyKey: 'behind-a-proxy' });
    await expect(again()).rejects.toMatchObject({
      code: 'provider-unreachable',
      problem: { outcome: 'refused', provider: { message: 'PROXY_502' } },
    });
    proxy.reply({ kind: 'open' });
    expect(await again()).toMatchObject({ operation: { outcome: 'succeeded' } });
    await other.close();
    expect(gateway.sandbox.admin.keysecure.cards()).toHaveLength(before + 2);
  });
});
