import { type CardStatus, type ProviderCard, uuidOf } from '@card-gateway/core';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { takeCards } from '../src/cards/take-cards.ts';
import { tidyCallbacks, workCallback } from '../src/jobs/callback.ts';
import { cardUpdate, countCallbacks, post, takingCallbacks } from './setup/callbacks.ts';
import { cardMaker } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { ahead } from './setup/settle.ts';

let gateway: TestGateway;
let admin: TestGateway['sandbox']['admin'];
let cards: Awaited<ReturnType<typeof cardMaker>>;

beforeAll(async () => {
  // Nothing is worked by itself: each test says when.
  gateway = await startGateway({ ...takingCallbacks, jobs: false });
  ({ admin } = gateway.sandbox);
  cards = await cardMaker(gateway);
});
afterAll(() => gateway.close());
beforeEach(() => admin.clearFaults());

/** Sends a callback of KeySecure. @returns its id */
async function received(change: Parameters<typeof cardUpdate>[1]): Promise<string> {
  const answer = await post(`${gateway.url}/callbacks/keysecure`, cardUpdate(gateway, change));
  expect(answer.status).toBe(200);
  const { data } = await gateway.client.listCallbacks({ query: { limit: 1 } });
  return data[0]?.id ?? '';
}

const work = (id: string, isLastAttempt = true): Promise<void> =>
  workCallback(gateway.services, uuidOf('callback', id), isLastAttempt);
const callback = (id: string) => gateway.client.getCallback({ params: { id } });

const words = { active: 'Activated', frozen: 'Frozen', inactive: 'ToActivate', cancelled: 'Delete' } as const;
type Status = keyof typeof words & CardStatus;

describe('the status of a card', () => {
  let made = 0;

  /** What is said of a card: by a callback, which has the provider's date, or by a list or a poll, asked for at a time. */
  interface Said {
    readonly by: 'callback' | 'poll' | 'list';
    readonly status: Status;
    readonly second: number;
  }
  const said: fc.Arbitrary<Said> = fc.record({
    by: fc.constantFrom('callback', 'poll', 'list'),
    status: fc.constantFrom('active', 'frozen', 'inactive', 'cancelled'),
    second: fc.integer({ min: 1, max: 200 }),
  });
  const history = fc
    .uniqueArray(said, { minLength: 1, maxLength: 7, selector: ({ second }) => second })
    .chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })));

  /** Tells all of it of a new card, in this order. @returns what is then known */
  async function tell(events: readonly Said[], start: number) {
    const { services, pool } = gateway;
    const account = services.accounts.byName('keysecure');
    if (account === undefined) throw new Error('no account');
    const ref = `told-${(made += 1)}`;
    const seen = (status: CardStatus, second: number, others: readonly ProviderCard[] = []) => {
      const card = { providerRef: ref, status, providerStatus: words[status as Status] ?? 'Pending' };
      return takeCards(services, account, [...others, card], { by: 'list', askedAt: new Date(start + second * 1000) });
    };
    await seen('pending', 0);
    for (const { by, status, second } of events) {
      switch (by) {
        case 'callback':
          await work(await received({ cardNo: ref, to: words[status], time: start + second * 1000 }));
          break;
        case 'poll':
          await seen(status, second);
          break;
        case 'list':
          await seen(status, second, [{ providerRef: `beside-${ref}`, status: 'active', providerStatus: 'Activated' }]);
          break;
      }
    }
    const { rows } = await pool.query('SELECT status, provider_status, synced_at FROM cards WHERE provider_ref = $1', [
      ref,
    ]);
    return rows[0] as { status: string; provider_status: string; synced_at: Date };
  }

  test('ends the same in every order of what callbacks, polls and lists say: as the latest has it', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ([events, shuffled]) => {
        const start = Date.now() - 240_000;
        const [one, other] = [await tell(events, start), await tell(shuffled, start)];
        expect(other).toEqual(one);
        const latest = events.toSorted((a, b) => b.second - a.second)[0];
        expect(one).toMatchObject({ status: latest?.status, provider_status: words[latest?.status ?? 'active'] });
      }),
      { numRuns: 25 },
    );
  });

  test.each<[string, (time: number) => number]>([
    ['the date of another status', (time) => time],
    ['a date far ahead', (time) => time + 3_600_000],
  ])('is read again where a callback has %s', async (_what, dated) => {
    const card = await cards.made('virtual', 'Activated');
    const { syncedAt } = await gateway.client.getCard({ params: { id: card.id } });
    admin.keysecure.updateCard(card.id, { status: 'Delete' });
    const before = admin.requestCount('keysecure', 'card/detail');
    await work(
      await received({ cardNo: card.providerRef ?? '', to: 'Frozen', time: dated(Date.parse(syncedAt ?? '')) }),
    );
    expect(admin.requestCount('keysecure', 'card/detail')).toBe(before + 1);
    expect(await gateway.client.getCard({ params: { id: card.id } })).toMatchObject({ status: 'cancelled' });
  });
});

