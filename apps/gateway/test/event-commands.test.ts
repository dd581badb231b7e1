import { spawn } from 'node:child_process';
import { EventEmitter, on, once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { verifyEvent } from '@card-gateway/client';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommandLine } from '../src/command-line.ts';
import { cli, type Environment, runCommand } from './setup/command.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

let gateway: TestGateway;
let environment: Environment;
beforeAll(async () => {
  gateway = await startGateway({ settings: { EVENTS_ALLOWED_HOSTS: 'http://127.0.0.1' } });
  environment = { GATEWAY_URL: gateway.url, GATEWAY_API_KEY: (await gateway.key()).key };
});
afterAll(() => gateway.close());

/** A command that goes on until it is interrupted. */
function start(words: readonly string[], variables = environment) {
  const [output, remarks, interruption] = [new EventEmitter(), [] as string[], new AbortController()];
  const lines = on(output, 'line') as AsyncIterableIterator<[string]>;
  const isWell = runCommandLine(['events', ...words], {
    environment: variables,
    print: (line) => output.emit('line', line),
    remark: (line) => {
      remarks.push(line);
      output.emit('remark');
    },
    untilInterrupted: () => interruption.signal,
  });
  return {
    remarks,
    remark: () => once(output, 'remark'),
    next: async (): Promise<string> => ((await lines.next()) as { value: [string] }).value[0],
    end: async () => {
      interruption.abort();
      return { isWell: await isWell, remarks };
    },
  };
}

const apply = (reference: string) =>
  gateway.client.createCardholder({ body: { account: 'keysecure', reference, sumsubShareToken: 'share-token' } });

describe('events tail', () => {
  test('shows what happens, and where to go on', async () => {
    const before = await apply('before');
    const command = start(['tail', '--types', 'cardholder.pending', '--after', 'oldest']);
    expect(await command.next()).toMatch(
      new RegExp(String.raw`^\d{4}-\S+Z  cardholder\.pending +${before.id}  v1  keysecure$`),
    );
    const { id } = await apply('after');
    expect(await command.next()).toContain(id);
    const { isWell, remarks } = await command.end();
    expect([isWell, remarks]).toEqual([true, [expect.stringMatching(/^To go on from here: --after [\w-]+$/)]]);

    const further = await apply('further');
    const again = start(['tail', '--types', 'cardholder.pending', '--after', remarks[0]?.split(' ').at(-1) ?? '']);
    expect(await again.next()).toContain(further.id);
    await again.end();
  });

  test('shows where to go on also before anything has happened', async () => {
    const command = start(['tail', '--types', 'card.lost']);
    const metrics = async () => (await fetch(`${gateway.url}/metrics`)).text();
    await expect.poll(metrics).toMatch(/^gateway_events_waiting_readers 1$/m);
    expect((await command.end()).remarks).toEqual([expect.stringMatching(/^To go on from here: --after [\w-]+$/)]);
  });

  test('shows what changed, and each event whole for a program', async () => {
    const { id } = await apply('changing');
    const [text, json] = [[], ['--json']].map((more) => start(['tail', '--subject', id, '--after', 'oldest', ...more]));
    const first = JSON.parse((await json?.next()) ?? '') as object;
    expect(first).toMatchObject({
      type: 'cardholder.pending',
      subject: id,
      data: { id, status: 'pending' },
      cursor: expect.any(String),
    });
    await text?.next();
    expect(await text?.next()).toMatch(/ v2  keysecure  providerRef null → U\d+$/);
    await Promise.all([text?.end(), json?.end()]);
  });

  test.each<[string, readonly string[], Environment, RegExp]>([
    [
      'no key',
      ['tail'],
      { GATEWAY_API_KEY: '' },
      /^GATEWAY_API_KEY is not set, nor is GATEWAY_API_KEY_FILE\. Make a key with: gateway keys create/,
    ],
    ['two keys', ['tail'], { GATEWAY_API_KEY: 'cgk_x\ncgk_y' }, /GATEWAY_API_KEY: expected one API key, on one line/],
    ['another key', ['tail'], { GATEWAY_API_KEY: 'cgk_x' }, /401 unauthenticated/],
    [
      'a URL that is none',
      ['tail'],
      { GATEWAY_URL: 'cards.internal' },
      /GATEWAY_URL: expected a URL such as https:\/\/cards\.internal/,
    ],
    ['a cursor that is none', ['tail', '--after', 'yesterday!'], {}, /400 invalid-request/],
    ['an unknown type', ['tail', '--types', 'card.eaten'], {}, /400 invalid-request/],
    [
      'nowhere to post to',
      ['listen'],
      {},
      /^--forward-to: expected the URL of your service, e\.g\. http:\/\/localhost:3000\/hooks\.$/m,
    ],
    [
      'a secret that is none',
      ['listen', '--forward-to', 'http://localhost:1', '--secret', 'x'],
      {},
      /^--secret: expected "whsec_"/,
    ],
  ])('ends because of %s, and says so', async (_, words, more, said) => {
    const { code, stdout, stderr } = await runCommand(['events', ...words], { ...environment, ...more });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(said);
    expect(stderr).not.toContain('    at ');
  });
});

