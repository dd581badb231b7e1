import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { grantRuntime, runtimeRole } from '@card-gateway/database/roles';
import { createDatabase, type OwnDatabase, withClient } from '@card-gateway/database/testing';
import { type Sandbox, startSandbox } from '@card-gateway/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Installation, install, shipped, shippedCli } from '../src/chaos/installation.ts';
import { listening } from '../src/chaos/replica.ts';
import { faultsOf, readTour, scriptOf } from '../src/tour.ts';

const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
const tour = readTour(readme);

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
  const closing = new AsyncDisposableStack();

  beforeAll(async () => {
    [database, sandbox] = await Promise.all([createDatabase('migrated'), startSandbox()]);
    closing.defer(() => database.drop());
    await withClient(database.ownerUrl, (owner) => grantRuntime(owner, runtimeRole));
    installation = await install(sandbox, shipped, () => database.url);
    closing.defer(() => installation.remove());
    const { url: sandboxUrl, port } = sandbox;
    const env = await installation.environment('readme', Number(new URL(database.url).port), () => port);
    const child = spawn(process.execPath, [shipped.main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    closing.defer(async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    });
    closing.defer(() => sandbox.close());
    const gatewayUrl = await listening(child);
    sandbox.admin.callbacks.target('keysecure', `${gatewayUrl}/callbacks/keysecure`);
    const sleepUrl = await serveSleep();
    const key = await installation.createKey('readme');
    const command = `env DATABASE_URL='${database.url}' ${process.execPath} ${shippedCli}`;
    script = [
      `sleep() { curl -s "${sleepUrl}/$1"; }`,
      scriptOf(tour, { key, command })
        .replaceAll('http://127.0.0.1:8080', gatewayUrl)
        .replaceAll('http://127.0.0.1:8090', sandboxUrl),
    ].join('\n');
  });
  afterAll(() => closing.disposeAsync());

  /** Advances the sandbox's time; resolves when all of its callbacks have been processed. */
  async function serveSleep(): Promise<string> {
    const server = createServer((request, response) => {
      void (async () => {
        sandbox.admin.changeClock({ advanceMs: Number(request.url?.slice(1)) * 1000 });
        await sandbox.admin.callbacks.idle();
        while (await hasWork()) await wait(20);
        response.end();
      })();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.defer(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

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
});
