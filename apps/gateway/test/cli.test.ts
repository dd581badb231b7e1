import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromPublicId } from '@card-gateway/core';
import { scopes } from '@card-gateway/contract';
import { createClient } from '@card-gateway/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '@card-gateway/database';
import { listAudit, verifyAudit } from '../src/commands/audit.ts';
import { expiryOf } from '../src/commands/expiry.ts';
import { tellOfServersOwn } from '../src/commands/roles.ts';
import { keyRequest } from '../src/commands/keys.ts';
import { operator } from '../src/commands/usage.ts';
import { databaseFault } from '../src/database-fault.ts';
import { hashApiKey } from '../src/keys/api-key.ts';
import { withLocalData } from '../src/local-data.ts';
import { createDatabase, withClient } from '@card-gateway/database/testing';
import { cli, type Environment, type Run, runCommand, runCommandProcess } from './setup/command.ts';
import { compileCache } from './setup/compile-cache.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
});
afterAll(() => gateway.close());

const withDatabase = (): Environment => ({ DATABASE_URL: gateway.services.config.DATABASE_URL });
const run = (words: readonly string[], environment = withDatabase()): Promise<Run> => runCommand(words, environment);
const runProcess = (words: readonly string[], environment = withDatabase()): Promise<Run> =>
  runCommandProcess(words, environment);

const create = (...words: string[]): Promise<Run> => run(['keys', 'create', ...words]);