test('a reader that has seen enough ends a command well', async () => {
  await apply('for one who reads a line');
  const command = spawn(process.execPath, [cli, 'events', 'tail', '--after', 'oldest'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = buffer(command.stderr);
  const ended = once(command, 'close');
  await once(command.stdout, 'data');
  command.stdout.destroy();
  await apply('for one who has gone');
  expect([await ended, String(await said)]).toEqual([[0, null], '']);
});

test.skipIf(!existsSync('/dev/full'))(
  'a full disk ends a command at once, and it tells no place behind what is lost',
  async () => {
    for (let count = 0; count < 3; count += 1) await apply(`for a full disk ${count}`);
    const command = spawn(
      'sh',
      ['-c', 'exec "$0" "$@" >/dev/full', process.execPath, cli, 'events', 'tail', '--after', 'oldest'],
      {
        env: environment,
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    const said = buffer(command.stderr);
    expect(await once(command, 'close')).toEqual([1, null]);
    expect(String(await said)).toBe('The answer could not be written to standard output (ENOSPC).\n');
  },
);

describe('events listen', () => {
  interface Post {
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }
  const posts: Post[] = [];
  let status = 204;
  const service = createServer((request, response) => {
    void buffer(request).then((body) => {
      posts.push({ headers: request.headers, body: body.toString() });
      return response.writeHead(status).end();
    });
  });
  let url: string;
  beforeAll(async () => {
    await once(service.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/hooks`;
  });
  afterAll(() => service.close());

  test('posts as a destination is posted to, signed with the secret that it shows', async () => {
    const { id } = await apply('posted');
    const words = ['listen', '--forward-to', url, '--types', 'cardholder.pending', '--after', 'oldest'];
    const command = start(words);
    let line;
    do line = await command.next();
    while (!line.includes(id));
    expect(line).toMatch(/^204  cardholder\.pending +chd_\w{26}  evt_\w{26}$/);
    const { remarks } = await command.end();
    const secret = /whsec_\S+/.exec(remarks.join(' '))?.[0] ?? '';
    const { headers, body } = posts.at(-1) ?? { headers: {}, body: '' };
    const event = verifyEvent(headers, body, secret);
    expect(event).toMatchObject({ id: headers['webhook-id'], type: 'cardholder.pending', subject: id });
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(event);
    expect(headers['content-type']).toBe('application/json');
  });

  test('shows what is not accepted, with the cursor to begin again from', async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const words = ['listen', '--forward-to', url, '--types', 'cardholder.pending', '--secret', secret];
    status = 500;
    const { id } = await apply('refused');
    const command = start([...words, '--after', 'oldest']);
    let line;
    do line = await command.next();
    while (!line.includes(id));
    const [, cursor = ''] = /^500 .*not accepted; again from here: --after ([\w-]+)$/.exec(line) ?? [];
    expect((await command.end()).remarks.join()).not.toContain(secret);
    status = 200;
    const again = start([...words, '--after', cursor]);
    expect(await again.next()).toContain(id);
    await again.end();
    expect(
      new Webhook(secret).verify(posts.at(-1)?.body ?? '', posts.at(-1)?.headers as Record<string, string>),
    ).toMatchObject({ subject: id });
  });

  test('replay: posts once more what a destination had, and nothing of before', async () => {
    const body = { url, types: ['cardholder.pending'] };
    const { id: destination } = await gateway.client.createEventDestination({ body });
    const { id } = await apply('replayed');
    const count = () => posts.filter((post) => post.body.includes(id)).length;
    await expect.poll(count, { timeout: 10_000 }).toBe(1);
    const replay = (...words: string[]) => runCommand(['events', 'replay', ...words], environment);
    expect(await replay(destination, '--after', '1h', '--types', 'cardholder.*')).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^Events from \S+Z to now are posted once more to http:\/\/127\.0\.0\.1:\d+\/hooks\.\n$/,
      ),
      stderr: '',
    });
    await expect.poll(count, { timeout: 10_000 }).toBe(2);
    expect(await replay(destination, '--after', '2h', '--before', '1h')).toMatchObject({ code: 0 });
    expect((await replay('--after', '1h')).stderr).toMatch(/^Expected the id of a destination: dest_…/);
    expect((await replay(destination, '--after', 'soon')).stderr).toMatch(/^--after: expected a duration \(90d/);
    expect(
      (
        await replay(
          destination.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
          '--after',
          '1h',
        )
      ).stderr,
    ).toMatch(/404 not-found|400 invalid-request/);
    expect((await replay(destination)).stderr).toMatch(/^--after: expected since when/);
  });

  test('shows that the service is away, and goes on', async () => {
    await Promise.all([apply('away 1'), apply('away 2')]);
    const words = ['--forward-to', 'http://127.0.0.1:1', '--types', 'cardholder.pending', '--after', 'oldest'];
    const command = start(['listen', ...words]);
    for (const line of [await command.next(), await command.next()])
      expect(line).toMatch(/^ECONNREFUSED .*not accepted/);
    await command.end();
  });
});
