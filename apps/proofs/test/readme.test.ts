import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@card-gateway/client';
import { grantRuntime, runtimeRole } from '@card-gateway/database/roles';
import { createDatabase, type OwnDatabase, withClient } from '@card-gateway/database/testing';
import { built } from '@card-gateway/gateway/testing';
import { type Sandbox, startSandbox } from '@card-gateway/sandbox';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Installation, install } from '../src/chaos/installation.ts';
import { listening } from '../src/chaos/replica.ts';
import { faultsOf, readTour, scriptOf } from '../src/tour.ts';

const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
const tour = readTour(readme);
const operations = new URL('../../../docs/operations/', import.meta.url);
const consumer = await readFile(new URL('consume-events.py', operations), 'utf8');

test('the README says how to start with Docker and make a key there', () => {
  expect(tour.start).toMatch(/^docker compose up --wait/);
  expect(tour.start).toMatch(/^KEY="\$\(docker compose exec -T gateway gateway keys create .*\)"$/m);
});

test('no block of it has what zsh takes for something else at a prompt: a comment, or a pattern that is not quoted', () => {
  const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
  expect(blocks.length).toBeGreaterThan(10);
  for (const line of blocks.join('').split('\n')) {
    const unquoted = line.replaceAll(/'[^']*'|"(?:[^"\\$]|\\.|\$(?!\())*"/g, '');
    expect(unquoted, line).not.toMatch(/(^|\s)#|https?:\S*[?*]|(^|\s)\/\S*[?*]/);
  }
});

test('its calls need nothing of a clone elsewhere, and show what comes of them', () => {
  const script = scriptOf(tour, { key: 'cgk_x', command: 'docker compose exec -T gateway gateway' });
  expect(script).toMatch(/^KEY=cgk_x$/m);
  expect(script).toContain('gw() {');
  expect(script).toContain('docker compose exec -T gateway gateway audit list');
  expect(script).not.toMatch(/\.data|npx/m);
  const members = tour.calls.flatMap(({ expected }) => expected);
  expect(members).toEqual(expect.arrayContaining(['"status":"active"', '"status":"bound"', '"status":"frozen"']));
});

test('the page on events shows the consumer as it is', async () => {
  expect(await readFile(new URL('events.md', operations), 'utf8')).toContain(`\`\`\`python\n${consumer}\`\`\`\n`);
});

test('an answer that is missing, or is a problem, is found', () => {
  const short = {
    start: '',
    calls: [
      { script: 'one', expected: ['"status":"active"'] },
      { script: 'two', expected: [] },
    ],
  };
  expect(faultsOf(short, '{"status":"active"}\n--- end of a call\n{}\n--- end of a call\n')).toEqual([]);
  const faults = faultsOf(short, '{"status":"pending"}\n--- end of a call\n{"status":503}\n--- end of a call\n');
  expect(faults.map((fault) => fault.split('\n')[0])).toEqual(['no "status":"active" after:', '"status":503 after:']);
});

describe('run again and again', () => {
  let database: OwnDatabase;
  let sandbox: Sandbox;
  let installation: Installation;
  let script: string;
  let gatewayUrl: string;
  let key: string;
  let gateway: Client;
  const closing = new AsyncDisposableStack();

  beforeAll(async () => {
    [database, sandbox] = await Promise.all([createDatabase('migrated'), startSandbox()]);
    closing.defer(() => database.drop());
    await withClient(database.ownerUrl, (owner) => grantRuntime(owner, runtimeRole));
    installation = await install(sandbox, () => database.url, { EVENTS_ALLOWED_HOSTS: 'http://127.0.0.1' });
    closing.defer(() => installation.remove());
    const { url: sandboxUrl, port } = sandbox;
    const env = await installation.environment('readme', Number(new URL(database.url).port), () => port);
    const child = spawn(process.execPath, [await built('main.js')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    closing.defer(async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    });
    closing.defer(() => sandbox.close());
    gatewayUrl = await listening(child);
    sandbox.admin.callbacks.target('keysecure', `${gatewayUrl}/callbacks/keysecure`);
    const sleepUrl = await serveSleep();
    key = await installation.createKey('readme');
    gateway = createClient({ baseUrl: gatewayUrl, apiKey: key });
    closing.defer(() => gateway.close());
    const command = `env DATABASE_URL='${database.url}' ${process.execPath} ${await built('cli.js')}`;
    script = [
      `sleep() { curl -s "${sleepUrl}/$1"; }`,
      scriptOf(tour, { key, command })
        .replaceAll('http://127.0.0.1:8080', gatewayUrl)
        .replaceAll('http://127.0.0.1:8090', sandboxUrl),
    ].join('\n');
  });
  afterAll(() => closing.disposeAsync());

  /** Advances the sandbox's time; resolves when all of its callbacks have been processed, and its receivers have what they wait for. */
  async function serveSleep(): Promise<string> {
    const server = createServer((request, response) => {
      void (async () => {
        sandbox.admin.changeClock({ advanceMs: Number(request.url?.slice(1)) * 1000 });
        await sandbox.admin.callbacks.idle();
        while (await hasWork()) await wait(20);
        await sandbox.admin.until(() => sandbox.admin.receivers().every(({ name }) => hasUnfrozen(name)));
        response.end();
      })();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.defer(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const idIn = ({ value }: { readonly value?: string | undefined }): string => value?.split(' ', 1).join() ?? '';

  const hasUnfrozen = (name: string): boolean =>
    sandbox.admin
      .receiver(name)
      .deliveries()
      .some(({ type }) => type === 'card.unfrozen');

  async function hasWork(): Promise<boolean> {
    return withClient(database.url, async (client) => {
      const { rows } = await client.query("SELECT 1 FROM callbacks WHERE state = 'received' LIMIT 1");
      return rows.length > 0;
    });
  }

  // Twice over the same data, in bash again where there is no zsh.
  const shells = ['bash', spawnSync('zsh', ['--version']).status === 0 ? 'zsh' : 'bash'];
  test.each(shells.map((shell, index) => [shell, index + 1] as const))(
    'in %s, time %i, every answer is as the README shows it',
    async (shell) => {
      const child = spawn(shell, { stdio: ['pipe', 'pipe', 'inherit'] });
      child.stdin.end(script);
      expect(faultsOf(tour, await text(child.stdout)).join('\n\n')).toBe('');
    },
  );

  test('start sets up one destination for the sandbox, and keeps it', async () => {
    const source = new URL('../../local/src/keep-destination.ts', import.meta.url).href;
    const { keepDestination } = (await import(source)) as { keepDestination: (places: object) => Promise<void> };
    const places = { gatewayUrl, apiKey: key, sandboxUrl: sandbox.url };
    const receiver = sandbox.admin.receiver('default');
    const verdict = async () => {
      const { data } = await gateway.listEventDestinations({});
      expect(data).toHaveLength(1);
      await gateway.pingEventDestination({ params: { id: data[0]?.id ?? '' } });
      return receiver.deliveries().at(-1)?.verdict;
    };
    await keepDestination(places);
    expect(await verdict()).toBe('valid');
    await keepDestination(places);
    expect(await verdict()).toBe('valid');
    // As after its state file was removed.
    receiver.configure({ secrets: [] });
    await keepDestination(places);
    expect(await verdict()).toBe('valid');
    const moved = await startSandbox();
    onTestFinished(() => moved.close());
    await keepDestination({ ...places, sandboxUrl: moved.url });
    expect((await gateway.listEventDestinations({})).data).toMatchObject([{ url: `${moved.url}/events/default` }]);
  });

  const hasPython = spawnSync('python3', ['--version']).status === 0;
  if (!hasPython) process.emitWarning('There is no python3: the consumer of docs/operations is not tried.');
  test.skipIf(!hasPython)('the consumer in Python is killed, and goes on where it was', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consumer-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'consume.py');
    // Small pages, so that it is killed between two.
    await writeFile(file, consumer.replace('"limit": 200', '"limit": 3'));
    const cursorFile = join(folder, 'cursor');
    const consume = () => {
      const env = { ...process.env, GATEWAY_URL: gatewayUrl, GATEWAY_API_KEY: key, CURSOR_FILE: cursorFile };
      const child = spawn('python3', [file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      onTestFinished(() => void child.kill('SIGKILL'));
      return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
    };
    const idsBehind = async (cursor: string) => {
      const page = await gateway.listEvents({ query: { limit: 200, ...(cursor !== '' && { after: cursor }) } });
      return page.data.map(({ id }) => id);
    };

    const first = consume();
    const seen: string[] = [];
    for (let n = 0; n < 10; n += 1) seen.push(idIn(await first.lines.next()));
    first.child.kill('SIGKILL');
    // What it had printed until then.
    for await (const line of first.lines) seen.push(idIn({ value: line }));

    const account = 'keysecure';
    await gateway.createCardholder({ body: { account, reference: 'while-away', sumsubShareToken: 'share-token' } });
    const left = await idsBehind(await readFile(cursorFile, 'utf8'));
    const second = consume();
    for (const id of left) expect(idIn(await second.lines.next())).toBe(id);
    const all = await idsBehind('');
    expect(seen).toEqual(all.slice(0, seen.length));
    const done = all.indexOf(left[0] ?? '');
    expect(left).toEqual(all.slice(done, done + left.length));
    // It had done some, and the other one left out nothing else.
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThanOrEqual(seen.length);

    second.child.kill('SIGKILL');
    await once(second.child, 'close');
    // A cursor of a log that had more events, as after a restore of the database.
    await writeFile(cursorFile, Buffer.from('1.999999999').toString('base64url'));
    const third = consume();
    expect(idIn(await third.lines.next())).toBe(all[0]);
    third.child.kill('SIGKILL');
    expect(await text(third.child.stderr)).toBe('Events were missed: read the resources anew.\n');
  });

  test.skipIf(!hasPython)('it goes on after an answer of a proxy, with a date to come back and cut short', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consumer-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    let asked = 0;
    const proxy = createServer((_request, response) => {
      asked += 1;
      const event = { id: 'evt_1', type: 'card.lost', subject: 'card_1', subjectVersion: 1 };
      if (asked === 2) response.end(JSON.stringify({ data: [event], nextCursor: 'next' }));
      if (asked > 1) return;
      const headers = { 'content-type': 'application/problem+json', 'retry-after': new Date(0).toUTCString() };
      response.writeHead(503, headers).end('{"title":');
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => proxy.close().closeAllConnections());
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const env = { ...process.env, GATEWAY_URL: url, GATEWAY_API_KEY: key, CURSOR_FILE: join(folder, 'cursor') };
    const child = spawn('python3', [fileURLToPath(new URL('consume-events.py', operations))], { env });
    onTestFinished(() => void child.kill('SIGKILL'));
    const { value } = (await createInterface(child.stdout)[Symbol.asyncIterator]().next()) as { value?: string };
    expect([value, child.exitCode]).toEqual(['evt_1 card.lost card_1 1', null]);
    child.kill('SIGKILL');
    expect(await text(child.stderr)).toMatch(
      new RegExp(`^${RegExp.escape(url)}: HTTP Error 503: .*\\. Trying again in \\d\\.\\d s\\.\n`),
    );
  });
});
