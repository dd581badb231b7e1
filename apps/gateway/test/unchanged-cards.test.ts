import { randomBytes } from 'node:crypto';
import { Pan, type ProviderCard } from '@card-gateway/core';
import { openPool } from '@card-gateway/database/testing';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ingestCards } from '../src/cards/ingest-cards.ts';
import { panPlace } from '../src/cards/provider-cards-store.ts';
import { createSealing } from '../src/sealing.ts';
import type { Owner } from '../src/accounts/accounts.ts';
import type { Services } from '../src/services.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

/** The session in which the descriptions are stored, so that its counts can be read as soon as it has stored them. */
let session: pg.Pool;
let gateway: TestGateway;
let services: Services;
const sent: string[] = [];
const account: Owner = { tenant: 'default', name: 'open-api', provider: 'open-api' };
const pageSize = 100;
const first = Date.now() - 3_600_000;
const after = (seconds: number): Date => new Date(first + seconds * 1000);

beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
  session = openPool({ connectionString: gateway.services.config.DATABASE_URL, max: 1 });
  session.on('connect', (client) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown;
    client.query = ((...given: unknown[]) => {
      const [config] = given as [string | { readonly text: string }];
      sent.push(typeof config === 'string' ? config : config.text);
      return query(...given);
    }) as typeof client.query;
  });
  services = { ...gateway.services, pool: session };
});
afterAll(async () => {
  await session.end();
  await gateway.close();
});

const panOf = (n: number): Pan => {
  const pan = Pan.parse(`99999900${String(n).padStart(8, '0')}`);
  if (pan === null) throw new Error('no number');
  return pan;
};

function described(list: string, n: number): ProviderCard {
  const pan = panOf(n);
  return {
    providerRef: `${list}-${n}`,
    productRef: 'cpi_1',
    cardholderRef: null,
    pan,
    last4: pan.last4,
    expiry: '2028-03',
    status: 'active',
    providerStatus: '2',
    balance: '10.50',
    totalLoaded: '100',
    activatedAt: new Date('2025-03-03T02:42:11Z'),
    cancelledAt: null,
  };
}

const listed = (list: string): ProviderCard[] => Array.from({ length: pageSize }, (_, n) => described(list, n));
const store = (cards: readonly ProviderCard[], askedAt: Date, as = services): Promise<unknown> =>
  ingestCards(as, account, cards, { by: 'list', askedAt });

async function rowsOf(list: string): Promise<Record<string, unknown>[]> {
  const { rows } = await gateway.pool.query<Record<string, unknown>>(
    `SELECT * FROM cards WHERE provider_ref LIKE $1 || '-%' ORDER BY id`,
    [list],
  );
  return rows;
}

/** What has happened to cards so far. */
async function counts(): Promise<{ inserted: number; updated: number; inPlace: number }> {
  await session.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await gateway.pool.query<{ inserted: number; updated: number; inPlace: number }>(
    `SELECT n_tup_ins::int AS inserted, n_tup_upd::int AS updated, n_tup_hot_upd::int AS "inPlace"
     FROM pg_stat_user_tables WHERE relname = 'cards'`,
  );
  return rows[0] ?? { inserted: 0, updated: 0, inPlace: 0 };
}

test('a page that shows nothing new takes one statement, seals nothing, and advances only the time of its request', async () => {
  await store(listed('same'), after(0));
  const [rows, before] = [await rowsOf('same'), await counts()];
  expect(rows).toHaveLength(pageSize);
  sent.length = 0;
  await store(listed('same'), after(1));
  expect(sent).toEqual([expect.stringContaining('UPDATE cards'), expect.stringContaining('FROM operations')]);
  // Updated in place: no index has a new entry.
  const { inserted, updated, inPlace } = await counts();
  expect([inserted, updated, inPlace]).toEqual([before.inserted, before.updated + pageSize, before.inPlace + pageSize]);
  expect(await rowsOf('same')).toEqual(rows.map((row) => ({ ...row, synced_at: after(1) })));
});

test('of a sync of 2,500 cards, each that is new or has changed is one event, and no other', async () => {
  const all = Array.from({ length: 2500 }, (_, n) => described('large', n));
  const sync = async (cards: readonly ProviderCard[], askedAt: Date): Promise<readonly unknown[]> => {
    await gateway.owner.query('TRUNCATE events');
    for (let at = 0; at < cards.length; at += pageSize) await store(cards.slice(at, at + pageSize), askedAt);
    const { rows } = await gateway.pool.query(
      `SELECT count(*)::int AS events, count(DISTINCT subject_id)::int AS cards, type, subject_version AS version
       FROM events GROUP BY type, subject_version`,
    );
    return rows;
  };
  expect(await sync(all, after(0))).toEqual([{ events: 2500, cards: 2500, type: 'card.activated', version: 1 }]);
  // Each change is found beside the version before it.
  await gateway.owner.query(`INSERT INTO event_versions SELECT id, 1 FROM cards WHERE provider_ref LIKE 'large-%'`);
  expect(await sync(all, after(1))).toEqual([]);
  const changed = all.map((card, n) => (n % 50 === 7 ? { ...card, status: 'frozen' as const, balance: '9' } : card));
  expect(await sync(changed, after(2))).toEqual([{ events: 50, cards: 50, type: 'card.frozen', version: 2 }]);
  expect(await sync(changed, after(3))).toEqual([]);
});