describe('keys create', () => {
  test('shows a key that works, once, and keeps only its hash', async () => {
    const words = ['keys', 'create', '--caller', 'card-service', '--scopes', 'catalog:read,cards:read'];
    const { code, stdout, stderr } = await runProcess(words);
    expect(code).toBe(0);
    // Alone on standard output, for scripts; notes for the person go elsewhere.
    expect(stdout).toMatch(/^cgk_[\w-]{43}\n$/);
    expect(stderr).toMatch(/^key_[0-9a-z]{26} for card-service of tenant default\. The key is shown this once/);
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
        expires_at: null,
      },
    ]);
    const { rows: everything } = await gateway.pool.query('SELECT api_keys::text AS row FROM api_keys');
    expect(JSON.stringify(everything)).not.toContain(key.slice(4));
  });

  test('fails when the key could not be written, and says whose it was', async () => {
    // A standard output that refuses to be written to, as a full disk does.
    const words = ['-c', '"$@" 1</dev/null', 'sh', process.execPath, cli, 'keys', 'create', '--caller', 'lost'];
    const env = { ...compileCache, ...withDatabase() };
    await expect(promisify(execFile)('/bin/sh', [...words, '--scopes', 'cards:read'], { env })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^key_[0-9a-z]{26} for lost[^]*could not be written to standard output \(EBADF\)/),
    });
  });

  test('makes a key of a tenant', async () => {
    const { stdout } = await create('--caller', 'shop', '--tenant', 'other', '--scopes', 'admin');
    const client = createClient({ baseUrl: gateway.url, apiKey: stdout.trim(), retries: 0 });
    expect((await client.listProviders()).data.map(({ account }) => account)).toEqual(['other-keysecure']);
    await client.close();
  });

  test('makes one that ends by itself, and is refused from then on', async () => {
    const words = ['--caller', 'visitor', '--scopes', 'catalog:read', '--expires', '2h', '--json'];
    const { code, stdout, stderr } = await create(...words);
    expect([code, stderr]).toEqual([0, '']);
    const made = JSON.parse(stdout) as { id: string; key: string; createdAt: string; expiresAt: string };
    expect(made).toMatchObject({ caller: 'visitor', tenant: 'default', scopes: ['catalog:read'] });
    const lifetimeMs = Date.parse(made.expiresAt) - Date.parse(made.createdAt);
    expect([lifetimeMs > 3_600_000, lifetimeMs <= 2 * 3_600_000]).toEqual([true, true]);
    const client = createClient({ baseUrl: gateway.url, apiKey: made.key, retries: 0 });
    const other = await gateway.another();
    expect((await client.listProviders()).data).not.toEqual([]);
    await gateway.pool.query("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE caller = 'visitor'");
    // A process that has not just seen it; the other remembers it for seconds, as it does a revoked one.
    const late = createClient({ baseUrl: other.url, apiKey: made.key, retries: 0 });
    await expect(late.listProviders()).rejects.toMatchObject({ status: 401, code: 'unauthenticated' });
    await Promise.all([client.close(), late.close(), other.close()]);
    const listed = JSON.parse((await run(['keys', 'list', '--json'])).stdout) as { id: string; state: string }[];
    expect(listed.find(({ id }) => id === made.id)?.state).toBe('expired');
  });

  test('that is not well asked for makes none and says what was expected', async () => {
    const before = await count();
    const { code, stdout, stderr } = await create('--caller', 'x', '--scopes', 'admin,cards:eat');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^--scopes: expected some of cards:read, .*admin/);
    expect(stderr).not.toContain('    at ');
    expect(await count()).toEqual(before);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['no caller', { scopes: 'admin' }, /^--caller: expected the name of the calling service/],
    ['a caller in capitals', { caller: 'Card Service', scopes: 'admin' }, /^--caller: expected/],
    ['no scopes', { caller: 'x' }, /^--scopes: expected some of cards:read, .*admin/],
    ['empty scopes', { caller: 'x', scopes: ',' }, /^--scopes: expected some of/],
    ['an unknown scope', { caller: 'x', scopes: 'admin,cards:eat' }, /^--scopes: expected some of/],
    ['a tenant in capitals', { caller: 'x', scopes: 'admin', tenant: 'T 1' }, /^--tenant: expected/],
  ])('expects another key than one with %s', (_what, values, message) => {
    expect(() => keyRequest(values)).toThrow(message);
  });

  test('expects an end to come, by duration, date or instant', () => {
    const now = Date.parse('2026-11-29T12:00:00Z');
    const ends = ['90d', '12h', '30m', '2027-01-31', '2027-01-31T12:00:00+02:00'].map((text) => expiryOf(text, now));
    expect(ends.map((end) => end?.toISOString())).toEqual([
      '2027-02-27T12:00:00.000Z',
      '2026-11-30T00:00:00.000Z',
      '2026-11-29T12:30:00.000Z',
      '2027-01-31T00:00:00.000Z',
      '2027-01-31T10:00:00.000Z',
    ]);
    expect(expiryOf(undefined, now)).toBeNull();
    for (const text of ['soon', '0d', '90', '-1d', '1y', '2027-13-01', '2027-02-30', '31.01.2027', '']) {
      expect(() => expiryOf(text, now), text).toThrow('--expires: expected a duration (90d, 12h, 30m), a date');
    }
    expect(() => expiryOf('2020-01-31', now)).toThrow('--expires: expected a time to come; 2020-01-31T00:00');
  });

  test('expects of who makes it a name that can stand in the audit log', () => {
    expect(operator('alice@shop.example')).toMatch(/^operator:alice@shop\.example as ./);
    expect(operator('')).toMatch(/^operator:[^ ]+$/);
    for (const name of ['a b', '1a', 'a'.repeat(65), 'a123456789']) {
      expect(() => operator(name), name).toThrow('--by: expected a name');
    }
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
    const lines = stdout.split('\n');
    expect(lines[0]?.split(/ {2,}/)).toEqual([
      'ID',
      'TENANT',
      'CALLER',
      'STATE',
      'CREATED AT',
      'EXPIRES AT',
      'REVOKED AT',
      'SCOPES',
    ]);
    const [id = '', ...columns] = lines.find((line) => line.includes(' listed '))?.split(/ {2,}/) ?? [];
    expect(fromPublicId('apiKey', id)).not.toBeNull();
    expect(columns).toEqual([
      'shop',
      'listed',
      'valid',
      expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      '-',
      '-',
      'cards:read,cards:write',
    ]);
    expect(stdout).not.toContain(key.trim().slice(4));
    expect(stdout).not.toContain(hashApiKey(key.trim()).toString('hex'));
  });
});

