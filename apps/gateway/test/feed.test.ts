import { get } from 'node:http';
import type { Client } from '@card-gateway/client';
import { uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cursorAt as cursorOf, placeIn, positionOf } from '../src/events/cursor.ts';
import { startSequencer } from '../src/events/sequencer.ts';
import { createLog } from '../src/log.ts';
import { type Answer, call, problemOf } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { until } from './setup/until.ts';
import { watchStatements } from './setup/wire.ts';

let gateway: TestGateway;
let key: string;
let client: Client;
let statements: readonly string[];

beforeAll(async () => {
  gateway = await startGateway({ settings: { EVENTS_WAITING_PER_KEY: '3', EVENTS_WAITING: '300' } });
  statements = watchStatements(gateway.pool);
  ({ key, client } = await gateway.key());
});
afterAll(() => gateway.close());

const cursorAt = (position: number): string => cursorOf({ position, writtenAt: null });

interface Page {
  readonly data: readonly {
    readonly id: string;
    readonly type: string;
    readonly subject: string;
    readonly cursor: string;
  }[];
  readonly nextCursor: string;
  readonly hasMore: boolean;
}

const feed = (query: Readonly<Record<string, string>> = {}, as = key): Promise<Answer> =>
  call(gateway.url, { path: `/v1/events?${new URLSearchParams(query).toString()}`, key: as });
const page = async (query: Readonly<Record<string, string>> = {}, as = key): Promise<Page> => {
  const answer = await feed(query, as);
  expect(answer.status, answer.text).toBe(200);
  return answer.json as Page;
};
/** Where the log ends once all that is committed has a position. */
async function endOfFeed(): Promise<string> {
  const { rows } = await gateway.pool.query<{ last: string | null }>('SELECT max(number) AS last FROM events');
  await until(
    () => gateway.pool.query<{ last: string | null }>('SELECT max(highest) AS last FROM event_runs'),
    (sequenced) => Number(sequenced.rows[0]?.last) >= Number(rows[0]?.last),
  );
  return (await page({ after: 'latest' })).nextCursor;
}
let references = 0;
const addCardholder = (account = 'keysecure', by = client) =>
  by.createCardholder({
    body: { account, reference: `feed-${(references += 1)}`, sumsubShareToken: 'share-token' },
  });
const waiting = async (): Promise<number> => {
  const { text } = await call(gateway.url, { path: '/metrics' });
  return Number(/^gateway_events_waiting_readers (\d+)$/m.exec(text)?.[1]);
};
const untilWaiting = (count: number): Promise<number> => until(waiting, (now) => now === count);

describe('a page', () => {
  test('has the events behind the cursor, oldest first, and the cursor of what follows, also when it is empty', async () => {
    const start = await endOfFeed();
    const empty = await page({ after: start });
    expect(empty).toEqual({ data: [], nextCursor: start, hasMore: false });
    const [one, two] = [await addCardholder(), await addCardholder()];
    await endOfFeed();
    const whole = await page({ after: start, types: 'cardholder.*' });
    expect(whole.data.map(({ subject }) => subject)).toEqual(expect.arrayContaining([one.id, two.id]));
    const read: string[] = [];
    for (let after = start, hasMore = true; hasMore;) {
      const part: Page = await page({ after, types: 'cardholder.*', limit: '1' });
      read.push(...part.data.map(({ id }) => id));
      if (part.data[0] !== undefined) expect(part.data[0].cursor).toBe(part.nextCursor);
      ({ nextCursor: after, hasMore } = part);
    }
    expect(read).toEqual(whole.data.map(({ id }) => id));
  });

  test('is filtered by type, account and subject', async () => {
    const start = await endOfFeed();
    const [mine] = [await addCardholder(), await addCardholder()];
    await endOfFeed();
    const types = async (query: Readonly<Record<string, string>>): Promise<unknown[]> =>
      (await page({ after: start, ...query })).data.map(({ type }) => type);
    expect(await types({ types: 'cardholder.pending', subject: mine.id })).toEqual(['cardholder.pending']);
    expect(await types({ subject: mine.operation?.id ?? '' })).toEqual(['operation.succeeded']);
    expect(await types({ account: 'open-api' })).toEqual([]);
    expect(await types({ types: 'card.*, transfer.pending' })).toEqual([]);
    expect(new Set(await types({ types: '*' }))).toEqual(
      new Set(['cardholder.pending', 'cardholder.updated', 'operation.succeeded']),
    );
    problemOf(await feed({ account: 'other-keysecure' }), 404);
  });

  test('as CloudEvents has the same events, and the next cursor in a link', async () => {
    const start = await endOfFeed();
    await addCardholder();
    await endOfFeed();
    const plain = await page({ after: start });
    const path = `/v1/events?after=${start}`;
    const answer = await call(gateway.url, {
      path,
      key,
      headers: { accept: 'application/cloudevents-batch+json, application/json;q=0.5' },
    });
    expect(answer.headers['content-type']).toMatch(/^application\/cloudevents-batch\+json/);
    expect(answer.headers['link']).toBe(`</v1/events?after=${plain.nextCursor}>; rel="next"`);
    expect(answer.json).toEqual(
      plain.data.map((event) => ({
        specversion: '1.0',
        id: event.id,
        source: 'urn:card-gateway:keysecure',
        type: event.type,
        subject: event.subject,
        time: expect.stringMatching(/Z$/),
        datacontenttype: 'application/json',
        data: event,
      })),
    );
    expect(plain.data.length).toBeGreaterThan(0);
  });
});

