import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { gathered } from './gathering.ts';
import { inTransaction, openDatabase } from './index.ts';
import { createDatabase, type OwnDatabase } from './testing.ts';

interface Row {
  readonly x: number;
  readonly share: number;
}

let database: OwnDatabase;
let pool: pg.Pool;
/** What each statement asked for. */
let sent: (readonly number[])[];
/** Statements wait for the first of these before they are sent. */
let gates: Promise<void>[];

beforeAll(async () => {
  database = await createDatabase('migrated');
  pool = openDatabase(database.superuserUrl, { connections: 4, connectTimeoutMs: 2000, statementTimeoutMs: 5000 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(() => {
  sent = [];
  gates = [];
});
afterEach(() => vi.useRealTimers());

/** The last ask comes first. There is no row for a negative number, and none can be made of 0. */
const share = gathered<number, Row>({
  askKey: String,
  rowKey: ({ x }) => String(x),
  send: async (to, asks) => {
    sent.push(asks);
    await gates.shift();
    const { rows } = await to.query<Row>(
      'SELECT x, 60 / x AS share FROM unnest($1::integer[]) WITH ORDINALITY AS asked (x, place) WHERE x >= 0 ORDER BY place DESC',
      [asks],
    );
    return rows;
  },
});
const shares = (asks: readonly number[]) => Promise.all(asks.map(async (x) => (await share(pool, x))?.share ?? null));
const settled = (asks: readonly number[]) => Promise.allSettled(asks.map((x) => share(pool, x)));
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test('asks of one turn are one statement, equal ones share a row, and each gets its own', async () => {
  expect(await shares([3, -1, 2, 3, 1])).toEqual([20, null, 30, 20, 60]);
  expect(sent).toEqual([[3, -1, 2, 1]]);
});

test('two statements are under way at most: what is asked meanwhile is the next one', async () => {
  // However slow this machine is, they do not count as hanging.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  gates = [first.promise, second.promise];
  const answers = [];
  for (const x of [1, 2, 3, 4, 3]) {
    answers.push(shares([x]));
    await turn();
  }
  expect(sent).toEqual([[1], [2]]);
  second.resolve();
  expect(await Promise.all(answers.slice(1))).toEqual([[30], [20], [15], [20]]);
  expect(sent).toEqual([[1], [2], [3, 4]]);
  first.resolve();
  expect(await answers[0]).toEqual([60]);
});

test('more than fit into one statement are several', async () => {
  const asks = Array.from({ length: 300 }, (_, index) => index + 1);
  expect(await shares(asks)).toEqual(asks.map((x) => Math.trunc(60 / x)));
  expect(sent.map(({ length }) => length)).toEqual([128, 128, 44]);
});

test('an error of the server falls on who caused it', async () => {
  const [one, faulty, three] = await settled([1, 0, 3]);
  expect([one, three]).toMatchObject([{ value: { share: 60 } }, { value: { share: 20 } }]);
  expect(faulty).toMatchObject({ reason: { code: '22012' } });
  expect(sent).toEqual([[1, 0, 3], [1], [0], [3]]);
});

test('a connection that breaks fails all of a batch, and nothing is sent again', async () => {
  const broken = gathered<number, Row>({
    askKey: String,
    rowKey: ({ x }) => String(x),
    send: async (to, asks) => {
      sent.push(asks);
      return (await to.query<Row>('SELECT 1 AS x, 1 AS share FROM pg_terminate_backend(pg_backend_pid())')).rows;
    },
  });
  const answers = await Promise.allSettled([broken(pool, 1), broken(pool, 2)]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(sent).toEqual([[1, 2]]);
});

test('statements that hang keep nobody else waiting', async () => {
  const hanging = Promise.withResolvers<void>();
  gates = [hanging.promise, hanging.promise];
  const answers = [];
  for (const x of [1, 2]) {
    answers.push(shares([x]));
    await turn();
  }
  expect(await shares([3])).toEqual([20]);
  hanging.resolve();
  expect(await Promise.all(answers)).toEqual([[60], [30]]);
});

test('who waits when the pool ends is told', async () => {
  const ending = openDatabase(database.superuserUrl, {
    connections: 1,
    connectTimeoutMs: 2000,
    statementTimeoutMs: 5000,
  });
  const gate = Promise.withResolvers<void>();
  gates = [gate.promise, gate.promise];
  const answers = [];
  for (const x of [1, 2, 3]) {
    answers.push(share(ending, x));
    await turn();
  }
  const told = Promise.allSettled(answers);
  await ending.end();
  gate.resolve();
  expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
});

test('within a transaction an ask is a statement of its own', async () => {
  const answers = await inTransaction(pool, (client) => Promise.all([share(client, 1), share(client, 2)]));
  expect(answers.map((row) => row?.share)).toEqual([60, 30]);
  expect(sent).toEqual([[1], [2]]);
});
