import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fromPublicId } from '@card-gateway/core';
import { scopes } from '@card-gateway/contract';
import { createClient } from '@card-gateway/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listAudit, verifyAudit } from '../src/commands/audit.ts';
import { hashApiKey } from '../src/http/auth.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
});
afterAll(() => gateway.close());

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(words: readonly string[], environment?: Record<string, string>): Promise<Run> {
  const env = environment ?? { DATABASE_URL: gateway.services.config.DATABASE_URL };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...words], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

const create = (...words: string[]): Promise<Run> => run(['keys', 'create', ...words]);

describe('keys create', () => {
  test('shows a key that works, once, and keeps only its hash', async () => {
    const { code, stdout, stderr } = await create('--caller', 'card-service', '--scopes', 'catalog:read,cards:read');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^cgk_[\w-]{43}\n$/);
    const key = stdout.trim();
    const client = createClient({ baseUrl: gateway.url, apiKey: key, retries: 0 });
    expect((await client.listProviders()).data).not.toEqual([]);
    await expect(client.listBindings()).rejects.toMatchObject({ code: 'forbidden' });
    await client.close();

    const { rows } = await gateway.pool.query('SELECT * FROM api_keys WHERE hash = $1', [hashApiKey(key)]);
    expect(rows).toEqual([
      {
        id: expect.any(String),
        tenant: 'default',
        caller: 'card-service',
        scopes: ['catalog:read', 'cards:read'],
        hash: hashApiKey(key),
        created_at: expect.any(Date),
        revoked_at: null,
      },
    ]);
    const { rows: everything } = await gateway.pool.query('SELECT api_keys::text AS row FROM api_keys');
    expect(JSON.stringify(everything)).not.toContain(key.slice(4));
  });

  test('makes a key of a tenant', async () => {
    const { stdout } = await create('--caller', 'shop', '--tenant', 'other', '--scopes', 'admin');
    const client = createClient({ baseUrl: gateway.url, apiKey: stdout.trim(), retries: 0 });
    expect((await client.listProviders()).data.map(({ account }) => account)).toEqual(['other-keysecure']);
    await client.close();
  });

  test.concurrent.each<[string, string[], RegExp]>([
    ['no caller', ['--scopes', 'admin'], /^--caller: expected the name of the calling service/],
    ['a caller in capitals', ['--caller', 'Card Service', '--scopes', 'admin'], /^--caller: expected/],
    ['no scopes', ['--caller', 'x'], /^--scopes: expected some of cards:read, .*admin/],
    ['empty scopes', ['--caller', 'x', '--scopes', ','], /^--scopes: expected some of/],
    ['an unknown scope', ['--caller', 'x', '--scopes', 'admin,cards:eat'], /^--scopes: expected some of/],
    ['a tenant in capitals', ['--caller', 'x', '--scopes', 'admin', '--tenant', 'T 1'], /^--tenant: expected/],
  ])('with %s makes none and says what was expected', async (_what, words, message) => {
    const before = await count();
    const { code, stdout, stderr } = await create(...words);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
    expect(await count()).toEqual(before);
  });

  async function count(): Promise<unknown> {
    const { rows } = await gateway.pool.query('SELECT count(*) FROM api_keys');
    return rows[0];
  }
});

describe('keys list', () => {
  test('shows each key by its id, whose it is and whether it is valid, and nothing to use it with', async () => {
    const { stdout: key } = await create(
      '--caller',
      'listed',
      '--tenant',
      'shop',
      '--scopes',
      'cards:read,cards:write',
    );
    const { code, stdout } = await run(['keys', 'list']);
    expect(code).toBe(0);
    const line = stdout.split('\n').find((one) => one.includes('\tlisted\t'));
    const [id = '', ...columns] = line?.split('\t') ?? [];
    expect(fromPublicId('apiKey', id)).not.toBeNull();
    expect(columns).toEqual([
      'shop',
      'listed',
      'cards:read,cards:write',
      expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      'valid',
    ]);
    expect(stdout).not.toContain(key.trim().slice(4));
    expect(stdout).not.toContain(hashApiKey(key.trim()).toString('hex'));
  });
});

describe('keys revoke', () => {
  test('ends a key for good', async () => {
    const { stdout: key } = await create('--caller', 'leaver', '--scopes', 'admin');
    const { stdout: list } = await run(['keys', 'list']);
    const id = /^(key_\w+)\t\w+\tleaver\t/m.exec(list)?.[1] ?? '';
    expect(await run(['keys', 'revoke', id])).toEqual({ code: 0, stdout: `${id} is revoked.\n`, stderr: '' });
    const client = createClient({ baseUrl: gateway.url, apiKey: key.trim(), retries: 0 });
    await expect(client.listProviders()).rejects.toMatchObject({ code: 'unauthenticated' });
    await client.close();
    expect((await run(['keys', 'list'])).stdout).toMatch(new RegExp(`^${id}\t.*\trevoked \\d{4}-.*Z$`, 'm'));
    expect(await run(['keys', 'revoke', id])).toEqual({
      code: 1,
      stdout: '',
      stderr: `There is no valid key ${id}.\n`,
    });
  });

  test.concurrent.each([[], ['card_01kan3z7jhfe7v2eq8d4tqh1y0']])(
    'expects the id of a key, not %j',
    async (...words) => {
      const { code, stderr } = await run(['keys', 'revoke', ...words]);
      expect(code).toBe(1);
      expect(stderr).toBe('Expected a key id, as "gateway keys list" shows it: key_…\n');
    },
  );
});