const hex = (bytes: unknown): string => (bytes as Buffer).toString('hex');

test('of a page with one change only that row is sealed again', async () => {
  await store(listed('one'), after(0));
  const before = await rowsOf('one');
  await store([...listed('one').slice(1), { ...described('one', 0), status: 'frozen', providerStatus: '3' }], after(1));
  const rows = await rowsOf('one');
  const sealed = new Set(before.map((row) => hex(row['pan_sealed'])));
  const changed = rows.filter((row) => !sealed.has(hex(row['pan_sealed'])));
  expect(changed).toHaveLength(1);
  expect(changed[0]).toMatchObject({
    provider_ref: 'one-0',
    status: 'frozen',
    provider_status: '3',
    updated_at: after(1),
    synced_at: after(1),
  });
});

test.each<[string, Partial<ProviderCard>, Record<string, unknown>]>([
  // Equal, and therefore no update that callers are told of, but shown as it came.
  ['an amount with another scale', { balance: '10.5' }, { balance: '10.5', updated_at: after(0) }],
  ['a field that is now stated as none', { activatedAt: null }, { activated_at: null }],
  ['a field that was none', { cancelledAt: after(0) }, { cancelled_at: after(0) }],
  ['a field that was never stated', { form: 'physical' }, { form: 'physical' }],
  ['another number', { pan: panOf(77), last4: panOf(77).last4 }, { last4: panOf(77).last4 }],
])('%s is a change', async (what, change, stored) => {
  const list = what.replaceAll(' ', '_');
  await store([described(list, 0), described(list, 1)], after(0));
  await store([{ ...described(list, 0), ...change }, described(list, 1)], after(1));
  const [changed, other] = (await rowsOf(list)).toSorted((a, b) =>
    String(a['provider_ref']) < String(b['provider_ref']) ? -1 : 1,
  );
  expect(changed).toMatchObject({ updated_at: after(1), synced_at: after(1), ...stored });
  expect(other).toMatchObject({ updated_at: after(0), synced_at: after(1) });
  const place = panPlace(account.name, `${list}-0`);
  const number = services.sealing.openPan(changed?.['pan_sealed'] as Buffer, place).reveal();
  expect(number).toBe((change.pan ?? panOf(0)).reveal());
  expect(changed?.['pan_fingerprint']).toBe(services.sealing.fingerprint(change.pan ?? panOf(0)));
});

test('a field that a description leaves out is no change', async () => {
  await store([described('short', 0), described('short', 1)], after(0));
  const rows = await rowsOf('short');
  await store(
    [0, 1].map((n) => ({ providerRef: `short-${n}`, status: 'active' as const })),
    after(1),
  );
  expect(await rowsOf('short')).toEqual(rows.map((row) => ({ ...row, synced_at: after(1) })));
});

test('what was asked for before the last description, though that showed nothing new, is outdated', async () => {
  await store(listed('late'), after(0));
  const rows = await rowsOf('late');
  await store(listed('late'), after(2));
  await store(
    listed('late').map((card) => ({ ...card, status: 'frozen' as const })),
    after(1),
  );
  expect(await rowsOf('late')).toEqual(rows.map((row) => ({ ...row, synced_at: after(2) })));
});

test('a number under another key is sealed under the newest, though nothing changed', async () => {
  await store(listed('key'), after(0));
  const { GATEWAY_SEALING_KEYS: sealing, GATEWAY_FINGERPRINT_KEYS: fingerprint } = services.config;
  const newKey = { id: 's2', key: randomBytes(32) };
  const rotated = { ...services, sealing: createSealing({ sealing: [newKey, ...sealing], fingerprint }) };
  for (const seconds of [1, 2]) await store(listed('key'), after(seconds), rotated);
  const rows = await rowsOf('key');
  expect(new Set(rows.map((row) => row['pan_key']))).toEqual(new Set(['s2']));
  expect(new Set(rows.map((row) => (row['updated_at'] as Date).getTime()))).toEqual(new Set([first]));
  const newest = { id: 'f2', key: randomBytes(32) };
  const again = { ...rotated, sealing: createSealing({ sealing: [newKey], fingerprint: [newest, ...fingerprint] }) };
  await store(listed('key'), after(3), again);
  expect((await rowsOf('key')).every((row) => String(row['pan_fingerprint']).startsWith('f2:'))).toBe(true);
});