describe('a fault is named with what was expected', () => {
  test.each([
    [{ after: 'nonsense!' }, 'query/after', /latest/],
    [{ after: Buffer.from('1.0').toString('base64url') }, 'query/after', /cursor/],
    [{ after: Buffer.from('1.99999999999999999999').toString('base64url') }, 'query/after', /cursor/],
    [{ types: 'card.frozn' }, 'query/types', /"card\.frozn"/],
    [{ types: '' }, 'query/types', /.+/],
    [{ wait: '31' }, 'query/wait', /0 to 30/],
    [{ wait: '1.5' }, 'query/wait', /0 to 30/],
    [{ limit: '201' }, 'query/limit', /1 to 200/],
  ])('%o', async (query, pointer, expected) => {
    const { errors } = problemOf(await feed(query), 400);
    expect(errors).toEqual([{ pointer, detail: expect.stringMatching(expected) }]);
  });

  test('a cursor of another database, or from before a restore: of another event, or beyond the end', async () => {
    const last = placeIn(await endOfFeed());
    const position = last?.position ?? 0;
    const other = Buffer.from(`1.${position}.${last?.check === 'x' ? 'y' : 'x'}`).toString('base64url');
    for (const query of [
      { after: other },
      { after: cursorAt(position + 1000) },
      { after: cursorAt(position + 1), wait: '30' },
    ]) {
      const problem = problemOf(await feed(query), 410);
      expect(problem).toMatchObject({ code: 'cursor-expired', oldestCursor: cursorAt(1) });
    }
  });
});

