import { rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';
import { temporaryFolder } from './embedded-folder.ts';
import { startEmbeddedStandby } from './embedded-standby.ts';
import { confirmCommits, inOneStatement, inTransaction, openDatabase } from './index.ts';

/** A server whose commits wait for a standby that is there while a test wants it. */
const folder = temporaryFolder('standby');
const settings = { fsync: 'off', full_page_writes: 'off', max_connections: '20' };
let primary: EmbeddedPostgres;
let standby: EmbeddedPostgres;
let pool: pg.Pool;
/** Looks on, and writes nothing. */
let admin: pg.Client;

beforeAll(async () => {
  primary = await startEmbeddedPostgres({ dataFolder: `${folder}-primary`, settings });
  admin = new pg.Client({ connectionString: primary.superuserUrl });
  await admin.connect();
  await admin.query('CREATE TABLE kept (x integer)');
  await admin.query("ALTER SYSTEM SET synchronous_standby_names = '*'");
  await admin.query('SELECT pg_reload_conf()');
  standby = await startEmbeddedStandby(primary, { dataFolder: `${folder}-standby`, name: 'standby', settings });
  pool = openDatabase(primary.superuserUrl, { connections: 4, connectTimeoutMs: 2000, statementTimeoutMs: 100 });
});
afterAll(async () => {
  await pool.end();
  await admin.end();
  await standby.stop();
  await primary.stop();
  for (const name of ['primary', 'primary.password', 'standby', 'standby.password']) {
    await rm(`${folder}-${name}`, { recursive: true, force: true });
  }
});

const insert = (x: number) =>
  inTransaction(pool, async (client) => {
    await client.query('INSERT INTO kept VALUES ($1)', [x]);
    return x;
  });
const insertAlone = async (x: number) => {
  await inOneStatement(pool, (client) =>
    client.query({ text: 'INSERT INTO kept VALUES ($1)', values: [x], isCommit: true } as pg.QueryConfig),
  );
  return x;
};
/** Both ways to commit. */
const inserts = [
  ['a transaction', insert],
  ['a statement of its own', insertAlone],
] as const;
const kept = async () => (await admin.query<{ x: number }>('SELECT x FROM kept ORDER BY x')).rows.map(({ x }) => x);
const unconfirmed = { code: '40003' };

/** How many of the server's processes wait for a standby. */
const waiting = async (least = 0): Promise<number> => {
  for (;;) {
    const { rowCount } = await admin.query("SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
    if ((rowCount ?? 0) >= least) return rowCount ?? 0;
    await wait(10);
  }
};
const everyWait = (act: 'pg_cancel_backend' | 'pg_terminate_backend') =>
  admin.query(`SELECT ${act}(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`);

test('with its standby a commit is confirmed', async () => {
  expect(await insert(1)).toBe(1);
  await confirmCommits(pool);
  expect(await kept()).toEqual([1]);
  await admin.query('TRUNCATE kept');
});

describe('with its standby away', () => {
  /** Makes commits wait for this standby; one by a name that never connects leaves them waiting. */
  const waitFor = async (name: '*' | 'nobody'): Promise<void> => {
    await admin.query(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
    await admin.query('SELECT pg_reload_conf()');
    const state = name === '*' ? 'sync' : 'async';
    while ((await admin.query('SELECT sync_state FROM pg_stat_replication')).rows[0]?.sync_state !== state)
      await wait(10);
  };
  beforeEach(() => waitFor('nobody'));
  afterEach(async () => {
    await waitFor('*');
    await confirmCommits(pool);
    await admin.query('TRUNCATE kept');
  });

  test.each(
    (['pg_cancel_backend', 'pg_terminate_backend'] as const).flatMap((act) =>
      inserts.map(([of, committed]) => [of, act, committed] as const),
    ),
  )(
    'a commit of %s whose wait %s ends fails, although the server says that it is done, or ends the connection',
    async (_of, act, committed) => {
      const ending = waiting(1).then(() => everyWait(act));
      await expect(committed(1)).rejects.toMatchObject(unconfirmed);
      await ending;
      expect(await kept()).toEqual([1]);
    },
  );

  test('also where the connection asks for no warnings', async () => {
    const url = `${primary.superuserUrl}?options=${encodeURIComponent('-c client_min_messages=error')}`;
    const silent = openDatabase(url, { connections: 1, connectTimeoutMs: 2000, statementTimeoutMs: 100 });
    await expect(silent.query('INSERT INTO kept VALUES (1)')).rejects.toMatchObject(unconfirmed);
    await silent.end();
  });

  test('so does a statement that commits by itself', async () => {
    const ending = waiting(1).then(() => everyWait('pg_cancel_backend'));
    await expect(pool.query('INSERT INTO kept VALUES (1)')).rejects.toMatchObject(unconfirmed);
    await ending;
    expect(await kept()).toEqual([1]);
    expect((await pool.query('SELECT 1 AS alive')).rows).toEqual([{ alive: 1 }]);
  });

  test('commits end by their time, and no process of the server is left behind', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, (_, x) => insert(x)));
    expect(results.map(({ status }) => status)).toEqual(results.map(() => 'rejected'));
    expect(await waiting()).toBe(0);
    const { rowCount } = await admin.query("SELECT FROM pg_stat_activity WHERE application_name = 'card-gateway'");
    expect(rowCount).toBeLessThanOrEqual(4);
  });

  test.each(inserts)('a wait of %s whose client is gone ends as well', async (_of, committed) => {
    const client = await pool.connect();
    client.release();
    const cut = waiting(1).then(() => client.connection.stream.destroy());
    await expect(committed(1)).rejects.toMatchObject(unconfirmed);
    await cut;
    while ((await waiting()) > 0) await wait(10);
    expect(await kept()).toEqual([1]);
  });

  test('what was committed unconfirmed is confirmed with the next commit, once the standby is back', async () => {
    await expect(insert(1)).rejects.toMatchObject(unconfirmed);
    await expect(confirmCommits(pool, 100)).rejects.toMatchObject(unconfirmed);
    await waitFor('*');
    await confirmCommits(pool);
    const reader = new pg.Client({ connectionString: standby.superuserUrl });
    await reader.connect();
    expect((await reader.query('SELECT x FROM kept')).rows).toEqual([{ x: 1 }]);
    await reader.end();
  });
});

