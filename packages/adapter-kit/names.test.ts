import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, utimesSync } from 'node:fs';
import { mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openTransport } from './exchange.ts';
import { createNames, type NameOptions, type Names } from './names.ts';
import { json, openLoopback } from './testing/index.ts';
import { type NameServer, openNameServer } from './testing/name-server.ts';

let server: NameServer;
let folder: string;
let files: { hostsFile: string; resolvFile: string };
beforeEach(async () => {
  server = await openNameServer();
  folder = await mkdtemp(join(tmpdir(), 'names-'));
  files = { hostsFile: join(folder, 'hosts'), resolvFile: join(folder, 'resolv.conf') };
});
afterEach(async () => {
  vi.useRealTimers();
  await server.close();
  await rm(folder, { recursive: true });
});

/** Names that ask the test's own server, and wait for it longer than a test may take. */
function names(options: NameOptions = {}, timeoutMs = 60_000): Names {
  return createNames(timeoutMs, { servers: [server.address], ...files, ...options });
}

let changes = 0;
async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  changes += 1;
  utimesSync(file, changes, changes);
}

describe('name servers', () => {
  test('give the addresses of both families, to be tried in turn', async () => {
    server.set('a.example', ['192.0.2.1', '192.0.2.2', '192.0.2.3', '2001:db8::1', '2001:db8::2']);
    expect(await names().addressesOf('A.example')).toEqual([
      '2001:db8::1',
      '192.0.2.1',
      '2001:db8::2',
      '192.0.2.2',
      '192.0.2.3',
    ]);
  });

  test('are asked once for one name at once', async () => {
    server.set('a.example', ['192.0.2.1']);
    const { addressesOf } = names();
    const all = await Promise.all(Array.from({ length: 20 }, () => addressesOf('a.example')));
    expect(all.flat()).toEqual(Array(20).fill('192.0.2.1'));
    expect(server.questions.toSorted()).toEqual(['A a.example', 'AAAA a.example']);
  });

  test('are asked again when the time to live of an answer is over, the shortest of all', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    server.set('a.example', ['192.0.2.1'], 30);
    const { addressesOf } = names();
    await addressesOf('a.example');
    server.set('a.example', ['192.0.2.2'], 0);
    vi.advanceTimersByTime(29_999);
    expect(await addressesOf('a.example')).toEqual(['192.0.2.1']);
    expect(server.questions).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(await addressesOf('a.example')).toEqual(['192.0.2.2']);
    // That answer may not be kept.
    expect(await addressesOf('a.example')).toEqual(['192.0.2.2']);
    expect(server.questions).toHaveLength(6);
  });

  test('that say that there is no such name, or no address of it, are asked again', async () => {
    const { addressesOf } = names();
    await expect(addressesOf('a.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    server.set('a.example', []);
    await expect(addressesOf('a.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    server.set('a.example', ['2001:db8::1']);
    expect(await addressesOf('a.example')).toEqual(['2001:db8::1']);
  });

  test('that are silent end the look-up in time, and those who wait for it; the next one asks anew', async () => {
    server.set('a.example', ['192.0.2.1']);
    server.silence('all');
    const { addressesOf } = names({}, 400);
    const both = [addressesOf('a.example'), addressesOf('a.example')];
    for (const waiting of both) await expect(waiting).rejects.toMatchObject({ code: 'DNS_TIMEOUT' });
    server.silence(null);
    expect(await addressesOf('a.example')).toEqual(['192.0.2.1']);
  });

  test('that never answer for one family do not hold up the other', async () => {
    server.set('a.example', ['192.0.2.1']);
    server.silence('AAAA');
    expect(await names().addressesOf('a.example')).toEqual(['192.0.2.1']);
  });

  test('are asked one after another when the first is silent, or not there', async () => {
    server.set('a.example', ['192.0.2.1']);
    const silent = await openNameServer();
    silent.silence('all');
    const gone = await openNameServer();
    await gone.close();
    for (const { address } of [silent, gone]) {
      const { addressesOf } = names({ servers: [address, server.address] }, 2000);
      expect(await addressesOf('a.example')).toEqual(['192.0.2.1']);
    }
    await expect(names({ servers: [gone.address] }).addressesOf('a.example')).rejects.toMatchObject({
      code: 'DNS_ECONNREFUSED',
    });
    await silent.close();
  });

  test('are not asked about addresses', async () => {
    expect(await names().addressesOf('192.0.2.9')).toEqual(['192.0.2.9']);
    expect(await names().addressesOf('2001:db8::9')).toEqual(['2001:db8::9']);
    expect(server.questions).toEqual([]);
  });
});

describe('/etc/hosts', () => {
  test('comes first, and is read anew when it has changed', async () => {
    server.set('a.example', ['192.0.2.1']);
    const { addressesOf } = names();
    await write(files.hostsFile, '# a\n192.0.2.7  Other A.Example # b\n::1\ta.example\nnonsense a.example\n');
    expect(await addressesOf('a.example')).toEqual(['192.0.2.7', '::1']);
    expect(await addressesOf('OTHER')).toEqual(['192.0.2.7']);
    await write(files.hostsFile, '192.0.2.8 a.example');
    expect(await addressesOf('a.example')).toEqual(['192.0.2.8']);
    expect(server.questions).toEqual([]);
    await rm(files.hostsFile);
    expect(await addressesOf('a.example')).toEqual(['192.0.2.1']);
  });

  test('need not name localhost', async () => {
    for (const name of ['localhost', 'LOCALHOST.', 'a.localhost']) {
      expect(await names().addressesOf(name)).toEqual(['127.0.0.1', '::1']);
    }
    await write(files.hostsFile, '127.0.0.3 localhost');
    expect(await names().addressesOf('localhost')).toEqual(['127.0.0.3']);
  });
});

describe('the search list of /etc/resolv.conf', () => {
  const questions = () => [...new Set(server.questions.map((question) => question.split(' ')[1]))];

  test('completes a name with few dots', async () => {
    await write(files.resolvFile, 'nameserver 192.0.2.53\ndomain ignored\nsearch one.example. two.example\n');
    server.set('proxy.two.example', ['192.0.2.1']);
    expect(await names().addressesOf('proxy')).toEqual(['192.0.2.1']);
    expect(questions()).toEqual(['proxy.one.example', 'proxy.two.example']);
  });

  test('comes after the name itself, where that has dots enough', async () => {
    await write(files.resolvFile, 'search one.example\noptions rotate ndots:2\n');
    server.set('a.b.c', ['192.0.2.1']);
    server.set('a.b', ['192.0.2.2']);
    expect(await names().addressesOf('a.b.c')).toEqual(['192.0.2.1']);
    expect(await names().addressesOf('a.b')).toEqual(['192.0.2.2']);
    await expect(names().addressesOf('x.y.z')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(questions()).toEqual(['a.b.c', 'a.b.one.example', 'a.b', 'x.y.z', 'x.y.z.one.example']);
  });

  test('does not count for a name that ends with a dot', async () => {
    await write(files.resolvFile, 'search one.example\n');
    await expect(names().addressesOf('proxy.')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(questions()).toEqual(['proxy']);
  });
});

test('a look-up takes none of the threads that files, and PostgreSQL by its name, need', async () => {
  const loopback = await openLoopback();
  loopback.reply(() => json({}));
  server.set('provider.example', ['127.0.0.1']);
  const transport = openTransport({
    connections: 1,
    connectTimeoutMs: 5000,
    maxResponseBytes: 1000,
    names: { servers: [server.address] },
  });

  // Opening a FIFO blocks a thread of the pool until someone writes to it.
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const threads = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
  const readers = Array.from({ length: threads }, () => open(fifo, 'r'));
  let isPoolFree = false;
  const next = stat(folder).then(() => (isPoolFree = true));

  const url = `http://provider.example:${new URL(loopback.url).port}/`;
  const order = { operation: 'x', method: 'GET', url, headers: {}, body: null, timeoutMs: 4000 } as const;
  expect(await transport.send(order)).toMatchObject({ kind: 'answered' });
  expect(isPoolFree).toBe(false);

  // It stays open until the last thread has come to open the FIFO.
  const writer = openSync(fifo, constants.O_RDWR);
  for (const reader of await Promise.all(readers)) await reader.close();
  closeSync(writer);
  await next;
  await transport.close();
  await loopback.close();
});

test('a silent name server is "not sent", in the time that connecting may take', async () => {
  server.silence('all');
  const transport = openTransport({
    connections: 2,
    connectTimeoutMs: 300,
    maxResponseBytes: 1000,
    names: { servers: [server.address] },
  });
  const order = { operation: 'x', method: 'POST', headers: {}, body: '{}', timeoutMs: 60_000 } as const;
  expect(await transport.send({ ...order, url: 'http://silent.example/' })).toEqual({
    kind: 'not_sent',
    cause: 'DNS_TIMEOUT',
  });
  server.silence(null);
  expect(await transport.send({ ...order, url: 'http://nobody.example/' })).toEqual({
    kind: 'not_sent',
    cause: 'ENOTFOUND',
  });
  await transport.close();
});
