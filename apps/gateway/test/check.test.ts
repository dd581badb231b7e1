import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@card-gateway/database';
import { createDatabase, type OwnDatabase, withClient } from '@card-gateway/database/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../src/commands/check.ts';
import { readSettings } from '../src/config.ts';
import { requireSameKeyBytes } from '../src/sealed/key-bytes.ts';
import { createSealing } from '../src/sealing.ts';
import { build } from '../src/version.ts';
import { type Run, runCommand } from './setup/command.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';

const key = (id: string, fill: number): string => `${id}:${Buffer.alloc(32, fill).toString('base64')}`;

let folder: string;
let database: TestDatabase;
let empty: OwnDatabase;
let good: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-'));
  [database, empty] = await Promise.all([createTestDatabase(), createDatabase('template0')]);
  const settings = { baseUrl: 'https://c.example', merchantNo: '1', secretKey: { env: 'SECRET' } };
  await writeFile(join(folder, 'accounts.json'), JSON.stringify({ shop: { provider: 'onerway', settings } }));
  good = {
    NODE_ENV: 'production',
    DATABASE_URL: database.url,
    GATEWAY_ACCOUNTS: join(folder, 'accounts.json'),
    GATEWAY_SEALING_KEYS: key('s1', 1),
    GATEWAY_FINGERPRINT_KEYS: key('f1', 2),
    SECRET: 'hush-hush',
  };
});
afterAll(async () => {
  await Promise.all([database.drop(), empty.drop()]);
  await rm(folder, { recursive: true });
});

const check = (more: Record<string, string> = {}, ...words: string[]): Promise<Run> =>
  runCommand(['check', ...words], { ...good, ...more });

async function findings(more: Record<string, string>): Promise<Record<string, Finding>> {
  const { code, stdout, stderr } = await check(more, '--json');
  expect([code, stderr]).toEqual([1, '']);
  const { well, findings: all } = JSON.parse(stdout) as { well: boolean; findings: Finding[] };
  expect(well).toBe(false);
  return Object.fromEntries(all.map((finding) => [finding.check, finding]));
}

test('an installation that would start is well, in a line for each part, and is left as it is', async () => {
  const written = () =>
    withClient(database.superuserUrl, async (client) => {
      const { rows } = await client.query<{ changes: string }>(
        'SELECT pg_stat_force_next_flush(), sum(n_tup_ins + n_tup_upd + n_tup_del) AS changes FROM pg_stat_user_tables',
      );
      return rows[0]?.changes;
    });
  const before = await written();
  const { code, stdout, stderr } = await check();
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.split('\n')).toEqual([
    'settings    well         all usable',
    'accounts    well         onerway 1',
    expect.stringMatching(/^database {4}well {9}PostgreSQL \d+\.\d+ as card_gateway_runtime, not encrypted$/),
    'migrations  well         all applied',
    'keys        well         new to this database: sealing s1, fingerprint f1',
    '',
  ]);
  expect(await written()).toBe(before);
  const json = JSON.parse((await check({}, '--json')).stdout) as unknown;
  expect(json).toMatchObject({ well: true, ...build });
});

test('every fault of every part is told at once, and no secret', async () => {
  const url = new URL(database.url);
  url.password = 'wrong-one';
  const { code, stdout } = await check({ PORT: 'eighty', SECRET: '', DATABASE_URL: url.href });
  expect(code).toBe(1);
  expect(stdout).not.toMatch(/wrong-one|hush/);
  expect(stdout.split('\n')).toEqual([
    'settings    faulty',
    expect.stringMatching(/^ {2}- PORT: expected a whole number/),
    `accounts    faulty       ${good['GATEWAY_ACCOUNTS']}`,
    '  - /shop/settings/secretKey: the environment variable SECRET is not set',
    'database    faulty',
    expect.stringMatching(/^ {2}- DATABASE_URL: .*password authentication failed.*Look at user and password\.$/),
    'migrations  not checked  the database cannot be used',
    'keys        not checked  the database cannot be used',
    '',
  ]);
});

test('without settings there is nothing to look at', async () => {
  const nothing = { DATABASE_URL: '', GATEWAY_ACCOUNTS: '', GATEWAY_SEALING_KEYS: '', GATEWAY_FINGERPRINT_KEYS: '' };
  const { settings, accounts, database: none, keys } = await findings(nothing);
  expect(settings?.faults).toHaveLength(4);
  for (const finding of [accounts, none, keys]) expect(finding?.state).toBe('not checked');
});