describe('keys revoke', () => {
  test('ends a key for good', async () => {
    const { stdout: key } = await create('--caller', 'leaver', '--scopes', 'admin');
    const { stdout: list } = await run(['keys', 'list']);
    const id = /^(key_\w+) +\w+ +leaver /m.exec(list)?.[1] ?? '';
    expect(await run(['keys', 'revoke', id])).toEqual({ code: 0, stdout: `${id} is revoked.\n`, stderr: '' });
    const client = createClient({ baseUrl: gateway.url, apiKey: key.trim(), retries: 0 });
    await expect(client.listProviders()).rejects.toMatchObject({ code: 'unauthenticated' });
    await client.close();
    expect((await run(['keys', 'list'])).stdout).toMatch(
      new RegExp(`^${id} .* revoked .*Z +- +\\d{4}-.*Z +admin$`, 'm'),
    );
    expect(await run(['keys', 'revoke', id])).toEqual({
      code: 1,
      stdout: '',
      stderr: `There is no valid key ${id}.\n`,
    });
  });

  test('expects the id of a key', async () => {
    const { code, stderr } = await run(['keys', 'revoke', 'card_01kan3z7jhfe7v2eq8d4tqh1y0']);
    expect(code).toBe(1);
    expect(stderr).toBe('Expected a key id, as "gateway keys list" shows it: key_…\n');
  });
});

describe('audit', () => {
  test('has who made and revoked which key', async () => {
    const { stdout: key, stderr } = await create(
      '--caller',
      'audited',
      '--tenant',
      'shop',
      '--scopes',
      'cards:read',
      '--expires',
      '2099-01-31',
      '--by',
      'alice@shop.example',
    );
    const id = stderr.split(' ')[0] ?? '';
    await run(['keys', 'revoke', id], {
      DATABASE_URL: gateway.services.config.DATABASE_URL,
      GATEWAY_OPERATOR: 'bob',
    });
    const { code, stdout } = await run(['audit', 'list', '--limit', '2', '--json']);
    expect(code).toBe(0);
    const common = {
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as unknown,
      tenant: 'shop',
      keyId: null,
      requestId: null,
    };
    expect(JSON.parse(stdout)).toMatchObject([
      {
        ...common,
        caller: expect.stringMatching(/^operator:bob as ./),
        action: 'key.revoke',
        resource: id,
        purpose: 'of audited',
      },
      {
        ...common,
        caller: expect.stringMatching(/^operator:alice@shop\.example as ./),
        action: 'key.create',
        resource: id,
        purpose: 'for audited: cards:read, until 2099-01-31T00:00:00.000Z',
      },
    ]);
    expect(stdout).not.toContain(key.trim().slice(4));

    const { stdout: shown } = await run(['audit', 'list', '--limit', '1']);
    const [heads = '', row = '', ...more] = shown.split('\n');
    expect(heads.split(/ {2,}/)).toEqual([
      'SEQ',
      'AT',
      'TENANT',
      'CALLER',
      'KEY ID',
      'ACTION',
      'RESOURCE',
      'PURPOSE',
      'REQUEST ID',
    ]);
    expect(row.split(/ {2,}/).slice(5)).toEqual(['key.revoke', id, 'of audited', '-']);
    expect(more).toEqual(['']);
  });

  test('has no key that was not made, and no revocation that was not', async () => {
    const keyRows = async (): Promise<unknown[]> => {
      const { rows } = await gateway.pool.query(
        "SELECT action, purpose FROM audit_log WHERE purpose LIKE '%half-made%'",
      );
      return rows;
    };
    const refusing = async (event: 'INSERT' | 'UPDATE', act: () => Promise<Run>): Promise<void> => {
      await gateway.owner.query(`
        CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
        CREATE TRIGGER refuse BEFORE ${event} ON api_keys FOR EACH ROW EXECUTE FUNCTION public.refuse();`);
      expect((await act()).code).toBe(1);
      await gateway.owner.query('DROP FUNCTION public.refuse() CASCADE');
    };
    const make = () => create('--caller', 'half-made', '--scopes', 'admin');
    await refusing('INSERT', make);
    expect(await keyRows()).toEqual([]);

    const id = (await make()).stderr.split(' ')[0] ?? '';
    const revoke = () => run(['keys', 'revoke', id]);
    const created = { action: 'key.create', purpose: 'for half-made: admin' };
    await refusing('UPDATE', revoke);
    expect(await keyRows()).toEqual([created]);

    const codes = (await Promise.all([revoke(), revoke()])).map(({ code }) => code);
    expect(codes.toSorted((one, other) => one - other)).toEqual([0, 1]);
    expect(await keyRows()).toEqual([created, { action: 'key.revoke', purpose: 'of half-made' }]);
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
    await gateway.owner.query(
      "ALTER TABLE audit_log DISABLE TRIGGER USER; UPDATE audit_log SET caller = 'nobody' WHERE seq = 1; ALTER TABLE audit_log ENABLE TRIGGER USER",
    );
    const broken = { code: 1, stdout: 'The audit log is broken at row 1: it was changed.\n', stderr: '' };
    expect(await run(['audit', 'verify'])).toEqual(broken);
  });

  test('expects what it can work with', async () => {
    const nowhere = (): void => {};
    const administration = { pool: gateway.pool, print: nowhere, json: false };
    await expect(verifyAudit(gateway.pool, '5', nowhere)).rejects.toThrow('--head: expected what an earlier');
    await expect(listAudit(administration, '0')).rejects.toThrow('--limit: expected a whole number');
    await expect(listAudit(administration, 'all')).rejects.toThrow('--limit: expected a whole number');
  });
});