test('a callback about a card that is not known settles the order whose answer was lost', async () => {
  admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'work_then_reset' });
  const card = await cards.order('virtual');
  expect(card).toMatchObject({ providerRef: null, operation: { outcome: 'unknown' } });
  const atProvider = admin.keysecure.cards().find(({ uniqueNo }) => uniqueNo === card.id);
  admin.keysecure.updateCard(card.id, { status: 'Activated' });
  await work(await received({ cardNo: atProvider?.cardNo ?? '', to: 'Activated' }));
  expect(await gateway.client.getCard({ params: { id: card.id } })).toMatchObject({
    providerRef: atProvider?.cardNo,
    status: 'active',
    operation: { outcome: 'succeeded' },
  });
  expect(admin.ledger({ effect: 'card_issued', reference: card.id })).toHaveLength(1);
});

test('a callback settles a change whose answer was lost', async () => {
  const card = await cards.made('virtual', 'Activated');
  admin.addFault({ provider: 'keysecure', operation: 'card/status/update', fault: 'work_then_reset' });
  const { operation } = await gateway.client.freezeCard({ params: { id: card.id } });
  expect(operation?.outcome).toBe('unknown');
  await work(await received({ cardNo: card.providerRef ?? '', to: 'Frozen' }));
  expect(await gateway.client.getOperation({ params: { id: operation?.id ?? '' } })).toMatchObject({
    outcome: 'succeeded',
    settledBy: 'callback',
  });
});

describe('a callback that cannot be worked', () => {
  test('is tried again, then failed and shown; replayed, it is worked, and who did it is on record', async () => {
    const card = await cards.made('virtual', 'Activated');
    const id = await received({ cardNo: card.providerRef ?? '', to: 'Frozen', time: Date.now() + 3_600_000 });
    admin.keysecure.updateCard(card.id, { status: 'Frozen' });
    admin.addFault({ provider: 'keysecure', operation: 'card/detail', fault: 'bad_gateway', times: 0 });
    await expect(work(id, false)).rejects.toThrow(/provider/);
    expect(await callback(id)).toMatchObject({ state: 'received', failure: null });
    await work(id);
    expect(await callback(id)).toMatchObject({
      state: 'failed',
      failure: expect.stringMatching(/provider/),
      workedAt: null,
    });
    expect((await gateway.client.listCallbacks({ query: { state: 'failed' } })).data).toMatchObject([{ id }]);

    admin.clearFaults();
    expect(await gateway.client.call('replayCallback', { params: { id } })).toMatchObject({
      status: 200,
      data: { id, state: 'received', failure: null },
    });
    const { rows } = await gateway.pool.query(
      'SELECT caller, action, request_id IS NOT NULL AS "isTraced" FROM audit_log WHERE resource = $1',
      [id],
    );
    expect(rows).toEqual([{ caller: 'tests', action: 'callback.replay', isTraced: true }]);
    await work(id);
    expect(await callback(id)).toMatchObject({ state: 'worked', failure: null, workedAt: expect.any(String) });
    expect(await gateway.client.getCard({ params: { id: card.id } })).toMatchObject({ status: 'frozen' });
  });

  test('is worked again also when it is replayed while its last attempt still runs, and fails', async () => {
    const card = await cards.made('virtual', 'Activated');
    const id = await received({ cardNo: card.providerRef ?? '', to: 'Frozen', time: Date.now() + 3_600_000 });
    const asked = admin.requestCount('keysecure', 'card/detail');
    admin.addFault({ provider: 'keysecure', operation: 'card/detail', fault: 'hang' });
    const last = work(id);
    await admin.until(() => admin.requestCount('keysecure', 'card/detail') > asked);
    await gateway.client.replayCallback({ params: { id } });
    await last;
    await work(id);
    expect(await callback(id)).toMatchObject({ state: 'worked', failure: null });
  });

  test('of a card that the provider does not show is failed, and that is all', async () => {
    const id = await received({ cardNo: 'C-nowhere', to: 'Frozen' });
    await work(id);
    expect(await callback(id)).toMatchObject({ state: 'failed', failure: expect.stringMatching(/provider/) });
  });
});

