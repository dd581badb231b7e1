import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as streamText } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { openDatabase } from '@card-gateway/database';
import { createDatabase, withClient } from '@card-gateway/database/testing';
import { startSandbox } from '@card-gateway/sandbox';
import { expect, test } from 'vitest';
import { built } from './setup/built.ts';
import { call, problemOf } from './setup/call.ts';
import { cardOrder } from './setup/orders.ts';
import { install } from './setup/process.ts';

const node = async (words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> =>
  (await promisify(execFile)(process.execPath, words, { env })).stdout;

test('the built gateway migrates, starts, issues a card, serves its portal, names its sources in the log, and ends', async () => {
  const cli = await built('cli.js');
  const database = await createDatabase('template0');
  const asOwner = { DATABASE_URL: database.ownerUrl, DATABASE_RUNTIME_ROLE: new URL(database.url).username };
  expect(await node([cli, 'migrate'], asOwner)).toContain('The database is up to date');
  expect(await node([cli, 'keys', 'list'], { DATABASE_URL: database.url })).toBeTypeOf('string');

  const sandbox = await startSandbox();
  const pool = openDatabase(database.url, { connections: 3, connectTimeoutMs: 2000, statementTimeoutMs: 5000 });
  const installation = await install(pool, sandbox, { database: database.url });
  const gateway = await installation.start();
  const { client } = gateway;
  const card = await client.issueCard({ idempotencyKey: 'built', body: await cardOrder({ client, sandbox }) });
  expect(sandbox.admin.ledger({ effect: 'card_issued' })).toHaveLength(1);
  expect(card.operation?.outcome).toBe('succeeded');

  // The client is in it, and an interruption is its proper end.
  const tail = spawn(process.execPath, [cli, 'events', 'tail', '--after', 'oldest'], {
    env: { GATEWAY_URL: gateway.url, GATEWAY_API_KEY: installation.apiKey },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const remarks = streamText(tail.stderr);
  let shown = '';
  tail.stdout.on('data', (part: Buffer) => (shown += String(part)));
  while (!shown.includes(card.id)) await once(tail.stdout, 'data');
  tail.kill('SIGINT');
  expect(await once(tail, 'close')).toEqual([0, null]);
  expect(await remarks).toMatch(/^To go on from here: --after [\w-]+\n$/);

  for (const path of ['/docs/', '/docs/guides.css', '/docs/reference', '/openapi.json', '/docs/reference.json']) {
    expect(await call(gateway.url, { path }), path).toMatchObject({ status: 200 });
  }
  const { text } = await call(gateway.url, { path: '/docs/reference' });
  const [, script = ''] = /src="(\/docs\/reference[^"]+)"/.exec(text) ?? [];
  expect(await call(gateway.url, { path: script })).toMatchObject({ status: 200 });

  // Nothing expects that the table is not there.
  await withClient(database.ownerUrl, (owner) => owner.query('ALTER TABLE api_keys RENAME TO elsewhere'));
  problemOf(await call(gateway.url, { path: '/v1/cards', key: installation.apiKey.replace(/.$/, '_') }), 500);
  const line =
    gateway
      .output()
      .split('\n')
      .find((text) => text.includes('"err"')) ?? '{}';
  expect(JSON.parse(line)).toMatchObject({
    err: { frames: expect.arrayContaining([expect.stringMatching(/apps\/gateway\/src\/keys\/store\.ts:\d+:\d+/)]) },
  });

  expect(await gateway.end('SIGTERM')).toEqual({ code: 0, signal: null });
  await pool.end();
  await installation.remove();
  await sandbox.close();
  await database.drop();
});