describe('sealing', () => {
  const keys = (first: string): Record<string, string> => ({
    DATABASE_URL: gateway.ownerUrl,
    GATEWAY_SEALING_KEYS: first,
    GATEWAY_FINGERPRINT_KEYS: `f1:${Buffer.alloc(32, 9).toString('base64')}`,
  });
  const key = (id: string): string => `${id}:${Buffer.alloc(32, id).toString('base64')}`;

  test('rotates, writes that down, retires the older keys and shows the state', async () => {
    const { code, stdout, stderr } = await run(['sealing', 'rotate'], keys(`${key('s2')},${key('s1')}`));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('cards.pan: 0 sealed anew, 0 not to be opened, 0 in use by others\n');
    const [row] = JSON.parse((await run(['audit', 'list', '--limit', '1', '--json'])).stdout) as object[];
    expect(row).toMatchObject({ action: 'sealing.rotate', resource: 's2', purpose: 'retires s1' });
    expect(await run(['sealing', 'status'], keys(key('s2')))).toMatchObject({ code: 0, stderr: '' });
    expect(await run(['sealing', 'rotate'], keys(`${key('s1')},${key('s2')}`))).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('GATEWAY_SEALING_KEYS: the key "s1" is retired') as string,
    });
  });

  test('is rotated by the owner alone', async () => {
    const asRuntime = { ...keys(`${key('s3')},${key('s2')}`), DATABASE_URL: gateway.services.config.DATABASE_URL };
    expect(await run(['sealing', 'rotate'], asRuntime)).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /permission denied for table retired_sealing_keys\. .*"gateway sealing rotate" is for the owner too, .* superuser\.\n$/,
      ) as string,
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
    const already = { code: 0, stdout: 'The database was up to date already.\n', stderr: '' };
    expect(await run(['migrate'], { DATABASE_URL: database.ownerUrl })).toEqual(already);
    expect(await run(['migrate'], { DATABASE_URL: database.ownerUrl })).toEqual(already);
  });

  test('says what it has applied', async () => {
    const empty = await createDatabase('template0');
    const { code, stdout } = await run(['migrate'], { DATABASE_URL: empty.ownerUrl });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^The database is up to date: \d+ applied \(20261122000000_initial, .*, the job queue's \(revision \d+\)\)\.\n$/,
    );
    await empty.drop();
  });

  test('of roles that are made by way of the server’s own database it is said that they lead there', async () => {
    const url = new URL(database.superuserUrl);
    url.pathname = '/postgres';
    const remarks: string[] = [];
    const printed: string[] = [];
    const output = {
      json: true,
      print: (line: string) => printed.push(line),
      remark: (line: string) => remarks.push(line),
    };
    // Without its rows: these roles are those of all tests, whose passwords stay.
    tellOfServersOwn(url.href, output);
    tellOfServersOwn(database.superuserUrl, output);
    expect(remarks).toEqual([
      expect.stringMatching(/^DATABASE_URL leads to "postgres", the server's own database\. .*CREATE DATABASE/),
    ]);
  });

  test('says when there is nobody to grant to', async () => {
    const { code, stderr } = await run(['migrate'], {
      DATABASE_URL: database.ownerUrl,
      DATABASE_RUNTIME_ROLE: 'nobody_here',
    });
    expect(code).toBe(0);
    expect(stderr).toBe('There is no role "nobody_here" (DATABASE_RUNTIME_ROLE), so that nothing was granted.\n');
  });

  test('names the migration that fails, in a plain line', async () => {
    const empty = await createDatabase('template0');
    await withClient(empty.ownerUrl, (owner) => owner.query('CREATE TABLE syncs (x integer)'));
    const { code, stdout, stderr } = await run(['migrate'], { DATABASE_URL: empty.ownerUrl });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^Migration 20261122000000_initial failed: relation "syncs" already exists, at line \d+\.\n$/,
    );
    await empty.drop();
  });

  test('is for the owner alone, and not for a superuser', async () => {
    const { stderr, ...asRuntime } = await run(['migrate'], { DATABASE_URL: database.url });
    expect(asRuntime).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `The role "card_gateway_runtime" does not own the database's objects. Run "gateway migrate" with the owner's DATABASE_URL.\n`,
    );
    const asSuperuser = await run(['migrate'], { DATABASE_URL: database.superuserUrl });
    expect(asSuperuser.code).toBe(1);
    expect(asSuperuser.stderr).toMatch(/is a superuser.*\n {2}gateway roles create\n/);
  });
});

