import { type ChildProcess, fork } from 'node:child_process';
import { hash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Pool } from 'pg';
import { cardRefOfRow } from './fill.ts';
import { type Connection, openConnection, requestText } from './connection.ts';
import { databaseCpu } from './database-use.ts';
import { WrongAnswer } from './measure.ts';
import { prepare } from './prepare.ts';
import { median } from './report.ts';
import type { Target } from './target.ts';
import type { ReadersCount, ReadersOrder } from './waiting-readers.ts';

export interface WaitingOptions {
  /** Readers that wait. */
  readonly waiting: number;
  /** Events per second, most of which are for one reader each. */
  readonly rate: number;
  readonly seconds: number;
  readonly rounds: number;
}

/** What happens while others read cards. */
interface Scene {
  readonly name: string;
  readonly rate: number;
  /** What each reader waits for. */
  readonly queryOf: (reader: number, target: Target) => string;
  /** How many of the readers get an event of card `n`. */
  readonly readersOf: (n: number) => number;
}

/** What the others see of it, and what it takes. */
interface Sample {
  readonly p50: number;
  readonly p99: number;
  readonly cpu: number;
  readonly databaseCpu: number;
  readonly connections: number;
}

/** As many as one key may have by default. */
const readersOfKey = 100;
/** Card reads of the others. */
const readRate = 200;
const readConnections = 16;
/** An event for all readers comes once in this time. */
const crowdEveryS = 5;
/** All of the readers wait by then. */
const settleMs = 2000;
/** All events have to come within this time. */
const longestMs = 60_000;

/** Kinds of events that do not come while the bench runs. */
const quiet = ['types=binding.*', 'types=transfer.*&account=keysecure', 'types=operation.needs_person,sync.*'];

function scenesOf({ waiting, rate }: WaitingOptions): readonly Scene[] {
  const watchesCard = (reader: number): boolean => reader % 5 !== 0;
  const own = {
    queryOf: (reader: number, target: Target) =>
      watchesCard(reader) ? `subject=${target.cardId(reader)}` : (quiet[reader % quiet.length] ?? ''),
    readersOf: (n: number) => (watchesCard(n) ? 1 : 0),
  };
  return [
    { name: 'none', rate: 0, ...own },
    { name: `${rate} a second, for one reader each`, rate, ...own },
    {
      name: `one in ${crowdEveryS} s, for all readers`,
      rate: 1 / crowdEveryS,
      queryOf: () => 'types=card.*',
      readersOf: () => waiting,
    },
  ];
}

/**
 * Reads cards at a steady rate, in turn with and without readers that wait for events.
 *
 * @returns Markdown
 * @throws WrongAnswer if a read is answered wrongly, or a reader does not get its events once each
 */
export async function benchWaiting(
  options: WaitingOptions,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<string> {
  await using undo = new AsyncDisposableStack();
  const { waiting, rounds, seconds } = options;
  const alone = { rounds: 1, seconds: 1, rows: 2 * waiting, connections: [1], works: ['read'], against: null } as const;
  const { targets } = await prepare({ ...alone, isAlone: true }, undo, say);
  const target = targets.get('gateway');
  if (target === undefined) throw new Error('The gateway has not started.');
  const keys = await createKeys(target.database, Math.ceil(waiting / readersOfKey));

  const scenes = scenesOf(options);
  const rows = scenes.map(() => [] as { readonly without: Sample; readonly beside: Sample }[]);
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [at, scene] of scenes.entries()) {
      say(`round ${round} of ${rounds}, events: ${scene.name}`);
      const without = await measureScene(target, scene, null, seconds, signal);
      const readers = await openReaders(target, scene, keys, waiting);
      const beside = await measureScene(target, scene, readers, seconds, signal);
      readers.process.kill();
      await untilServed(target);
      say(`${sampleText(without)} without readers; ${sampleText(beside)} with them`);
      if (round > 0) rows[at]?.push({ without, beside });
    }
  }
  return reportOf(options, scenes, rows);
}