describe('a key', () => {
  test('of another tenant sees none of it', async () => {
    const other = await gateway.key({ tenant: 'other' });
    const { id } = await addCardholder('other-keysecure', other.client);
    await addCardholder();
    await endOfFeed();
    const theirs = await page({ limit: '200' }, other.key);
    expect(new Set(theirs.data.map((event) => (event as unknown as { account: string }).account))).toEqual(
      new Set(['other-keysecure']),
    );
    expect(theirs.data.map(({ subject }) => subject)).toContain(id);
    const foreign = (await page({ limit: '1' })).data[0];
    problemOf(await call(gateway.url, { path: `/v1/events/${foreign?.id}`, key: other.key }), 404);
    const own = theirs.data[0];
    const one = await call(gateway.url, { path: `/v1/events/${own?.id}`, key: other.key });
    expect(one.json).toEqual({ ...own, cursor: null });
  });

  test('sees what its read scopes show, and needs the scope of events', async () => {
    const start = await endOfFeed();
    const { id } = await addCardholder();
    const { id: binding } = await client.startBinding({
      body: {
        account: 'yixin',
        user: 'feed',
        cardNumber: '6217000010001234567',
        phone: '13800009999',
        purpose: 'loan',
      },
    });
    const sync = await client.startSync({ body: { account: 'open-api' } });
    await until(
      () => client.getSync({ params: { id: sync.id } }),
      ({ status }) => status === 'succeeded',
    );
    await endOfFeed();
    const all = (await page({ after: start, limit: '200' })).data;
    const seen = async (...scopes: string[]): Promise<unknown[]> => {
      const { key: narrow } = await gateway.key({ scopes });
      const { data } = await page({ after: start, limit: '200' }, narrow);
      for (const { id: event } of all) {
        const isSeen = data.some((one) => one.id === event);
        const { status } = await call(gateway.url, { path: `/v1/events/${event}`, key: narrow });
        expect(status).toBe(isSeen ? 200 : 404);
      }
      return data.map(({ type, subject }) => (type.startsWith('card.') ? 'card.*' : `${type} ${subject}`));
    };
    const operationsOf = (word: string): unknown[] =>
      all
        .filter((event) => (event as unknown as { data: { type?: string } }).data.type === word)
        .map(({ type, subject }) => `${type} ${subject}`);
    const [ofCardholder, ofBinding, ofSync] = ['createCardholder', 'startBinding', 'startSync'].map(operationsOf);
    const cards = await seen('events:read', 'cards:read');
    expect(cards).toEqual(expect.arrayContaining([`cardholder.pending ${id}`, `sync.completed ${sync.id}`, 'card.*']));
    expect(cards).toEqual(expect.arrayContaining([...(ofCardholder ?? []), ...(ofSync ?? [])]));
    expect(cards.filter((one) => String(one).includes(binding))).toEqual([]);
    const bindings = await seen('events:read', 'bindings:read');
    expect(new Set(bindings)).toEqual(
      new Set([`binding.starting ${binding}`, `binding.awaiting_code ${binding}`, ...(ofBinding ?? [])]),
    );
    expect(await seen('events:read')).toEqual([]);
    const { key: without } = await gateway.key({ scopes: ['cards:read'] });
    problemOf(await feed({}, without), 403);
  });
});

describe('a reader that names types', () => {
  test('is told of those of which its key sees none, and of the scopes', async () => {
    const { key: cards } = await gateway.key({ scopes: ['events:read', 'cards:read'] });
    const refused = await feed({ types: 'card.frozen,binding.*,destination.disabled,sync.*' }, cards);
    const { code, detail, errors } = problemOf(refused, 403);
    expect(code).toBe('forbidden');
    expect(detail).toMatch(/binding\.\*.*bindings:read/);
    expect(errors?.map(({ pointer }) => pointer)).toEqual(['query/types', 'query/types']);
    expect(refused.headers['www-authenticate']).toMatch(/scope="bindings:read events:manage"/);
    for (const types of ['card.*,operation.unknown', 'sync.failed', '*']) await page({ types }, cards);
    problemOf(await feed({ types: 'card.*' }, (await gateway.key({ scopes: ['events:read'] })).key), 403);
    const about = (id: string) => feed({ subject: id }, cards);
    const unseen = problemOf(await about('bind_01m81b5h80e0080000000004k7'), 403);
    expect(unseen).toMatchObject({ detail: expect.stringContaining('bindings:read') as string });
    expect(unseen.errors?.map(({ pointer }) => pointer)).toEqual(['query/subject']);
    for (const id of ['card_01m81b5h80e0080000000004k7', 'keysecure']) expect((await about(id)).status).toBe(200);
  });

  test('is told so after its wait too, where its key has lost a scope meanwhile', async () => {
    const { key: lesser } = await gateway.key({ caller: 'lesser' });
    const types = 'cardholder.*';
    const start = await endOfFeed();
    const held = feed({ after: start, wait: '30', types }, lesser);
    await untilWaiting(1);
    await gateway.owner.query(`UPDATE api_keys SET scopes = '{events:read}' WHERE caller = 'lesser'`);
    await until(
      () => feed({ after: start, types }, lesser),
      ({ status }) => status === 403,
    );
    await addCardholder();
    problemOf(await held, 403);
  });
});