test('a database that is not migrated says what to do, and one of a superuser that no gateway starts so', async () => {
  const { migrations, keys, database: server } = await findings({ DATABASE_URL: empty.superuserUrl });
  expect(migrations?.faults).toEqual([
    expect.stringMatching(/^20261122000000_initial and \d+ more: not applied yet; run "gateway migrate"/),
  ]);
  expect(keys?.state).toBe('not checked');
  expect(server?.faults).toEqual([expect.stringMatching(/is a superuser; a gateway does not start as one\.$/)]);
});

test('keys in each other’s setting are told as swapped, and keep a gateway from starting', async () => {
  const swapped = { sealing: key('k-seals', 5), fingerprint: key('k-finds', 6) };
  const keysOf = ({ sealing, fingerprint }: typeof swapped) =>
    readSettings(['GATEWAY_SEALING_KEYS', 'GATEWAY_FINGERPRINT_KEYS'], {
      GATEWAY_SEALING_KEYS: sealing,
      GATEWAY_FINGERPRINT_KEYS: fingerprint,
    });
  const sealingOf = (texts: typeof swapped) => {
    const { GATEWAY_SEALING_KEYS: sealing, GATEWAY_FINGERPRINT_KEYS: fingerprint } = keysOf(texts);
    return createSealing({ sealing, fingerprint });
  };
  const own = await createTestDatabase();
  const pool = openDatabase(own.url, { connections: 1, connectTimeoutMs: 5000, statementTimeoutMs: 5000 });
  await requireSameKeyBytes(pool, sealingOf(swapped));
  const wrong = { sealing: swapped.fingerprint, fingerprint: swapped.sealing };
  const told = [
    'GATEWAY_SEALING_KEYS: the key "k-finds" is a fingerprint key of this database. Swap the two settings, or the files that they name: it belongs in GATEWAY_FINGERPRINT_KEYS.',
    'GATEWAY_FINGERPRINT_KEYS: the key "k-seals" is a sealing key of this database. Swap the two settings, or the files that they name: it belongs in GATEWAY_SEALING_KEYS.',
  ];
  await expect(requireSameKeyBytes(pool, sealingOf(wrong))).rejects.toMatchObject({ faults: told });
  // Nothing of them is known after that.
  await requireSameKeyBytes(pool, sealingOf(swapped));
  await pool.end();
  const { keys } = await findings({
    DATABASE_URL: own.url,
    GATEWAY_SEALING_KEYS: wrong.sealing,
    GATEWAY_FINGERPRINT_KEYS: wrong.fingerprint,
  });
  expect(keys?.faults).toEqual(told);
  await own.drop();
});

test('keys that this database knows with other bytes, or as retired, and commits that a crash could lose, are told', async () => {
  const { GATEWAY_SEALING_KEYS = '', GATEWAY_FINGERPRINT_KEYS = '' } = good;
  const { GATEWAY_SEALING_KEYS: sealing, GATEWAY_FINGERPRINT_KEYS: fingerprint } = readSettings(
    ['GATEWAY_SEALING_KEYS', 'GATEWAY_FINGERPRINT_KEYS'],
    { GATEWAY_SEALING_KEYS, GATEWAY_FINGERPRINT_KEYS },
  );
  const pool = openDatabase(database.url, { connections: 1, connectTimeoutMs: 5000, statementTimeoutMs: 5000 });
  await requireSameKeyBytes(pool, createSealing({ sealing, fingerprint }));
  await pool.end();
  expect((await check()).stdout).toContain('keys        well         they fit what is kept\n');
  await withClient(database.ownerUrl, (client) =>
    client.query("INSERT INTO retired_sealing_keys (id, retired_at) VALUES ('s1', now())"),
  );
  await withClient(database.superuserUrl, (client) =>
    client.query(`ALTER DATABASE ${database.name} SET synchronous_commit = off`),
  );
  const { keys, database: server } = await findings({ GATEWAY_FINGERPRINT_KEYS: key('f1', 3) });
  expect(keys?.faults).toEqual([
    expect.stringMatching(/^GATEWAY_SEALING_KEYS: the key "s1" is retired/),
    expect.stringMatching(/^GATEWAY_FINGERPRINT_KEYS: the key "f1" has other bytes/),
  ]);
  expect(server?.faults).toEqual([expect.stringMatching(/has synchronous_commit = off/)]);
});