const sampleText = ({ p50, p99, cpu }: Sample): string =>
  `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, CPU ${(100 * cpu).toFixed(0)} %`;

/** Thousands who leave at once keep the gateway busy for a moment. */
async function untilServed({ running, headers, cardId }: Target): Promise<void> {
  const connection = await openConnection(running.port);
  let status = 0;
  for (const end = performance.now() + longestMs; status !== 200 && performance.now() < end;) {
    await wait(settleMs);
    ({ status } = await connection.exchange(requestText('GET', `/v1/cards/${cardId(1)}`, headers)));
  }
  connection.close();
}

/** Keys of callers who may read everything. */
async function createKeys(pool: Pool, count: number): Promise<string[]> {
  const keys = Array.from({ length: count }, () => `cgk_${randomBytes(32).toString('base64url')}`);
  await pool.query(
    `INSERT INTO api_keys (id, tenant, caller, hash, scopes, created_at)
     SELECT gen_random_uuid(), tenant, 'reader ' || n, given.hash, scopes, now()
     FROM (SELECT * FROM api_keys LIMIT 1) one, unnest($1::bytea[]) WITH ORDINALITY AS given (hash, n)`,
    [keys.map((key) => hash('sha256', key, 'buffer'))],
  );
  return keys;
}

interface Readers {
  readonly process: ChildProcess;
  count(): Promise<ReadersCount>;
}

async function openReaders(target: Target, scene: Scene, keys: readonly string[], count: number): Promise<Readers> {
  const child = fork(join(import.meta.dirname, 'waiting-readers.ts'));
  // Elsewhere they have processors of their own: what their work takes must not delay the gateway, nor who measures it.
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const told = async (): Promise<ReadersCount> => {
    const ended = once(child, 'exit').then(() => [{ events: 0, empty: 0, fault: 'The readers have ended.' }]);
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [ReadersCount];
    if (message.fault !== null) throw new WrongAnswer(message.fault);
    return message;
  };
  const readers = Array.from({ length: count }, (_, at) => ({
    apiKey: keys[at % keys.length] ?? '',
    query: scene.queryOf(at + 1, target),
  }));
  child.send({ port: target.running.port, readers } satisfies ReadersOrder);
  await told();
  await wait(settleMs);
  return {
    process: child,
    count: () => {
      child.send('count');
      return told();
    },
  };
}

async function measureScene(
  target: Target,
  scene: Scene,
  readers: Readers | null,
  seconds: number,
  signal: AbortSignal,
): Promise<Sample> {
  const { running, database } = target;
  const usage = async () => ({
    service: (await running.usage()).cpuMicros ?? Number.NaN,
    database: await databaseCpu(database),
  });
  const connections = await Promise.all(Array.from({ length: readConnections }, () => openConnection(running.port)));
  const end = performance.now() + seconds * 1000;
  const countBefore = await readers?.count();
  const before = await usage();
  const [latencies, expected, inUse] = await Promise.all([
    readCards(target, connections, end, signal),
    changeCards(target, scene, end),
    connectionsInUse(database, end),
  ]);
  const after = await usage();
  for (const connection of connections) connection.close();
  if (readers !== null) await requireEvents(readers, (countBefore?.events ?? 0) + expected);
  const sorted = latencies.toSorted((one, other) => one - other);
  return {
    p50: median(sorted),
    p99: sorted[Math.floor((sorted.length - 1) * 0.99)] ?? Number.NaN,
    cpu: (after.service - before.service) / 1e6 / seconds,
    databaseCpu: (after.database - before.database) / seconds,
    connections: inUse,
  };
}

/** @throws WrongAnswer unless the readers get so many events in all, and no more */
async function requireEvents(readers: Readers, expected: number): Promise<void> {
  const end = performance.now() + longestMs;
  let { events } = await readers.count();
  while (events < expected && performance.now() < end) {
    await wait(200);
    ({ events } = await readers.count());
  }
  await wait(settleMs);
  ({ events } = await readers.count());
  if (events !== expected) throw new WrongAnswer(`${events} of ${expected} events have arrived.`);
}

