import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newUuid } from '@card-gateway/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allowedHosts } from '../src/allowed-hosts.ts';
import { openPoster, type Posted } from '../src/destinations/post.ts';
import { firstSecret } from '../src/destinations/secrets.ts';
import { createSealing } from '../src/sealing.ts';
import { failing, openReceiver, type Receiver } from './setup/receiver.ts';

// Wherever a URL leads, no connection is made but to an address that is allowed: a listener on every address of this machine counts.

let listener: Server;
let port: number;
let connections = 0;
let folder: string;

beforeAll(async () => {
  listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  listener.listen(0, '::');
  await once(listener, 'listening');
  ({ port } = listener.address() as AddressInfo);
  folder = await mkdtemp(join(tmpdir(), 'hosts-'));
});
afterAll(async () => {
  listener.close();
  await rm(folder, { recursive: true });
});

const key = (id: string) => ({ id, key: randomBytes(32) });
const sealing = createSealing({ sealing: [key('s1')], fingerprint: [key('f1')] });

/** Posts once to a URL. @param hosts lines of `/etc/hosts` */
async function post(url: string, allowed: string[], hosts: readonly string[] = []): Promise<Posted> {
  const hostsFile = join(folder, 'hosts');
  writeFileSync(hostsFile, hosts.join('\n'));
  const id = newUuid(Date.now());
  const config = { EVENTS_ALLOWED_HOSTS: allowedHosts.parse(allowed), EVENTS_DELIVERY_TIMEOUT_MS: 2000 };
  const services = { config, sealing, now: Date.now } as Parameters<typeof openPoster>[0];
  const names = { hostsFile, resolvFile: '/dev/null', servers: ['127.0.0.1:9'] };
  const poster = openPoster(services, { id, url, secretsSealed: firstSecret(sealing, id).sealed }, { names });
  try {
    return await poster.post('evt_1', '{}');
  } finally {
    await poster.close();
  }
}

const refusals = new Set(['HOST_NOT_ALLOWED', 'ADDRESS_NOT_ALLOWED']);

/** This machine, in the forms that parsers of addresses take. */
const loopbacks = [
  '127.0.0.1',
  '127.0.0.1.',
  '127.1',
  '127.0.1',
  '127.255.255.254',
  '2130706433',
  '017700000001',
  '0x7f000001',
  '0x7f.1',
  '0x7F.0x0.0x0.0x1',
  '0177.0.0.1',
  '0177.0x0.0.01',
  '00000177.0.0.1',
  '127.0.0.0x1',
  '%31%32%37.0.0.1',
  '127%2E0%2E0%2E1',
  '１２７.0.0.1',
  '127。0。0。1',
  '①②⑦.⓪.⓪.①',
  '0',
  '0.0.0.0',
  '0x0',
  '00',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'a.localhost',
  'ｌｏｃａｌｈｏｓｔ',
  'loc\u00adalhost',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::0001]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:0:127.0.0.1]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::]',
];

/** Neighbours, metadata services and groups. */
const neighbours = [
  '169.254.169.254',
  '169.254.170.2',
  '169.254.0.1',
  '2852039166',
  '0xa9fea9fe',
  '0251.0376.0251.0376',
  '169.16689662',
  '[::ffff:169.254.169.254]',
  '[::ffff:a9fe:a9fe]',
  '[64:ff9b::a9fe:a9fe]',
  '[2002:a9fe:a9fe::1]',
  '[fe80::1]',
  '[fe80::a9fe:a9fe]',
  '[febf::1]',
  '[fec0::1]',
  '[fd00:ec2::254]',
  '[fd20:ce::254]',
  '[fd00:ec2::23]',
  '[fd00:c1::a9fe:a9fe]',
  '[fd00:42::42]',
  '[fd00:a9fe:a9fe::1]',
  '[fd00:100::100:200]',
  '[ff02::1]',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  '224.0.0.1',
  '239.255.255.250',
  '255.255.255.255',
  '240.0.0.1',
];

const forms = (hosts: readonly string[]): string[] => hosts.flatMap((host) => [`http://${host}`, `https://${host}`]);
const parsed = (urls: readonly string[]): string[] =>
  urls.map((url) => `${url}:${port}/`).filter((url) => URL.canParse(url));

