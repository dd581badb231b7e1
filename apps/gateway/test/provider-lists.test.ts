import { type BoundCard, Pan, Secret, uuidOf } from '@card-gateway/core';
import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { storeBoundCards } from '../src/bindings/bound-cards-store.ts';
import { runSync } from '../src/jobs/sync.ts';
import { cardMaker } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { type Rewriter, startRewriter } from './setup/rewrite.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;
/** Between the gateway and two providers. */
let front: Rewriter;
beforeAll(async () => {
  let real = '';
  front = await startRewriter(() => real);
  gateway = await startGateway({
    jobs: false,
    settings: {
      // Five for requests, of which one stores lists.
      DATABASE_CONNECTIONS: '8',
      // Long enough for nothing that is held here to end by itself.
      DATABASE_STATEMENT_TIMEOUT_MS: '60000',
      DATABASE_LOCK_TIMEOUT_MS: '60000',
      HTTP_READ_DEADLINE_MS: '25000',
    },
    account: (name, settings) => {
      if (name !== 'onerway' && name !== 'open-api') return settings;
      const { origin, pathname } = new URL(String(settings['baseUrl']));
      real = origin;
      return { ...settings, baseUrl: front.url + pathname };
    },
  });
});
beforeEach(() => {
  front.rewrite = (_path, text) => text;
});
afterAll(async () => {
  await gateway.close();
  await front.close();
});

const ofUser = (user: string, refresh = true) =>
  gateway.client.listBindings({ query: { account: 'onerway', user, kind: 'token', refresh, limit: 200 } });

function account(name: string) {
  const open = gateway.services.accounts.byName(name);
  if (open === undefined) throw new Error(`There is no account ${name}.`);
  return open;
}

const store = (user: string, cards: readonly BoundCard[], pool = gateway.pool) => {
  const kind = cards[0]?.kind ?? 'bank_card';
  const owner = account(kind === 'bank_card' ? 'yixin' : 'onerway');
  return storeBoundCards(pool, gateway.sealing, owner, { user, kind, askedAt: new Date(), cards, unreadable: 0 });
};

/** How many statements it takes to store a list of so many tokens. */
async function statementsOf(user: string, count: number): Promise<number> {
  const cards = Array.from({ length: count }, (_, index) => ({
    ...bankCard(`1${index}`, null),
    kind: 'token' as const,
    token: new Secret(`token-${index}`),
  }));
  let sent = 0;
  const counting = Object.assign(Object.create(gateway.pool) as Pool, {
    connect: async () => {
      const client = await gateway.pool.connect();
      const query = client.query.bind(client) as (...given: unknown[]) => unknown;
      return {
        query: (...given: unknown[]) => {
          sent += 1;
          return query(...given);
        },
        release: (destroy?: boolean) => client.release(destroy),
      };
    },
  });
  await store(user, cards, counting);
  return sent;
}

/** A row of a list of bank cards: each number may be missing. */
function bankCard(providerRef: string | null, number: string | null): BoundCard {
  const pan = number === null ? null : Pan.parse(number);
  return {
    providerRef,
    kind: 'bank_card',
    maskedNumber: pan?.masked ?? '400002******0961',
    bin: pan?.bin ?? '400002',
    last4: pan?.last4 ?? '0961',
    network: null,
    cardType: null,
    bank: null,
    expiry: null,
    binCountry: null,
    pan,
    token: null,
  };
}

/** Onerway's answer with these rows. */
const tokenList = (rows: readonly object[]): string =>
  JSON.stringify({ respCode: '20000', respMsg: 'Success', data: { tokenInfos: rows } });
const token = (id: string, more: object = {}): object => ({
  id,
  cardNumber: '400002******0961',
  tokenId: `token-${id}`,
  ...more,
});