describe('audit', () => {
  test('has who made and revoked which key, written before it was done', async () => {
    const { stdout: key } = await create('--caller', 'audited', '--tenant', 'shop', '--scopes', 'cards:read');
    const id = /^(key_\w+)\tshop\taudited\t/m.exec((await run(['keys', 'list'])).stdout)?.[1] ?? '';
    await run(['keys', 'revoke', id]);
    const { code, stdout } = await run(['audit', 'list', '--limit', '2']);
    expect(code).toBe(0);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as unknown;
    const operator = expect.stringMatching(/^operator/) as unknown;
    const number = expect.stringMatching(/^\d+$/) as unknown;
    expect(rows).toEqual([
      [number, time, 'shop', operator, '-', 'key.revoke', id, 'of audited', '-'],
      [number, time, 'shop', operator, '-', 'key.create', id, 'for audited: cards:read', '-'],
    ]);
    expect(stdout).not.toContain(key.trim().slice(4));
  });

  test('is verified by what an earlier verification printed', async () => {
    const lines: string[] = [];
    expect(await verifyAudit(gateway.pool, undefined, (line) => lines.push(line))).toBe(true);
    expect(lines).toEqual([
      expect.stringMatching(/^The audit log is intact: \d+ rows\. /),
      expect.stringMatching(/^\d+:[0-9a-f]{64}$/),
    ]);
    const head = lines[1] ?? '';
    expect(await run(['audit', 'verify', '--head', head])).toEqual({
      code: 0,
      stdout: `${lines.join('\n')}\n`,
      stderr: '',
    });
    const other = head.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    expect(await verifyAudit(gateway.pool, other, (line) => lines.push(line))).toBe(false);
    expect(lines.at(-1)).toMatch(/^The audit log is broken at row \d+: it is not the row that was noted down\.$/);
  });

  test('that was changed is named by its first broken row', async () => {
    await gateway.pool.query(
      "ALTER TABLE audit_log DISABLE TRIGGER USER; UPDATE audit_log SET caller = 'nobody' WHERE seq = 1; ALTER TABLE audit_log ENABLE TRIGGER USER",
    );
    const broken = { code: 1, stdout: 'The audit log is broken at row 1: it was changed.\n', stderr: '' };
    expect(await run(['audit', 'verify'])).toEqual(broken);
  });

  test('expects what it can work with', async () => {
    const nowhere = (): void => {};
    await expect(verifyAudit(gateway.pool, '5', nowhere)).rejects.toThrow('--head: expected what an earlier');
    await expect(listAudit(gateway.pool, '0', nowhere)).rejects.toThrow('--limit: expected a whole number');
    await expect(listAudit(gateway.pool, 'all', nowhere)).rejects.toThrow('--limit: expected a whole number');
  });
});

describe('sealing', () => {
  const keys = (first: string): Record<string, string> => ({
    DATABASE_URL: gateway.services.config.DATABASE_URL,
    GATEWAY_SEALING_KEYS: first,
    GATEWAY_FINGERPRINT_KEYS: `f1:${Buffer.alloc(32, 9).toString('base64')}`,
  });
  const key = (id: string): string => `${id}:${Buffer.alloc(32, id).toString('base64')}`;

  test('rotates, writes that down, retires the older keys and shows the state', async () => {
    const { code, stdout, stderr } = await run(['sealing', 'rotate'], keys(`${key('s2')},${key('s1')}`));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('cards.pan: 0 sealed anew, 0 not to be opened, 0 in use by others\n');
    const [row] = (await run(['audit', 'list', '--limit', '1'])).stdout.split('\n');
    expect(row?.split('\t').slice(5, 8)).toEqual(['sealing.rotate', 's2', 'retires s1']);
    expect(await run(['sealing', 'status'], keys(key('s2')))).toMatchObject({ code: 0, stderr: '' });
    expect(await run(['sealing', 'rotate'], keys(`${key('s1')},${key('s2')}`))).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('GATEWAY_SEALING_KEYS: the key "s1" is retired') as string,
    });
  });

  test('needs its keys', async () => {
    const { code, stderr } = await run(['sealing', 'status']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/GATEWAY_SEALING_KEYS: it is not set/);
  });
});

describe('migrate', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  test('brings a database up to date, again and again', async () => {
    const nothing = { code: 0, stdout: '', stderr: '' };
    expect(await run(['migrate'], { DATABASE_URL: database.url })).toEqual(nothing);
    expect(await run(['migrate'], { DATABASE_URL: database.url })).toEqual(nothing);
  });
});

describe('anything else', () => {
  test.concurrent.each<[string[]]>([
    [[]],
    [['keys']],
    [['keys', 'make']],
    [['cards', 'list']],
    [['--colour', 'red']],
    [['keys', 'list', '--all']],
  ])('shows the usage: %j', async (words) => {
    const { code, stdout, stderr } = await run(words, {});
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('Usage:\n  gateway keys create --caller <service> --scopes <scope,scope>');
    expect(stderr).toContain(`Scopes: ${scopes.join(', ')}.`);
    expect(stderr).not.toContain('    at ');
  });

  test.concurrent.each([['--help'], ['help']])('is what was asked for with %s', async (word) => {
    const { code, stdout, stderr } = await run([word], {});
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage:\n/);
  });

  test('needs a database to work on', async () => {
    const { code, stderr } = await run(['keys', 'list'], {});
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The settings are not usable:\n {2}- DATABASE_URL: it is not set/);
  });

  test('says that the database is away, without its password', async () => {
    const url = new URL(gateway.services.config.DATABASE_URL);
    url.port = '1';
    for (const words of [['keys', 'list'], ['migrate']]) {
      const { code, stderr } = await run(words, { DATABASE_URL: url.href });
      expect(code).toBe(1);
      expect(stderr).toMatch(/^The database cannot be used: .*ECONNREFUSED.*\n$/);
      expect(stderr).not.toContain(url.password);
    }
  });
});