test('a callback has its job once: a repeat queues none', async () => {
  const time = Date.now();
  const id = await received({ cardNo: 'C-once', to: 'Frozen', time });
  const jobs = async () => {
    const { rows } = await gateway.pool.query('SELECT FROM graphile_worker.jobs WHERE key = $1', [
      `callback:${uuidOf('callback', id)}`,
    ]);
    return rows.length;
  };
  expect(await jobs()).toBe(1);
  await gateway.pool.query('SELECT graphile_worker.remove_job($1)', [`callback:${uuidOf('callback', id)}`]);
  expect(await received({ cardNo: 'C-once', to: 'Frozen', time })).toBe(id);
  expect([await callback(id), await jobs()]).toMatchObject([{ deliveries: 2, state: 'received' }, 0]);
});

test('another tenant sees none of them, by list, id or replay', async () => {
  const id = await received({ cardNo: 'C-mine', to: 'Frozen' });
  const { client } = await gateway.key({ tenant: 'other' });
  expect((await client.listCallbacks()).data).toEqual([]);
  await expect(client.getCallback({ params: { id } })).rejects.toMatchObject({ status: 404 });
  await expect(client.replayCallback({ params: { id } })).rejects.toMatchObject({ status: 404 });
});

test('what was worked is deleted after its time; what waits or failed stays, and what lost its job is failed', async () => {
  const card = await cards.made('virtual', 'Activated');
  const worked = await received({ cardNo: card.providerRef ?? '', to: 'Frozen' });
  await work(worked);
  const lost = await received({ cardNo: 'C-lost', to: 'Frozen' });
  await gateway.pool.query("SELECT graphile_worker.remove_job('callback:' || $1)", [uuidOf('callback', lost)]);
  // As a process leaves it that is killed in the last attempt, once the sweep has freed its jobs.
  const given = await received({ cardNo: 'C-given-up', to: 'Frozen' });
  await gateway.pool.query('UPDATE graphile_worker._private_jobs SET attempts = max_attempts WHERE key = $1', [
    `callback:${uuidOf('callback', given)}`,
  ]);
  const waiting = await received({ cardNo: 'C-waiting', to: 'Frozen' });
  const before = await countCallbacks(gateway);
  await tidyCallbacks(ahead(gateway, 86_400_000 * 89));
  expect(await countCallbacks(gateway)).toBe(before);
  expect(await callback(given)).toMatchObject({ state: 'failed', failure: 'Its job was lost.' });
  expect(await callback(waiting)).toMatchObject({ state: 'received', failure: null });
  expect(await callback(lost)).toMatchObject({ state: 'failed', failure: 'Its job was lost.' });
  await tidyCallbacks(ahead(gateway, 86_400_000 * 91));
  await expect(callback(worked)).rejects.toMatchObject({ status: 404 });
  expect(await callback(lost)).toMatchObject({ state: 'failed' });
});
