import { eventExamples } from '@card-gateway/contract';
import { describe, expect, test, vi } from 'vitest';
import {
  answer,
  cutOff,
  cutUnseen,
  foreignProblem,
  gateway,
  problem,
  type Reply,
  reset,
  silence,
} from './fake-gateway.ts';
import { CursorExpired, type EventsOptions, type FeedEvent, GatewayProblem, GatewayUnreachable } from './index.ts';

/** Events with these cursors, of one page. */
function page(...cursors: string[]): Reply {
  const data = cursors.map((cursor, at) => ({ ...eventExamples[at], cursor }));
  return answer(200, { data, nextCursor: cursors.at(-1) ?? 'quiet', hasMore: false });
}
const notFound: Reply = (response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<html>');
const badGateway: Reply = (response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<html>');

/** The cursors that are read until the gateway is silent, and the pauses before it was tried again. */
async function readFrom(replies: [Reply, ...Reply[]], options: EventsOptions = {}, retryBaseMs = 1) {
  const ending = new AbortController();
  const wait: Reply = () => ending.abort();
  const { client, received } = await gateway([...replies, wait], { retryBaseMs });
  const [cursors, pauses, errors]: [string[], number[], Error[]] = [[], [], []];
  const onRetry = (error: Error, pauseMs: number) => {
    errors.push(error);
    pauses.push(pauseMs);
    if (pauseMs >= 1000) ending.abort();
  };
  for await (const { cursor } of client.events({ signal: ending.signal, onRetry, ...options })) cursors.push(cursor);
  return {
    cursors,
    pauses,
    errors,
    queries: received.map(({ url }) => Object.fromEntries(url.searchParams)),
    received,
  };
}

describe('events()', () => {
  test('reads page after page from its cursor on, and waits for more', async () => {
    const { cursors, queries, received } = await readFrom([page('b', 'c'), page(), page('d')], {
      after: 'a',
      types: ['card.*', 'operation.unknown'],
      account: 'keysecure',
      subject: 'card_1',
    });
    expect(cursors).toEqual(['b', 'c', 'd']);
    const filter = {
      types: 'card.*,operation.unknown',
      account: 'keysecure',
      subject: 'card_1',
      limit: '200',
      wait: '30',
    };
    expect(queries).toEqual(['a', 'c', 'quiet', 'd'].map((after) => ({ after, ...filter })));
    expect(received[0]).toMatchObject({ method: 'GET', url: { pathname: '/v1/events' } });
  });

  test('begins with the oldest event if nothing else is said', async () => {
    const { queries } = await readFrom([page('a')]);
    expect(queries).toEqual([
      { limit: '200', wait: '30' },
      { after: 'a', limit: '200', wait: '30' },
    ]);
  });

  test.each<[string, Reply]>([
    ['a reset connection', reset],
    ['an answer that is cut off', cutOff],
    ['an answer that is cut off without a trace', cutUnseen],
    ['503 of a proxy, as a problem of its own', foreignProblem],
    ['503', problem('not-ready')],
    ['429', problem('authentication-limit')],
    ['504', problem('deadline-exceeded')],
    ['502 of a proxy', badGateway],
  ])('reads on from where it was after %s', async (_, failure) => {
    const { cursors, queries } = await readFrom([page('a', 'b'), failure, failure, page('c')]);
    expect(cursors).toEqual(['a', 'b', 'c']);
    expect(queries.map(({ after }) => after)).toEqual([undefined, 'b', 'b', 'b', 'c']);
  });

  test('pauses longer after each failure, and is done with that after an answer', async () => {
    const { pauses, errors } = await readFrom([reset, reset, reset, reset, page(), reset], {}, 10);
    const bounds = [10, 20, 40, 80, 10];
    expect(pauses).toHaveLength(bounds.length);
    for (const [at, bound] of bounds.entries()) {
      expect(pauses[at]).toBeGreaterThanOrEqual(bound / 2);
      expect(pauses[at]).toBeLessThanOrEqual(bound);
    }
    for (const error of errors) expect(error).toBeInstanceOf(GatewayUnreachable);
  });

  test('pauses for half a minute at most, beyond what Retry-After asks for', async () => {
    const { pauses } = await readFrom([reset], {}, 1_000_000);
    expect(pauses[0]).toBeLessThanOrEqual(30_000);
    const { pauses: asked, errors } = await readFrom([problem('overloaded', { 'retry-after': '7' })]);
    expect(asked).toEqual([expect.toSatisfy((ms: number) => ms >= 7000 && ms <= 7001)]);
    expect(errors).toMatchObject([{ code: 'overloaded' }]);
  });

  test('takes a Retry-After that is a date, and comes back within an hour whatever it says', async () => {
    const asked = async (retryAfter: string) =>
      (await readFrom([problem('overloaded', { 'retry-after': retryAfter })])).pauses[0] ?? 0;
    expect(await asked(new Date(new Date().getTime() + 60_000).toUTCString())).toBeGreaterThan(50_000);
    expect(await asked('99999999')).toBeLessThanOrEqual(3_600_001);
  });

  test('does not pause longer and longer where a proxy ends each wait', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const heldAWhile: Reply = (response) => {
        vi.advanceTimersByTime(15_000);
        badGateway(response);
      };
      const { pauses } = await readFrom([heldAWhile, heldAWhile, heldAWhile, heldAWhile, reset, reset], {}, 10);
      expect(Math.max(...pauses.slice(0, 4))).toBeLessThanOrEqual(10);
      expect(pauses[5]).toBeGreaterThanOrEqual(20);
    } finally {
      vi.useRealTimers();
    }
  });

  test('asks for a place at the end before it waits there, and waits behind that place', async () => {
    const { cursors, queries } = await readFrom([reset, page(), reset, page('a')], { after: 'latest' });
    expect(cursors).toEqual(['a']);
    expect(queries.map(({ after, wait }) => [after, wait])).toEqual([
      ['latest', '0'],
      ['latest', '0'],
      ['quiet', '30'],
      ['quiet', '30'],
      ['a', '30'],
    ]);
  });

  test('tells its place behind each page, also behind one without events', async () => {
    const told: string[] = [];
    const onPage = async (cursor: string) => void told.push(await Promise.resolve(cursor));
    const { cursors } = await readFrom([page(), page('a', 'b'), page()], {
      after: 'latest',
      onPage,
    });
    expect(cursors).toEqual(['a', 'b']);
    expect(told).toEqual(['quiet', 'b', 'quiet']);
    const { client } = await gateway([page('a')]);
    const failing = client.events({ onPage: () => Promise.reject(new Error('The disk is full.')) });
    await failing.next();
    await expect(failing.next()).rejects.toThrow('The disk is full.');
  });

  test('pauses longer and longer where it gets neither events nor a wait', async () => {
    const { pauses, errors, queries } = await readFrom([page(), page(), page(), page('a'), page()], {}, 10);
    expect(pauses).toHaveLength(2);
    expect(pauses[1]).toBeGreaterThanOrEqual(10);
    expect(errors).toMatchObject([{ reason: 'no wait' }, { reason: 'no wait' }]);
    expect(queries.map(({ after }) => after)).toEqual([undefined, 'quiet', 'quiet', 'quiet', 'a', 'quiet']);
  });

  test.each<[string, Reply, object]>([
    ['a key that may not', problem('forbidden'), { code: 'forbidden' }],
    ['an unknown key', problem('unauthenticated'), { code: 'unauthenticated' }],
    ['an unknown type', problem('invalid-request'), { code: 'invalid-request' }],
    ['a fault of the gateway', problem('internal-error'), { code: 'internal-error' }],
    ['another server', notFound, { reason: 'HTTP 404 from elsewhere' }],
    ['JSON that is no page', answer(200, { status: 'ok' }), { reason: 'HTTP 200 from elsewhere' }],
    ['a page that does not say where to go on', answer(200, { data: [] }), { reason: 'HTTP 200 from elsewhere' }],
  ])('fails at once because of %s', async (_, reply, error) => {
    const { client, received } = await gateway([reply]);
    await expect(client.events().next()).rejects.toMatchObject(error);
    expect(received).toHaveLength(1);
  });

  test('names the oldest cursor when its own is no longer kept', async () => {
    const headers = { 'content-type': 'application/problem+json' };
    const { client } = await gateway([
      answer(410, { status: 410, code: 'cursor-expired', detail: 'Gone.', oldestCursor: 'o' }, headers),
    ]);
    const failure = await client
      .events({ after: 'a' })
      .next()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CursorExpired);
    expect(failure).toMatchObject({ name: 'CursorExpired', message: 'Gone.', oldestCursor: 'o' });
    const other = await gateway([answer(410, { status: 410, code: 'cursor-expired', detail: 'Gone.' }, headers)]);
    await expect(other.client.events().next()).rejects.toBeInstanceOf(GatewayProblem);
  });

  test('fails when the client is closed, instead of trying for ever', async () => {
    const { client } = await gateway([page('a')]);
    await client.close();
    await expect(client.events().next()).rejects.toBeInstanceOf(GatewayUnreachable);
  });
});