describe('lists of a provider', () => {
  test('whose rows are held leave connections to requests, and are stored once the rows are free', async () => {
    const { client, sandbox, owner } = gateway;
    const card = await (await cardMaker(gateway)).order('virtual');
    const users = Array.from({ length: 8 }, (_, index) => `held-${index}`);
    for (const merchantCustId of users) {
      sandbox.admin.onerway.seedTokens({ merchantCustId, tokens: [{}, {}, {}] });
      await ofUser(merchantCustId);
    }
    const before = sandbox.admin.requestCount('onerway', 'queryTokenList');
    const holder = await owner.connect();
    const watcher = await gateway.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query(`SELECT FROM bindings WHERE user_ref LIKE 'held-%' FOR UPDATE`);
      const lists = users.map((user) => ofUser(user));
      await sandbox.admin.until(
        () => sandbox.admin.requestCount('onerway', 'queryTokenList') === before + users.length,
      );
      const waiting = async (): Promise<number> =>
        (
          await watcher.query(
            `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          )
        ).rows.length;
      await until(waiting, (count) => count > 0);
      for (let read = 0; read < 25; read += 1) {
        expect(await client.getCard({ params: { id: card.id } })).toMatchObject({ id: card.id });
      }
      expect(await waiting()).toBe(1);
      await holder.query('COMMIT');
      for (const { data } of await Promise.all(lists)) expect(data).toHaveLength(3);
    } finally {
      holder.release(true);
      watcher.release();
    }
  });

  test('of thousands take as many statements as one of two', async () => {
    const few = await statementsOf('few', 2);
    expect(few).toBeLessThan(12);
    expect(await statementsOf('many', 8000)).toBe(few);
    // And where all of it is known already.
    expect(await statementsOf('many', 8000)).toBe(few - 1);
    const { rows } = await gateway.pool.query(
      `SELECT count(*)::int AS count, count(token_sealed)::int AS sealed FROM bindings WHERE user_ref = 'many' AND status = 'bound'`,
    );
    expect(rows).toEqual([{ count: 8000, sealed: 8000 }]);
  });

  test('that are longer than any user can have are refused whole', async () => {
    front.rewrite = () => tokenList([token('1'), token('2')]);
    const before = (await ofUser('long')).data;
    front.rewrite = () => tokenList(Array.from({ length: 10_001 }, (_, index) => token(`9${index}`)));
    await expect(ofUser('long')).rejects.toMatchObject({
      status: 502,
      code: 'provider-error',
      message: expect.stringContaining('at most 10000'),
    });
    expect((await ofUser('long', false)).data).toEqual(before);
    expect(before).toHaveLength(2);
  });

  test('that show a card twice show it once, as the last row has it', async () => {
    front.rewrite = () =>
      tokenList([
        token('1', { year: '2030', month: '01' }),
        token('2'),
        token('1', { year: '2031', month: '02' }),
        token('1', { year: '2032', month: '03' }),
      ]);
    const { data } = await ofUser('twice');
    expect(data.map(({ providerRef, expiry }) => [providerRef, expiry]).toReversed()).toEqual([
      ['1', '2032-03'],
      ['2', null],
    ]);
    expect((await ofUser('twice')).data.map(({ id }) => id)).toEqual(data.map(({ id }) => id));
  });
});

describe('a list of bank cards', () => {
  const [one, two] = ['6217001234567890123', '6217009876543210987'] as const;
  /** A user's stored bindings, in the order of their numbers. */
  const stored = async (user: string) => {
    const { rows } = await gateway.pool.query<{ id: string; ref: string | null; last4: string; status: string }>(
      'SELECT id, provider_ref AS ref, last4, status FROM bindings WHERE user_ref = $1 ORDER BY last4, id',
      [user],
    );
    return rows;
  };

  test.each<[string, BoundCard[], (string | null)[]]>([
    ["gives two cards each other's ids", [bankCard('B', one), bankCard('A', two)], ['B', 'A']],
    ['hands each id on to the next card', [bankCard('B', one), bankCard('C', two)], ['B', 'C']],
    ['names a card twice, under two ids', [bankCard('A', one), bankCard('C', one), bankCard('B', two)], ['C', 'B']],
    ['gives two cards one id', [bankCard('A', one), bankCard('A', two)], [null, 'A']],
    ['has no ids any more', [bankCard(null, one), bankCard(null, two), bankCard(null, one)], ['A', 'B']],
  ])('that %s keeps one row of each card', async (name, cards, refs) => {
    await store(name, [bankCard('A', one), bankCard('B', two)]);
    const before = await stored(name);
    expect(before.map(({ ref }) => ref)).toEqual(['A', 'B']);
    await store(name, cards);
    const after = await stored(name);
    expect(after.map(({ id, ref }) => [id, ref])).toEqual(before.map(({ id }, index) => [id, refs[index]]));
    expect(after.map(({ status }) => status)).toEqual([refs[0] === null ? 'removed' : 'bound', 'bound']);
  });

  test('whose rows have neither id nor number shows one of each masked number', async () => {
    await store('masked', [bankCard(null, null), bankCard(null, null)]);
    await store('masked', [bankCard(null, null), bankCard(null, null)]);
    expect(await stored('masked')).toMatchObject([{ ref: null, last4: '0961', status: 'bound' }]);
  });
});

describe('pages of cards', () => {
  test('of many more rows than were asked for, some of them twice, are stored whole, as their last rows have them', async () => {
    const { client, services, sandbox } = gateway;
    const rows = Array.from({ length: 1300 }, (_, index) => ({ card_id: `cid_${index}`, status: 1 }));
    const doubled = [0, 1, 1299].map((index) => ({ card_id: `cid_${index}`, status: 3 }));
    front.rewrite = (_path, text) => {
      const answer = JSON.parse(text) as { data?: { card_list?: unknown } };
      if (answer.data?.card_list === undefined) return text;
      return JSON.stringify({ ...answer, data: { total: 99_999_999_999, card_list: [...rows, ...doubled] } });
    };
    sandbox.admin.openApi.seedCards({ count: 1, replace: true });
    const { id } = await client.startSync({ body: { account: 'open-api' } });
    const { signal } = new AbortController();
    await runSync(services, uuidOf('sync', id), { isLastAttempt: false, signal });
    // The repeated page brings nothing new.
    expect(await client.getSync({ params: { id } })).toMatchObject({ status: 'succeeded', seen: 1300 });
    const statuses = async (status: 'inactive' | 'frozen') => {
      const found: string[] = [];
      const query = { account: 'open-api', status, limit: 200 };
      for await (const { providerRef } of client.all('listCards', { query })) found.push(String(providerRef));
      return found;
    };
    expect((await statuses('frozen')).toSorted()).toEqual(['cid_0', 'cid_1', 'cid_1299']);
    expect(await statuses('inactive')).toHaveLength(1297);
  });
});