describe('a reader that waits', () => {
  test('gets what comes, and only what passes its filter', async () => {
    const start = await endOfFeed();
    const held = page({ after: start, wait: '30', types: 'cardholder.pending' });
    const leave = waitInVain({ after: start, types: 'transfer.*' });
    await untilWaiting(2);
    const { id } = await addCardholder();
    expect((await held).data).toMatchObject([{ type: 'cardholder.pending', subject: id }]);
    await untilWaiting(1);
    leave();
    await untilWaiting(0);
  });

  test('is answered with an empty page, and the cursor of the end, when its time is over', async () => {
    const start = await endOfFeed();
    const held = page({ after: start, wait: '1', types: 'transfer.*' });
    await untilWaiting(1);
    await addCardholder();
    const end = await endOfFeed();
    const { data, nextCursor, hasMore } = await held;
    expect({ data, hasMore }).toEqual({ data: [], hasMore: false });
    expect([start, end]).toContain(nextCursor);
    await untilWaiting(0);
  });

  test('does not outlast the deadline that it names', async () => {
    const start = await endOfFeed();
    const answer = await call(gateway.url, {
      path: `/v1/events?after=${start}&wait=30`,
      key,
      headers: { 'x-request-deadline': new Date(Date.now() + 1500).toISOString() },
    });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ data: [], nextCursor: start });
  });

  test('that goes away leaves nothing behind', async () => {
    const start = await endOfFeed();
    const leave = waitInVain({ after: start });
    await untilWaiting(1);
    leave();
    await untilWaiting(0);
    expect(gateway.services.eventTail.isAwaited).toBe(false);
  });

  test('is refused beyond what one key may have, unless there is something to read', async () => {
    const start = await endOfFeed();
    const held = [1, 2, 3].map(() => page({ after: start, wait: '30', types: 'transfer.*,cardholder.pending' }));
    await untilWaiting(3);
    const refused = await feed({ after: start, wait: '30' });
    expect(problemOf(refused, 429).code).toBe('wait-limit');
    expect(refused.headers['retry-after']).toBe('5');
    const { key: another } = await gateway.key({ tenant: 'other' });
    const others = page({ after: start, wait: '30' }, another);
    await untilWaiting(4);
    expect((await page({ wait: '30', limit: '1' })).data).toHaveLength(1);
    await addCardholder();
    for (const one of held) expect((await one).data).toHaveLength(1);
    await addCardholder('other-keysecure', (await gateway.key({ tenant: 'other' })).client);
    expect((await others).data).not.toEqual([]);
  });

  test('gets nothing more once its key is revoked, not even an empty page when its time is over', async () => {
    const { key: revoked } = await gateway.key({ caller: 'revoked' });
    const start = await endOfFeed();
    const held = feed({ after: start, wait: '30' }, revoked);
    // Longer than its look-up is remembered.
    const inVain = feed({ after: start, wait: '8', types: 'transfer.*' }, revoked);
    await untilWaiting(2);
    await gateway.owner.query("DELETE FROM api_keys WHERE caller = 'revoked'");
    // It works as long as its look-up is remembered.
    await until(
      () => feed({ after: start }, revoked),
      ({ status }) => status === 401,
    );
    await addCardholder();
    problemOf(await held, 401);
    problemOf(await inVain, 401);
  });

  test('shares one read with all who ask for the same, and reads nothing for others', async () => {
    const keys = await Promise.all(Array.from({ length: 100 }, (_none, at) => gateway.key({ caller: `crowd-${at}` })));
    const start = await endOfFeed();
    const same = keys
      .slice(0, 80)
      .map((one) => feed({ after: start, wait: '30', types: 'cardholder.pending' }, one.key));
    const others = keys.slice(80).map((one) => waitInVain({ after: start, types: 'transfer.*' }, one.key));
    await untilWaiting(100);
    const from = statements.length;
    await addCardholder();
    for (const one of same) expect(((await one).json as Page).data).toHaveLength(1);
    const reads = statements.slice(from).filter((text) => text.includes(') e ON true'));
    expect([1, 2, 3]).toContain(reads.length);
    await untilWaiting(20);
    for (const leave of others) leave();
    await untilWaiting(0);
  });

  test('asks again at the end of the log without any statement', async () => {
    const start = await endOfFeed();
    const leave = waitInVain({ after: start, types: 'transfer.*' });
    await untilWaiting(1);
    // The first look finds the log as it is.
    await page({ after: start, wait: '1', types: 'transfer.*' });
    const from = statements.length;
    for (const types of ['transfer.*', 'binding.*'])
      expect((await page({ after: start, wait: '1', types })).data).toEqual([]);
    // Those of the sequencer have names; marks are read when the log grows.
    const reads = statements.slice(from).filter((text) => text.includes('event_runs'));
    expect(reads.filter((text) => !text.startsWith('SELECT position, tenant'))).toEqual([]);
    leave();
    await untilWaiting(0);
  });

  test('asks again without another read of the log, if what came meanwhile was not for it', async () => {
    const start = await endOfFeed();
    const leave = waitInVain({ after: start, types: 'transfer.*' });
    await untilWaiting(1);
    const seen = page({ after: start, wait: '30', types: 'cardholder.pending' });
    await untilWaiting(2);
    await addCardholder();
    await seen;
    const from = statements.length;
    const again = page({ after: start, wait: '1', types: 'transfer.*' });
    await untilWaiting(2);
    expect(positionOf((await again).nextCursor)).toBeGreaterThan(positionOf(start) ?? Infinity);
    expect(statements.slice(from).filter((text) => text.includes(') e ON true'))).toEqual([]);
    // What is for it is not passed by.
    const { key: another } = await gateway.key({ caller: 'late' });
    expect((await page({ after: start, wait: '1', types: 'cardholder.pending' }, another)).data).toHaveLength(1);
    // The cursor of an event that was there before a restore.
    const other = cursorOf({ position: positionOf(start) ?? 0, writtenAt: new Date(12_345) });
    expect(problemOf(await feed({ after: other, wait: '1', types: 'transfer.*' }), 410).code).toBe('cursor-expired');
    leave();
    await untilWaiting(0);
  });
});