describe('a transaction', () => {
  afterEach(() => admin.query('TRUNCATE kept'));

  test('in which a statement failed is not committed, although COMMIT has no error', async () => {
    const committing = inTransaction(pool, async (client) => {
      await client.query('INSERT INTO kept VALUES (1)');
      await client.query('SELECT 1 / 0').catch(() => {});
      return 'done';
    });
    await expect(committing).rejects.toMatchObject({ code: '25P02' });
    expect(await kept()).toEqual([]);
  });

  test.each(
    (
      [
        ['EXCEPTION', { message: 'at commit', code: 'P0001' }],
        ['WARNING', unconfirmed],
        ['NOTICE', null],
      ] as const
    ).flatMap(([level, failure]) => inserts.map(([of, committed]) => [level, of, failure, committed] as const)),
  )('that hears an %s at its commit: %s', async (level, _of, failure, committed) => {
    await admin.query(`CREATE FUNCTION speak() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ${level} ''at commit''; RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER speak AFTER INSERT ON kept DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION speak()`);
    try {
      if (failure === null) expect(await committed(1)).toBe(1);
      else await expect(committed(1)).rejects.toMatchObject(failure);
    } finally {
      await admin.query('DROP FUNCTION speak CASCADE');
    }
  });

  test('may hear a warning before', async () => {
    const warned = inTransaction(pool, async (client) => {
      await client.query("DO $$ BEGIN RAISE WARNING 'before'; END $$");
      return 'done';
    });
    expect(await warned).toBe('done');
  });
});
