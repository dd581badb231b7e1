import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from './index.ts';
import { createDatabase } from './testing.ts';

let database: Awaited<ReturnType<typeof createDatabase>>;
let pool: Database;
/** Descriptions of columns that the server has sent. */
let descriptions = 0;

beforeAll(async () => {
  database = await createDatabase('template0');
  pool = openDatabase(database.superuserUrl, { connections: 1, connectTimeoutMs: 5000, statementTimeoutMs: 5000 });
  pool.on('connect', (client) => {
    (client as unknown as { connection: NodeJS.EventEmitter }).connection.on('rowDescription', () => {
      descriptions += 1;
    });
  });
  await pool.query('CREATE TABLE things (id integer PRIMARY KEY, name text, at timestamptz)');
  await pool.query(`INSERT INTO things VALUES (1, 'one', '2026-11-29T10:00:00Z'), (2, NULL, NULL)`);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(() => {
  descriptions = 0;
});

test('the columns of a named statement are described once per connection, and its rows read alike every time', async () => {
  const read = async (ids: readonly number[]): Promise<unknown> => {
    const text = 'SELECT id, name, at, ARRAY[name] AS names FROM things WHERE id = ANY ($1::integer[]) ORDER BY id';
    const { rows, rowCount, command } = await pool.query({ name: 'read', text, values: [ids] });
    return { rows, rowCount, command };
  };
  const one = { id: 1, name: 'one', at: new Date('2026-11-29T10:00:00Z'), names: ['one'] };
  const two = { id: 2, name: null, at: null, names: [null] };
  expect(await read([1, 2])).toEqual({ rows: [one, two], rowCount: 2, command: 'SELECT' });
  expect(await read([2])).toEqual({ rows: [two], rowCount: 1, command: 'SELECT' });
  expect(await read([3])).toEqual({ rows: [], rowCount: 0, command: 'SELECT' });
  expect(await read([1, 2])).toEqual({ rows: [one, two], rowCount: 2, command: 'SELECT' });
  expect(descriptions).toBe(1);
});

test('a statement reads values by parsers of its own', async () => {
  const text = 'SELECT at, id FROM things WHERE id = 1';
  const types = { getTypeParser: () => (value: string) => `as ${value}` };
  const read = async (): Promise<unknown> => (await pool.query({ name: 'own', text, types })).rows;
  const row = { at: expect.stringMatching(/^as 2026-11-29/), id: 'as 1' };
  expect(await read()).toEqual([row]);
  expect(await read()).toEqual([row]);
  expect(descriptions).toBe(1);
});

test('a statement without columns, and one that failed, can be sent again', async () => {
  const rename = (name: string): Promise<{ rowCount: number | null; rows: unknown[] }> =>
    pool.query({ name: 'rename', text: 'UPDATE things SET name = $1 WHERE id = 2', values: [name] });
  for (const name of ['a', 'b', 'c']) expect(await rename(name)).toMatchObject({ rowCount: 1, rows: [] });

  const divide = async (by: number): Promise<unknown> => {
    const values = [by];
    return (await pool.query({ name: 'divide', text: 'SELECT 6 / $1::integer AS result', values })).rows;
  };
  await expect(divide(0)).rejects.toMatchObject({ code: '22012' });
  expect(await divide(2)).toEqual([{ result: 3 }]);
  await expect(divide(0)).rejects.toMatchObject({ code: '22012' });
  expect(await divide(3)).toEqual([{ result: 2 }]);
  expect(descriptions).toBe(2);
});

test('when columns change, the statement is refused once, and then read by the new ones', async () => {
  const read = async (): Promise<unknown> => (await pool.query({ name: 'all', text: 'SELECT * FROM places' })).rows;
  await pool.query('CREATE TABLE places AS SELECT 1 AS id');
  expect(await read()).toEqual([{ id: 1 }]);
  await pool.query(`ALTER TABLE places ALTER id TYPE text, ADD name text DEFAULT 'here'`);
  await expect(read()).rejects.toMatchObject({ code: '0A000' });
  expect(await read()).toEqual([{ id: '1', name: 'here' }]);
});

test('two statements of one name and text that read values in different ways do not share their parsers', async () => {
  const text = 'SELECT id FROM things WHERE id = 1';
  const types = { getTypeParser: () => (value: string) => `as ${value}` };
  const plain = async (): Promise<unknown> => (await pool.query({ name: 'shared', text })).rows;
  const own = async (): Promise<unknown> => (await pool.query({ name: 'shared', text, types })).rows;
  for (let turn = 0; turn < 2; turn += 1) {
    expect(await plain()).toEqual([{ id: 1 }]);
    expect(await own()).toEqual([{ id: 'as 1' }]);
  }
});

test.each([
  ['fails after its first rows', 'SELECT 6 / (3 - n) AS x FROM generate_series(1, $1::integer) n', '22012'],
  [
    'is cancelled',
    'SELECT n, pg_sleep(CASE n WHEN 3 THEN 60 ELSE 0 END) FROM generate_series(1, $1::integer) n',
    '57014',
  ],
])('a statement that %s reads its rows all the same the next time', async (name, text, code) => {
  const client = await pool.connect();
  const read = async (most: number): Promise<unknown> => (await client.query({ name, text, values: [most] })).rows;
  await client.query('SET statement_timeout = 200');
  await expect(read(3)).rejects.toMatchObject({ code });
  const rows = await read(2);
  expect(rows).toHaveLength(2);
  await expect(read(3)).rejects.toMatchObject({ code });
  expect(await read(2)).toEqual(rows);
  await client.query('RESET statement_timeout');
  client.release();
});

test('what was prepared and described in a transaction lasts when that is rolled back', async () => {
  const client = await pool.connect();
  const half = async (of: number): Promise<unknown> =>
    (await client.query({ name: 'half', text: 'SELECT 6 / $1::integer AS x', values: [of] })).rows;
  await client.query('BEGIN');
  await client.query('SAVEPOINT one');
  await expect(half(0)).rejects.toMatchObject({ code: '22012' });
  await client.query('ROLLBACK TO one');
  expect(await half(2)).toEqual([{ x: 3 }]);
  await client.query('ROLLBACK');
  expect(await half(3)).toEqual([{ x: 2 }]);
  await expect(client.query({ name: 'half', text: 'SELECT 2 AS y' })).rejects.toThrow('used for a different statement');
  client.release();
});

test('a connection whose prepared statements are gone ends itself, also for a user that returns it as sound', async () => {
  const use = async (): Promise<unknown> => {
    const client = await pool.connect();
    try {
      return (await client.query({ name: 'kept', text: 'SELECT 1 AS x' })).rows;
    } finally {
      client.release();
    }
  };
  expect(await use()).toEqual([{ x: 1 }]);
  await pool.query('DEALLOCATE ALL');
  await expect(use()).rejects.toMatchObject({ code: '26000' });
  expect(await use()).toEqual([{ x: 1 }]);
});