test('what only a newer gateway knows is handed on, alone and in a page', async () => {
  const { id } = await addCardholder();
  const start = await endOfFeed();
  const { key: newer } = await gateway.key({ tenant: 'newer' });
  await gateway.pool.query(
    `INSERT INTO events (tenant, kind, type, subject_id, subject_version, image)
     SELECT 'newer', split_part(type, '.', 1), type, subject_id, 1, image
     FROM (SELECT subject_id, subject_version, image FROM events), unnest('{cardholder.renamed,gadget.created}'::text[]) type
     WHERE subject_id = $1 AND subject_version = 1`,
    [uuidOf('cardholder', id)],
  );
  await endOfFeed();
  const { data } = await page({ after: start }, newer);
  expect(data.map(({ type }) => type)).toEqual(['cardholder.renamed', 'gadget.created']);
  for (const event of data) {
    const { status, json } = await call(gateway.url, { path: `/v1/events/${event.id}`, key: newer });
    expect([status, json]).toEqual([200, { ...event, cursor: null }]);
  }
});

test('the metric of the position is the last one in the log', async () => {
  await addCardholder();
  await endOfFeed();
  const { rows } = await gateway.pool.query<{ last: number }>(
    'SELECT max(position + length)::integer - 1 AS last FROM event_runs',
  );
  const position = async (): Promise<number> => {
    const { text } = await call(gateway.url, { path: '/metrics' });
    return Number(/^gateway_events_position (\d+)$/m.exec(text)?.[1]);
  };
  await expect.poll(position, { timeout: 10_000 }).toBe(rows[0]?.last);
});

/** As a failover to a standby does that has not got what came behind this cursor. */
async function setBack(kept: string): Promise<void> {
  await gateway.owner.query(
    `WITH log AS (SELECT highest FROM event_runs WHERE position + length = $1 AND highest IS NOT NULL),
       events AS (DELETE FROM events USING log WHERE number > highest)
     DELETE FROM event_runs USING log WHERE position >= $1`,
    [positionOf(kept)],
  );
  await until(
    () => page({ after: 'latest' }),
    ({ nextCursor }) => nextCursor === kept,
  );
}

test('after the log was set back, readers at its end go on, and the cursors of what it lost are refused for good', async () => {
  await addCardholder();
  const kept = await endOfFeed();
  await addCardholder();
  const lost = await endOfFeed();
  const held = waitInVain({ after: lost, types: 'transfer.*' });
  await untilWaiting(1);
  await setBack(kept);
  const next = page({ after: kept, wait: '30', types: 'cardholder.pending' });
  await untilWaiting(2);
  const { id } = await addCardholder();
  expect((await next).data).toMatchObject([{ subject: id }]);
  await addCardholder();
  expect(positionOf(await endOfFeed())).toBeGreaterThan(positionOf(lost) ?? Infinity);
  expect(problemOf(await feed({ after: lost }), 410).code).toBe('cursor-expired');
  expect((await page({ after: kept, types: 'cardholder.pending' })).data).toHaveLength(2);
  held();
  await untilWaiting(0);
});

