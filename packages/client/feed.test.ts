import { eventExamples } from '@card-gateway/contract';
import { describe, expect, test } from 'vitest';
import { answer, cutOff, gateway, problem, type Reply, reset, silence } from './fake-gateway.ts';
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

  test.each<[string, Reply, object]>([
    ['a key that may not', problem('forbidden'), { code: 'forbidden' }],
    ['an unknown key', problem('unauthenticated'), { code: 'unauthenticated' }],
    ['an unknown type', problem('invalid-request'), { code: 'invalid-request' }],
    ['a fault of the gateway', problem('internal-error'), { code: 'internal-error' }],
    ['another server', notFound, { reason: 'HTTP 404 from elsewhere' }],
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