/** Reads cards of the second half, which nobody changes. @returns milliseconds from when each was due */
async function readCards(
  { headers, rows, cardId }: Target,
  connections: readonly Connection[],
  end: number,
  signal: AbortSignal,
): Promise<number[]> {
  const started = performance.now();
  const latencies: number[] = [];
  let turn = 0;
  const read = async (connection: Connection): Promise<void> => {
    for (;;) {
      turn += 1;
      const id = cardId(rows.count - (turn % Math.floor(rows.count / 2)));
      const due = started + (turn * 1000) / readRate;
      if (due >= end) return;
      signal.throwIfAborted();
      const early = due - performance.now();
      if (early > 0) await wait(early);
      // A timer of this process that is late is not the gateway's fault.
      const from = early > 0 ? performance.now() : due;
      const { status, body } = await connection.exchange(requestText('GET', `/v1/cards/${id}`, headers));
      latencies.push(performance.now() - from);
      if (status !== 200) throw new WrongAnswer(`${id} was answered with ${status}: ${body.toString()}`);
    }
  };
  await Promise.all(connections.map(read));
  return latencies;
}

/** Changes cards of the first half. @returns how many events readers are to get */
async function changeCards({ database, rows }: Target, scene: Scene, end: number): Promise<number> {
  const started = performance.now();
  let expected = 0;
  for (let turn = 1; scene.rate > 0; turn += 1) {
    const due = started + ((turn - 0.5) * 1000) / scene.rate;
    if (due >= end) break;
    await wait(Math.max(0, due - performance.now()));
    const n = 1 + (turn % Math.floor(rows.count / 2));
    await database.query({
      name: 'bench-change',
      text: 'UPDATE cards SET provider_status = $2, updated_at = now() WHERE provider_ref = $1',
      values: [cardRefOfRow(n), String(performance.now())],
    });
    expected += scene.readersOf(n);
  }
  return expected;
}

/** The most connections of the gateway that the database has seen at work. */
async function connectionsInUse(pool: Pool, end: number): Promise<number> {
  let most = 0;
  while (performance.now() < end) {
    const { rows } = await pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE datname = current_database() AND usename <> current_user AND state <> 'idle'`,
    );
    most = Math.max(most, rows[0]?.count ?? 0);
    await wait(100);
  }
  return most;
}

function reportOf(
  { waiting, seconds, rounds }: WaitingOptions,
  scenes: readonly Scene[],
  rows: readonly (readonly { readonly without: Sample; readonly beside: Sample }[])[],
): string {
  const figures = (name: keyof Sample, digits: number) => (pairs: (typeof rows)[number]) => {
    const [without, beside] = (['without', 'beside'] as const).map((which) =>
      median(pairs.map((pair) => pair[which][name])),
    );
    const ratio = median(pairs.map((pair) => pair.beside[name] / pair.without[name]));
    return `${without?.toFixed(digits)} | ${beside?.toFixed(digits)} | ${ratio.toFixed(2)}`;
  };
  const columns = [
    figures('p50', 1),
    figures('p99', 1),
    figures('cpu', 2),
    figures('databaseCpu', 2),
    figures('connections', 0),
  ];
  const heads = ['p50 ms', 'p99 ms', 'CPU, gateway', 'CPU, PostgreSQL', 'Connections at work'];
  return [
    `${waiting} waiting readers; ${readRate} reads of a card per second by others; medians of ${rounds} rounds of ${seconds} s without and with the readers, in turn.`,
    '',
    `| Events | ${heads.map((head) => `${head} without | with | × `).join('| ')}|`,
    `| --- |${' --- |'.repeat(3 * heads.length)}`,
    ...scenes.map(({ name }, at) => `| ${name} | ${columns.map((column) => column(rows[at] ?? [])).join(' | ')} |`),
  ].join('\n');
}