test('after the log was set back and has grown again, no reader that waited behind it passes what came in its place', async () => {
  await addCardholder();
  const kept = await endOfFeed();
  await addCardholder();
  const lost = await endOfFeed();
  const second = await gateway.another();
  const { pool, eventTail: tail } = second.services;
  const sequencer = startSequencer({ pool, tail, log: createLog('fatal') });
  const wait = (types: string): Promise<Answer> =>
    call(second.url, { path: `/v1/events?after=${lost}&wait=30&types=${types}`, key });
  const [woken, waiting] = [wait('cardholder.pending'), wait('transfer.*')];
  await untilWaitingAt(second.url, 2);
  await setBack(kept);
  do await addCardholder();
  while ((positionOf(await endOfFeed()) ?? 0) <= (positionOf(lost) ?? Infinity));
  expect(problemOf(await woken, 410).code).toBe('cursor-expired');
  await sequencer.stop();
  await second.close();
  const { nextCursor } = (await waiting).json as Page;
  expect(problemOf(await feed({ after: nextCursor }), 410).code).toBe('cursor-expired');
});

describe('a long log', () => {
  test('is passed by in pages without events, where a filter leaves none of many', async () => {
    const start = await endOfFeed();
    const { key: bulk } = await gateway.key({ tenant: 'bulk' });
    await gateway.pool.query(
      `INSERT INTO events (tenant, kind, type, subject_id, subject_version, image, created_at)
       SELECT 'bulk', 'card', 'card.updated', gen_random_uuid(), 1, '{}', now() FROM generate_series(1, 25000)`,
    );
    const end = await endOfFeed();
    const pages: Page[] = [];
    for (let after = start, hasMore = true; hasMore;) {
      const one = await page({ after, types: 'transfer.*', wait: '1' }, bulk);
      pages.push(one);
      ({ nextCursor: after, hasMore } = one);
    }
    expect(pages.flatMap(({ data }) => data)).toEqual([]);
    expect(pages.map(({ hasMore }) => hasMore)).toEqual([true, true, false]);
    expect(pages.at(-1)?.nextCursor).toBe(end);
  });

  test('answers a cursor whose events are gone with the oldest that is kept', async () => {
    const { rows } = await gateway.owner.query<{ oldest: string }>(
      `DELETE FROM event_runs WHERE position < (SELECT max(position) FROM event_runs)
       RETURNING (SELECT max(position) FROM event_runs) AS oldest`,
    );
    const oldest = Number(rows[0]?.oldest);
    for (const query of [{ after: cursorAt(1) }, { after: cursorAt(oldest - 1), wait: '30' }]) {
      const problem = problemOf(await feed(query), 410);
      expect(problem).toMatchObject({ code: 'cursor-expired', oldestCursor: cursorAt(oldest) });
    }
    expect(await page()).toEqual(await page({ after: cursorAt(oldest) }));
  });
});

/** Waits for what does not come. @returns goes away */
function waitInVain(query: Readonly<Record<string, string>>, as = key): () => void {
  const { hostname, port } = new URL(gateway.url);
  const path = `/v1/events?${new URLSearchParams({ ...query, wait: '30' }).toString()}`;
  const request = get({ hostname, port, path, agent: false, headers: { authorization: `Bearer ${as}` } });
  request.on('error', () => {});
  return () => void request.destroy();
}

test('at shutdown whoever waits gets an empty page at once', async () => {
  const start = await endOfFeed();
  const second = await gateway.another();
  const answer = call(second.url, { path: `/v1/events?after=${start}&wait=30`, key });
  await untilWaitingAt(second.url, 1);
  const closed = second.close();
  expect(await answer).toMatchObject({
    status: 200,
    headers: { connection: 'close' },
    json: { data: [], nextCursor: start },
  });
  await closed;
});

async function untilWaitingAt(url: string, count: number): Promise<void> {
  await until(
    () => call(url, { path: '/metrics' }),
    ({ text }) => text.includes(`gateway_events_waiting_readers ${count}\n`),
  );
}