describe('anything else', () => {
  test('is named with what was meant, on standard error alone', async () => {
    expect(await runProcess(['kesy', 'list'], {})).toEqual({
      code: 1,
      stdout: '',
      stderr: 'There is no command "kesy"; did you mean "keys"? "gateway --help" lists all commands.\n',
    });
    const { code, stderr } = await run([], {});
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Usage: gateway <command> \[options\]\n\n {2}check /);
  });

  test('is what was asked for with --help: all commands, or all about one', async () => {
    const { code, stdout, stderr } = await run(['--help'], {});
    expect([code, stderr]).toEqual([0, '']);
    for (const words of ['check', 'keys create', 'keys list', 'audit verify', 'sealing rotate', 'migrate']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${words} +[A-Z].*\\.`, 'm'));
    }
    const { stdout: one } = await run(['keys', 'create', '--help'], {});
    expect(one).toMatch(/^Usage: gateway keys create --caller <service> --scopes <scope,scope> \[--tenant/);
    expect(one).toContain(`Scopes: ${scopes.join(', ')}.`);
  });

  test('but the version, is said', async () => {
    const { code, stdout, stderr } = await runProcess(['--version'], { GIT_COMMIT: 'abcdef0123' });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^card-gateway \d+\.\d+\.\d+ \(abcdef0123\)\n$/);
  });

  test('needs a database to work on', async () => {
    const { code, stderr } = await run(['keys', 'list'], { NODE_ENV: 'production' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The settings are not usable:\n {2}- DATABASE_URL: it is not set/);
  });

  test('needs one that is migrated', async () => {
    const empty = await createDatabase('template0');
    const key = (id: string): string => `${id}:${Buffer.alloc(32, id).toString('base64')}`;
    const environment = {
      DATABASE_URL: empty.url,
      GATEWAY_SEALING_KEYS: key('s1'),
      GATEWAY_FINGERPRINT_KEYS: key('f1'),
    };
    for (const words of ['keys list', 'keys create --caller a --scopes admin', 'audit verify', 'sealing status']) {
      const { code, stdout, stderr } = await run(words.split(' '), environment);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/ does not exist.*\. It is not up to date: run "gateway migrate" with the owner's/s);
      expect(stderr).not.toContain('frames');
    }
    await empty.drop();
  });

  test('says that the database is away, without its password', async () => {
    const url = new URL(gateway.services.config.DATABASE_URL);
    url.port = '1';
    for (const words of [['keys', 'list'], ['migrate']]) {
      const { code, stderr } = await run(words, { DATABASE_URL: url.href });
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^DATABASE_URL: the database cannot be used: .*ECONNREFUSED.*\. Nothing listens there.*\n$/,
      );
      expect(stderr).not.toContain(url.password);
    }
  });

  test.each<[string, (url: URL) => void, RegExp]>([
    [
      'its host is not known',
      (url) => (url.hostname = 'no-such-host.invalid'),
      /(ENOTFOUND|EAI_AGAIN).*no-such-host\.invalid\. /,
    ],
    [
      'the password is wrong',
      (url) => (url.password = 'wrong-one'),
      /password authentication failed for user "card_gateway_runtime"\. Look at user and password/,
    ],
    [
      'there is no such database',
      (url) => (url.pathname = '/nothing'),
      /database "nothing" does not exist\. Create this database/,
    ],
    [
      'it has no TLS',
      (url) => (url.search = '?sslmode=verify-full'),
      /The server does not support SSL connections\. Turn TLS on/,
    ],
  ])('says why the database cannot be used, without its password: %s', async (_what, change, expected) => {
    const url = new URL(gateway.services.config.DATABASE_URL);
    change(url);
    const pool = openDatabase(url.href, { connections: 1, connectTimeoutMs: 5000, statementTimeoutMs: 5000 });
    const error = await pool.query('SELECT 1').catch((reason: unknown) => reason as Error);
    await pool.end();
    const fault = databaseFault(error as Error);
    expect(fault).toMatch(new RegExp(`^DATABASE_URL: the database cannot be used: .*${expected.source}`));
    expect(fault).not.toContain(url.password);
  });
});

describe('in a clone', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cli-'));
    await mkdir(join(folder, 'secrets'));
    await writeFile(join(folder, 'database-url'), gateway.services.config.DATABASE_URL);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('without a database of its own, the command line works on the data of "pnpm start"', () => {
    const { environment, folder: used } = withLocalData({ GATEWAY_SEALING_KEYS: 'own' }, folder);
    expect(used).toBe(folder);
    expect(environment).toEqual({
      GATEWAY_SEALING_KEYS: 'own',
      DATABASE_URL_FILE: join(folder, 'database-url'),
      GATEWAY_API_KEY_FILE: join(folder, 'api-key'),
      GATEWAY_ACCOUNTS: join(folder, 'accounts.json'),
      GATEWAY_FINGERPRINT_KEYS_FILE: join(folder, 'secrets/fingerprint-keys'),
    });
  });

  test('and its API key, which goes to no other gateway', () => {
    const { environment } = withLocalData({ GATEWAY_URL: 'https://cards.internal' }, folder);
    expect(environment).not.toHaveProperty('GATEWAY_API_KEY_FILE');
    expect(environment).toHaveProperty('DATABASE_URL_FILE');
  });

  test('and speaks to its gateway, wherever that listens, unless it is told another one', async () => {
    await writeFile(join(folder, 'gateway-url'), 'http://127.0.0.1:41659\n');
    const urlOf = (variables: NodeJS.ProcessEnv) => withLocalData(variables, folder).environment['GATEWAY_URL'];
    expect(urlOf({})).toBe('http://127.0.0.1:41659');
    expect(urlOf({ GATEWAY_URL: 'https://cards.internal' })).toBe('https://cards.internal');
    expect(urlOf({ PORT: '8081' })).toBeUndefined();
  });

  test.each<[string, NodeJS.ProcessEnv]>([
    ['in production', { NODE_ENV: 'production' }],
    ['with a database of its own', { DATABASE_URL: 'postgresql://x' }],
    ['with one named by a file', { DATABASE_URL_FILE: '/run/secrets/url' }],
  ])('%s it finds nothing by itself', (_what, environment) => {
    expect(withLocalData(environment, folder)).toEqual({ environment, ownerEnvironment: environment, folder: null });
  });

  test('nor where nothing was started', () => {
    expect(withLocalData({}, join(folder, 'nothing')).folder).toBeNull();
  });
});