describe('the end of events()', () => {
  const events = async (
    replies: [Reply, ...Reply[]],
    options: EventsOptions,
    onEvent: (event: FeedEvent) => void = () => {},
  ) => {
    const { client, received } = await gateway(replies);
    for await (const event of client.events(options)) onEvent(event);
    return received.length;
  };

  test('comes at once while it waits for events, and the request is given up', async () => {
    const ending = new AbortController();
    const gone = Promise.withResolvers<void>();
    const waiting: Reply = (response) => {
      response.on('close', gone.resolve);
      ending.abort();
    };
    expect(await events([waiting], ending)).toBe(1);
    await gone.promise;
  });

  test('comes between two events of a page, and before the first', async () => {
    const ending = new AbortController();
    const seen: string[] = [];
    const stop = ({ cursor }: FeedEvent) => {
      seen.push(cursor);
      if (cursor === 'b') ending.abort();
    };
    expect(await events([page('a', 'b', 'c')], ending, stop)).toBe(1);
    expect(seen).toEqual(['a', 'b']);
    expect(await events([silence], { signal: AbortSignal.abort() })).toBe(0);
  });

  test('comes at once in a pause', async () => {
    const ending = new AbortController();
    const onRetry = () => setImmediate(() => ending.abort());
    expect(await events([problem('overloaded', { 'retry-after': '3600' })], { signal: ending.signal, onRetry })).toBe(
      1,
    );
  });

  test('comes by break, and no page is read ahead', async () => {
    const { client, received } = await gateway([page('a', 'b')]);
    for await (const { cursor } of client.events()) {
      expect(received).toHaveLength(1);
      if (cursor === 'b') break;
    }
    expect(received).toHaveLength(1);
  });
});
