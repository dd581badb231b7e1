import { type Page, type PageHead, type ProviderCard, uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { OpenAccount } from '../src/accounts/accounts.ts';
import { ingestPage } from '../src/cards/ingest-page.ts';
import { runSync } from '../src/jobs/sync.ts';
import type { Services } from '../src/services.ts';
import { cardMaker } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { waitedFor } from './setup/meeting.ts';

/** Three pages, the last of which is not full. */
const cards = 250;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ jobs: false, settings: { PROVIDER_WRITE_TIMEOUT_MS: '1000' } });
  gateway.sandbox.admin.openApi.seedCards({ count: cards, replace: true });
});
afterAll(() => gateway.close());
beforeEach(() => gateway.sandbox.admin.clearFaults());

async function sync(): Promise<void> {
  const { id } = await gateway.client.startSync({ body: { account: 'open-api' } });
  const run = { isLastAttempt: false, signal: new AbortController().signal };
  await runSync(gateway.services, uuidOf('sync', id), run);
  expect(await gateway.client.getSync({ params: { id } })).toMatchObject({ status: 'succeeded', seen: cards });
}

async function rows(): Promise<Record<string, unknown>[]> {
  const { rows } = await gateway.pool.query<Record<string, unknown>>(
    `SELECT *, xmin::text AS version FROM cards WHERE account = 'open-api' ORDER BY provider_ref`,
  );
  return rows;
}

const accountOf = (account: string): OpenAccount => {
  const found = gateway.services.accounts.byName(account);
  if (found === undefined) throw new Error('no account');
  return found;
};

function headOf(digest: string): PageHead {
  return { next: null, nextPart: null, isWhole: false, total: null, unreadable: 0, digest };
}

/** A page whose rows cannot be read. */
function unreadable(digest: string): Page<ProviderCard> {
  return {
    ...headOf(digest),
    get items(): never {
      throw new Error('read');
    },
  };
}

const head = (position: string | null) => gateway.services.knownPages.get('open-api', position)?.head.digest ?? '';

test('a list that has not changed is not read again, and counts as of when it was requested', async () => {
  await sync();
  const before = await rows();
  const requested = new Date(gateway.services.now());
  const fingerprint = (): never => {
    throw new Error('read');
  };
  const { sealing } = gateway.services;
  const unused: Services = { ...gateway.services, sealing: { ...sealing, fingerprint } };
  const { id } = await gateway.client.startSync({ body: { account: 'open-api' } });
  await runSync(unused, uuidOf('sync', id), { isLastAttempt: false, signal: new AbortController().signal });
  expect(await gateway.client.getSync({ params: { id } })).toMatchObject({ status: 'succeeded', seen: cards });
  const after = await rows();
  expect(after).toHaveLength(cards);
  expect(after.every((row) => (row['synced_at'] as Date) >= requested)).toBe(true);
  const times = { synced_at: null, version: null };
  expect(after.map((row) => ({ ...row, ...times }))).toEqual(before.map((row) => ({ ...row, ...times })));
});

test.each<[string, string]>([
  ['a row that was written since', `UPDATE cards SET status = 'frozen' WHERE provider_ref = $1`],
  ['a row that was described since', `UPDATE cards SET status = 'frozen', synced_at = now() WHERE provider_ref = $1`],
  ['a row that is gone', 'DELETE FROM cards WHERE provider_ref = $1'],
])('%s is stored from the page, though that shows nothing new', async (_what, statement) => {
  await sync();
  const [row] = await rows();
  await gateway.owner.query(statement, [row?.['provider_ref']]);
  await sync();
  const [again, ...others] = await rows();
  expect(others).toHaveLength(cards - 1);
  expect(again).toMatchObject({ provider_ref: row?.['provider_ref'], status: row?.['status'] });
});

test('a row that has changed at the provider is stored', async () => {
  await sync();
  const { openApi } = gateway.sandbox.admin;
  const [card] = openApi.cards();
  openApi.updateCard(String(card?.card_id), { status: 3 });
  await sync();
  const changed = (await rows()).find((row) => row['provider_ref'] === card?.card_id);
  expect(changed).toMatchObject({ status: 'frozen' });
});

test('a page that was requested before its rows were last described changes nothing', async () => {
  await sync();
  const before = await rows();
  const digest = head(null);
  const earlier = new Date(gateway.services.now() - 60_000);
  await expect(ingestPage(gateway.services, accountOf('open-api'), null, unreadable(digest), earlier)).rejects.toThrow(
    'read',
  );
  expect(await rows()).toEqual(before);
});

const freeze = `UPDATE cards SET status = 'frozen' WHERE provider_ref = $1`;
test.each<[string, string]>([
  ['waits for its turn', `SELECT pg_advisory_xact_lock(hashtextextended('cards open-api', 0)) WHERE $1 <> ''`],
  ['waits for the row', freeze],
])('a known page that %s is read if the row is written meanwhile', async (_what, hold) => {
  await sync();
  const [ref] = gateway.services.knownPages.get('open-api', null)?.refs.split('\n') ?? [];
  const holder = await gateway.owner.connect();
  await holder.query('BEGIN');
  await holder.query(hold, [ref]);
  const page = unreadable(head(null));
  const storing = ingestPage(gateway.services, accountOf('open-api'), null, page, new Date(gateway.services.now()));
  const writing = async (): Promise<void> => {
    await waitedFor(gateway.owner, holder);
    await holder.query(freeze, [ref]);
    await holder.query('COMMIT');
    holder.release();
  };
  await Promise.all([expect(storing).rejects.toThrow('read'), writing()]);
});

test('the same page shows the outcome of a write that it did not show before', async () => {
  const made = await (await cardMaker(gateway)).made('virtual');
  const { client, services } = gateway;
  await client.freezeCard({ params: { id: made.id } });
  const fault = 'work_then_reset';
  gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/status/update', fault });
  const { data } = await client.call('unfreezeCard', { params: { id: made.id }, idempotencyKey: crypto.randomUUID() });
  const params = { id: data.operation?.id ?? '' };
  const sentAt = Date.parse((await client.getOperation({ params })).createdAt);
  const items = [{ providerRef: String(made.providerRef), status: 'active', providerStatus: 'Activated' } as const];
  const page = { ...headOf('one'), items };
  const told = (afterMs: number) =>
    ingestPage(services, accountOf('keysecure'), null, page, new Date(sentAt + afterMs));
  await told(29_000);
  expect(await client.getOperation({ params })).toMatchObject({ outcome: 'unknown' });
  await told(31_000);
  expect(await client.getOperation({ params })).toMatchObject({ outcome: 'succeeded' });
});