describe('no connection is made', () => {
  test.each([
    ['where names and a network are listed', ['hooks.example.com', '*.internal.example', '10.0.0.0/8']],
    // What is listed as a whole does not reach what must be listed as an address.
    ['where everything is listed', ['http://0.0.0.0/0', 'http://::/0', 'http://localhost', 'http://*.localhost']],
  ])('to this machine, its neighbours and metadata, in any form: %s', async (_what, allowed) => {
    const urls = parsed(forms([...loopbacks, ...neighbours]));
    expect(urls.length).toBeGreaterThan(120);
    const before = connections;
    for (const url of urls) {
      const { delivered, failure } = await post(new URL(url).href, allowed);
      expect([url, delivered, refusals.has(failure ?? '')]).toEqual([url, false, true]);
    }
    expect(connections).toBe(before);
  });

  test('to a listed name that leads there', async () => {
    const before = connections;
    const addresses =
      '127.0.0.1 127.8.8.8 0.0.0.0 169.254.169.254 100.100.100.200 168.63.129.16 192.0.0.192 ::1 :: ::ffff:127.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 2002:7f00:1:: fe80::1 fd00:ec2::254 fd00:ec2::23 fd00:42::42'.split(
        ' ',
      );
    for (const [at, address] of addresses.entries()) {
      const name = `a${at}.internal.example`;
      const url = `http://${name}:${port}/`;
      const { failure } = await post(url, ['http://*.internal.example', '0.0.0.0/0', '::/0'], [`${address} ${name}`]);
      expect([address, failure]).toEqual([address, 'ADDRESS_NOT_ALLOWED']);
    }
    const both = addresses.map((address) => `${address} b.internal.example`);
    expect(await post(`http://b.internal.example:${port}/`, ['http://*.internal.example'], both)).toMatchObject({
      failure: 'ADDRESS_NOT_ALLOWED',
    });
    expect(connections).toBe(before);
  });

  test('to names that only look like a listed one, and with anything in the URL that is no host', async () => {
    const before = connections;
    const hosts =
      'internal.example xinternal.example hooks.example.com.evil.test evil.test hooks.example.comx hooks.example example.com hooks-example.com xn--hooks-example.com hooks.example.com..'.split(
        ' ',
      );
    const urls = [
      ...forms(hosts).map((url) => `${url}:${port}/`),
      ...['user@', 'user:password@', ':password@', 'hooks.example.com@', 'hooks.example.com:443@'].map(
        (user) => `https://${user}hooks.example.com:${port}/`,
      ),
      `https://hooks.example.com@127.0.0.1:${port}/`,
      `https://hooks.example.com%40127.0.0.1:${port}/`,
      `https://127.0.0.1:${port}\\@hooks.example.com/`,
      `https://127.0.0.1:${port}/@hooks.example.com`,
      `https://127.0.0.1:${port}?@hooks.example.com/`,
      `https://127.0.0.1:${port}#@hooks.example.com/`,
      `https://hooks.example.com:${port}/#x`,
      `http://hooks.example.com:${port}/`,
      `ftp://hooks.example.com:${port}/`,
      `file:///etc/passwd`,
      `gopher://hooks.example.com:${port}/`,
      `ws://hooks.example.com:${port}/`,
      `unix:///run/docker.sock`,
      `data:text/plain,x`,
    ];
    const usable = urls.filter((url) => URL.canParse(url));
    expect(usable.length).toBeGreaterThan(35);
    const lines = ['hooks.example.com', ...hosts].map((name) => `127.0.0.1 ${name}`);
    for (const url of usable) {
      const { delivered, failure } = await post(url, ['hooks.example.com', '*.internal.example'], lines);
      expect([url, delivered, refusals.has(failure ?? '')]).toEqual([url, false, true]);
    }
    expect(connections).toBe(before);
  });

  test('after a redirect, nor where a name leads later', async () => {
    const receiver: Receiver = await openReceiver();
    const at = new URL(receiver.url).port;
    receiver.answer(failing(307, { location: `http://127.0.0.1:${port}/` }));
    const before = connections;
    const allowed = ['http://*.internal.example', '127.0.0.1'];
    const url = `http://c.internal.example:${at}/`;
    expect(await post(url, allowed, ['127.0.0.1 c.internal.example'])).toMatchObject({
      httpStatus: 307,
      delivered: false,
    });
    expect(receiver.received).toHaveLength(1);
    // The same name, bound to an address that is not listed.
    const moved = `http://c.internal.example:${port}/`;
    expect(await post(moved, allowed, ['127.0.0.2 c.internal.example'])).toMatchObject({
      failure: 'ADDRESS_NOT_ALLOWED',
    });
    expect(connections).toBe(before);
    await receiver.close();
  });
});

test.each([['http://127.0.0.1'], ['http://127.0.0.1/32']])(
  'a connection is made to an address that is listed: %s',
  async (entry) => {
    const before = connections;
    await post(`http://127.0.0.1:${port}/`, [entry]);
    expect(connections).toBe(before + 1);
  },
);

test.each([
  ['hooks.example.com', true],
  ['*.example.com', true],
  ['http://hooks.example.com', true],
  ['http://[2001:db8::1]', true],
  ['2001:db8::/32', true],
  ['10.0.0.0/8', true],
  ['bücher.example', true],
  ['https://hooks.example.com', false],
  ['hooks.example.com/path', false],
  ['hooks.example.com:443', false],
  ['user@hooks.example.com', false],
  ['10.0.0.0/33', false],
  ['127.1', false],
  ['one.example;other.example', false],
  ['"hooks.example"', false],
  ['*', false],
  ['a.*.example', false],
])('an entry of the setting: %s', (entry, isRight) => {
  expect(allowedHosts.safeParse([entry]).success).toBe(isRight);
});
