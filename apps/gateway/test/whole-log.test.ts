import { type OperationId, type Operations, operations } from '@card-gateway/contract';
import { toPublicId, uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ingestCards } from '../src/cards/ingest-cards.ts';
import { storeProviderTransactions } from '../src/transactions/store.ts';
import { cardUpdate, post, processedCallbacks, takingCallbacks } from './setup/callbacks.ts';
import { cardMaker, secretsOf } from './setup/cards.ts';
import { allEvents } from './setup/events.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, smsCode } from './setup/orders.ts';
import { reconcileNow } from './setup/reconcile.ts';
import { compareLog, recordRows, subjectKinds } from './setup/row-history.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;
let cards: Awaited<ReturnType<typeof cardMaker>>;

beforeAll(async () => {
  gateway = await startGateway({ ...takingCallbacks, undocumented: true });
  await recordRows(gateway.owner);
  cards = await cardMaker(gateway);
});
afterAll(() => gateway.close());

/** Writes that change resources of providers. Destinations of events are not told of, except where they fail. */
type WriteId = Exclude<
  { [Id in OperationId]: Operations[Id]['effect'] extends 'write' ? Id : never }[OperationId],
  'createEventDestination'
>;

const operation = (id: string | undefined) => gateway.client.getOperation({ params: { id: id ?? '' } });
function lose(path: string, fault: 'reset' | 'work_then_reset' | 'refuse'): void {
  const code = fault === 'refuse' ? { code: 2007 } : {};
  gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: path, fault, ...code });
}

async function order(requestId: string) {
  const { data } = await gateway.client.listCardProducts({ query: { account: 'keysecure' } });
  const product = data.find(({ providerRef }) => providerRef === 'PKG2026000001')?.id ?? '';
  const body = { account: 'keysecure', product, cardholder: cards.cardholder.id, form: 'virtual' } as const;
  return gateway.client.issueCard({ requestId, body });
}

/** The types of the events of a request, each naming its operation. */
async function toldOf(requestId: string): Promise<readonly string[]> {
  const { rows } = await gateway.pool.query<{ type: string; operation: string }>(
    `SELECT e.type, o.id = e.operation_id AS operation FROM events e LEFT JOIN operations o ON o.request_id = e.request_id
     WHERE e.request_id = $1 ORDER BY e.type`,
    [requestId],
  );
  expect(rows.every((row) => row.operation)).toBe(true);
  return rows.map(({ type }) => type);
}

/** How each write is made, with the events that name it. */
const walks: Readonly<Record<WriteId, readonly [string[], (requestId: string) => Promise<unknown>]>> = {
  createCardholder: [
    ['cardholder.pending', 'cardholder.updated', 'operation.succeeded'],
    (requestId) =>
      gateway.client.createCardholder({
        requestId,
        body: { account: 'keysecure', reference: 'walked', sumsubShareToken: 'share-token' },
      }),
  ],
  reapplyCardholder: [
    ['cardholder.pending', 'operation.succeeded'],
    async (requestId) => {
      const body = { account: 'keysecure', reference: 'rejected', sumsubShareToken: 'share-token' };
      const { id, providerRef } = await gateway.client.createCardholder({ body });
      gateway.sandbox.admin.keysecure.updateCardholder(String(providerRef), { status: 'Rejected' });
      await gateway.client.getCardholder({ params: { id }, query: { refresh: true } });
      await gateway.client.reapplyCardholder({ requestId, params: { id }, body: { sumsubShareToken: 'another' } });
    },
  ],
  issueCard: [['card.pending', 'card.updated', 'operation.succeeded'], (requestId) => order(requestId)],
  activateCard: [
    ['card.activated', 'operation.succeeded'],
    async (requestId) => {
      const { id } = await cards.made('physical');
      const { cvv, pan } = secretsOf(gateway, id);
      await gateway.client.activateCard({ requestId, params: { id }, body: { cvv, last4: pan.slice(-4) } });
    },
  ],
  freezeCard: [
    ['card.frozen', 'operation.succeeded'],
    async (requestId) => gateway.client.freezeCard({ requestId, params: { id: (await cards.made('virtual')).id } }),
  ],
  unfreezeCard: [
    ['card.unfrozen', 'operation.succeeded'],
    async (requestId) =>
      gateway.client.unfreezeCard({ requestId, params: { id: (await cards.made('virtual', 'Frozen')).id } }),
  ],
  cancelCard: [
    ['card.cancelled', 'operation.succeeded'],
    async (requestId) => gateway.client.cancelCard({ requestId, params: { id: (await cards.made('virtual')).id } }),
  ],
  setCardPin: [
    ['operation.succeeded'],
    async (requestId) => {
      const { id } = await cards.made('physical', 'Activated');
      await gateway.client.setCardPin({ requestId, params: { id }, body: { pin: '258036' } });
    },
  ],
  createTransfer: [
    ['operation.succeeded', 'transfer.pending', 'transfer.succeeded'],
    (requestId) =>
      gateway.client.createTransfer({
        requestId,
        body: {
          account: 'keysecure',
          cardholder: cards.cardholder.id,
          direction: 'in',
          amount: { amount: '1.50', currency: 'TUSDT' },
        },
      }),
  ],
  startBinding: [
    ['binding.awaiting_code', 'binding.starting', 'operation.succeeded'],
    (requestId) => gateway.client.startBinding({ requestId, body: bankCard() }),
  ],
  verifyBinding: [
    ['binding.bound', 'binding.verifying', 'operation.succeeded'],
    async (requestId) => {
      const card = bankCard();
      const { id } = await gateway.client.startBinding({ body: card });
      await gateway.client.verifyBinding({ requestId, params: { id }, body: { code: smsCode(gateway, card.phone) } });
    },
  ],
  removeBinding: [
    ['binding.removed', 'operation.succeeded'],
    async (requestId) => {
      gateway.sandbox.admin.onerway.seedTokens({ merchantCustId: 'walked', tokens: [{}] });
      const query = { account: 'onerway', user: 'walked', kind: 'token', refresh: true } as const;
      const { data } = await gateway.client.listBindings({ query });
      await gateway.client.removeBinding({ requestId, params: { id: data[0]?.id ?? '' } });
    },
  ],
  startSync: [
    ['operation.succeeded'],
    async (requestId) => {
      const { id } = await gateway.client.startSync({ requestId, body: { account: 'open-api' } });
      await until(
        () => gateway.client.getSync({ params: { id } }),
        ({ status }) => status === 'succeeded',
      );
    },
  ],
  resolveOperation: [
    ['operation.needs_person', 'operation.succeeded'],
    async (requestId) => {
      const { id } = await cards.made('physical', 'Activated');
      lose('card/pin/set', 'work_then_reset');
      const lost = await gateway.client.setCardPin({ requestId, params: { id }, body: { pin: '258036' } });
      const body = { outcome: 'succeeded', reason: 'The holder tried it.' } as const;
      await gateway.client.resolveOperation({ params: { id: lost.operation?.id ?? '' }, body });
    },
  ],
};

describe('a write is told with its resource', () => {
  test('and each has a walk', () => {
    const writes = Object.entries(operations).filter(
      ([, { effect, path }]) => effect === 'write' && !path.startsWith('/v1/event-'),
    );
    expect(Object.keys(walks).sort()).toEqual(writes.map(([id]) => id).sort());
  });

  test.each(Object.entries(walks))('%s', async (id, [types, walk]) => {
    await walk(`walk-${id}`);
    expect(await toldOf(`walk-${id}`)).toEqual(types);
  });
});

const account = () => {
  const found = gateway.services.accounts.byName('keysecure');
  if (found === undefined) throw new Error('no account');
  return found;
};

interface Told {
  readonly type: string;
  readonly operation: string | null;
}

/** The events of a subject that come with an act, and of what the act returns the id of, all of them. */
async function during(act: () => Promise<unknown>, of: () => readonly string[]): Promise<readonly Told[]> {
  const { rows } = await gateway.pool.query<{ last: string }>('SELECT coalesce(max(number), 0) AS last FROM events');
  await act();
  const { rows: told } = await gateway.pool.query<Told>(
    `SELECT type, operation_id AS operation FROM events WHERE number > $1 AND subject_id = ANY ($2) ORDER BY number`,
    [rows[0]?.last, of()],
  );
  return told;
}

const freeze = (requestId: string, id: string) => gateway.client.freezeCard({ requestId, params: { id } });

describe('the outcome of a write is told with the request that asked for it', () => {
  test('an order that is refused', async () => {
    lose('card/apply', 'refuse');
    await expect(order('refused')).rejects.toMatchObject({ code: 'refused-by-provider' });
    expect(await toldOf('refused')).toEqual(['card.failed', 'card.pending', 'operation.refused']);
  });

  /** What the provider shows of a card is stored first, and then found to be the work of the write. */
  const shownFirst = ['operation.succeeded', 'operation.unknown'];

  test('a change that is found out by a look-up', async () => {
    const { id } = await cards.made('virtual');
    lose('card/status/update', 'work_then_reset');
    const lost = await freeze('looked-up', id);
    const told = await during(
      () => reconcileNow(gateway.services, lost.operation?.id),
      () => [uuidOf('card', id)],
    );
    expect(told).toEqual([{ type: 'card.frozen', operation: null }]);
    expect(await operation(lost.operation?.id)).toMatchObject({ outcome: 'succeeded', resolvedBy: 'look-up' });
    expect(await toldOf('looked-up')).toEqual(shownFirst);
  });

  test('an order that is found by a look-up', async () => {
    lose('card/apply', 'work_then_reset');
    const lost = await order('found');
    await reconcileNow(gateway.services, lost.operation?.id);
    expect(await operation(lost.operation?.id)).toMatchObject({ outcome: 'succeeded', resolvedBy: 'look-up' });
    const accepted = ['card.updated', 'card.updated'];
    expect(await toldOf('found')).toEqual(['card.pending', ...accepted, 'operation.succeeded', 'operation.unknown']);
  });

  test('a change that a callback shows', async () => {
    const { id, providerRef } = await cards.made('virtual');
    lose('card/status/update', 'work_then_reset');
    const lost = await freeze('called-back', id);
    const askedAt = new Date();
    const frozen = { providerRef: String(providerRef), status: 'frozen', providerStatus: 'Frozen' } as const;
    const told = await during(
      () => ingestCards(gateway.services, account(), [frozen], { by: 'callback', askedAt }),
      () => [uuidOf('card', id)],
    );
    expect(told).toEqual([{ type: 'card.frozen', operation: null }]);
    expect(await operation(lost.operation?.id)).toMatchObject({ outcome: 'succeeded', resolvedBy: 'callback' });
    expect(await toldOf('called-back')).toEqual(shownFirst);
  });

  test('a PIN that a later one supersedes', async () => {
    const { id } = await cards.made('physical', 'Activated');
    const set = (requestId: string) =>
      gateway.client.setCardPin({ requestId, params: { id }, body: { pin: '258036' } });
    lose('card/pin/set', 'work_then_reset');
    await set('superseded');
    await set('later');
    expect(await toldOf('superseded')).toEqual(['operation.needs_person', 'operation.superseded']);
    expect(await toldOf('later')).toEqual(['operation.succeeded']);
  });
});

describe('what others change is told too, as no write of ours', () => {
  test('a refreshed card, once', async () => {
    const { id } = await cards.made('virtual');
    gateway.sandbox.admin.keysecure.updateCard(id, { status: 'Frozen' });
    const refresh = (): Promise<readonly Told[]> =>
      during(
        () => cards.refreshed(id),
        () => [uuidOf('card', id)],
      );
    expect(await refresh()).toEqual([{ type: 'card.frozen', operation: null }]);
    expect(await refresh()).toEqual([]);
  });

  test('a card that a callback describes, once', async () => {
    const { id, providerRef } = await cards.made('virtual');
    // A callback says of what moment it is to the second alone: the last description must be clearly older.
    await gateway.pool.query("UPDATE cards SET synced_at = synced_at - interval '1 minute' WHERE id = $1", [
      uuidOf('card', id),
    ]);
    const message = cardUpdate(gateway, { cardNo: String(providerRef), to: 'Frozen' });
    const told = await during(
      async () => {
        for (const _ of [1, 2]) await post(`${gateway.url}/callbacks/keysecure`, message);
        await processedCallbacks(gateway);
      },
      () => [uuidOf('card', id)],
    );
    expect(told).toEqual([{ type: 'card.frozen', operation: null }]);
  });

  test('of the cards of a sync those that changed, once', async () => {
    const { admin } = gateway.sandbox;
    await syncedCards();
    expect(await syncedCards()).toEqual([]);
    const [card] = admin.openApi.cards();
    admin.openApi.updateCard(card?.card_id ?? '', { status: card?.status === 3 ? 2 : 3 });
    expect(await syncedCards()).toHaveLength(1);
  });

  test('a card of a list that proves to be an ordered one: its own row goes', async () => {
    lose('card/apply', 'work_then_reset');
    const lost = await order('given-way');
    const providerRef = secretsOf(gateway, lost.id).cardNo;
    const listed = { providerRef, status: 'active', providerStatus: 'Activated' } as const;
    await ingestCards(gateway.services, account(), [listed], { by: 'list', askedAt: new Date() });
    const { rows } = await gateway.pool.query<{ id: string }>('SELECT id FROM cards WHERE provider_ref = $1', [
      providerRef,
    ]);
    const told = await during(
      () => reconcileNow(gateway.services, lost.operation?.id),
      () => rows.map((row) => row.id),
    );
    expect(told).toEqual([{ type: 'card.removed', operation: null }]);
  });

  test('a transaction of a card that is not known yet: it is shown as soon as that is', async () => {
    const cardRef = 'C-later';
    const said = {
      providerRef: 'X-of-later',
      cardRef,
      type: 'purchase',
      providerType: 'Consumption',
      status: 'succeeded',
      providerStatus: 'Success',
      amount: '10.00',
      modifiedAt: new Date(),
      merchant: { name: 'A Shop', categoryCode: null, city: null, country: null },
    } as const;
    await storeProviderTransactions(gateway.pool, account(), [said], new Date());
    const { rows } = await gateway.pool.query<{ id: string }>(
      "SELECT id FROM card_transactions WHERE provider_ref = 'X-of-later'",
    );
    const subject = toPublicId('transaction', rows[0]?.id ?? '');
    const ofIt = async () => (await allEvents(gateway)).filter((event) => event.subject === subject);
    expect(await ofIt()).toMatchObject([
      { type: 'transaction.created', subjectVersion: 1, data: null, previous: null },
    ]);
    const listed = { providerRef: cardRef, status: 'active', providerStatus: 'Activated' } as const;
    await ingestCards(gateway.services, account(), [listed], { by: 'list', askedAt: new Date() });
    expect(await ofIt()).toMatchObject([
      { data: { id: subject, amount: { amount: '10.00' }, merchant: said.merchant } },
    ]);
  });
});

/** The subjects of the events of cards that come with a sync of all of OPEN-API's. */
async function syncedCards(): Promise<readonly string[]> {
  const { rows } = await gateway.pool.query<{ last: string }>('SELECT coalesce(max(number), 0) AS last FROM events');
  const { id } = await gateway.client.startSync({ body: { account: 'open-api' } });
  await until(
    () => gateway.client.getSync({ params: { id } }),
    ({ status }) => status === 'succeeded',
  );
  const { rows: told } = await gateway.pool.query<{ id: string }>(
    "SELECT subject_id AS id FROM events WHERE number > $1 AND kind = 'card' AND account = 'open-api'",
    [rows[0]?.last],
  );
  expect(new Set(told.map((one) => one.id)).size).toBe(told.length);
  return told.map((one) => one.id);
}

describe('after all that', () => {
  test('each change of each row has its event, and each event its change', async () => {
    const { wanted, found } = await compareLog(gateway.owner);
    for (const kind of subjectKinds) expect(found[kind]).toEqual(wanted[kind]);
    expect(subjectKinds.filter((kind) => kind !== 'callback' && found[kind].length === 0)).toEqual([]);
  });

  test('the events of a subject tell its whole history, and end with what its GET shows', async () => {
    const { client } = gateway;
    const gets: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
      card: (id) => client.getCard({ params: { id } }),
      cardholder: (id) => client.getCardholder({ params: { id } }),
      binding: (id) => client.getBinding({ params: { id } }),
      transaction: (id) => client.getTransaction({ params: { id } }),
      transfer: (id) => client.getTransfer({ params: { id } }),
      operation: (id) => client.getOperation({ params: { id } }),
      sync: (id) => client.getSync({ params: { id } }),
    };
    const events = await allEvents(gateway);
    for (const [subject, history] of Map.groupBy(events, (event) => event.subject)) {
      expect(history.map(({ subjectVersion }) => subjectVersion)).toEqual(history.map((_, at) => at + 1));
      for (const [at, { data, previous }] of history.entries()) {
        const before = history[at - 1];
        if (before !== undefined && data !== null) expect(told({ ...data, ...previous })).toEqual(told(before.data));
      }
      const last = history.at(-1);
      const get = gets[last?.type.split('.')[0] ?? ''];
      if (last?.type === 'card.removed') await expect(get?.(subject)).rejects.toMatchObject({ code: 'not-found' });
      else expect(told(last?.data)).toEqual(told(await get?.(subject)));
    }
  });
});

/** Without the members that are as of reading, or change without an event. */
function told(data: unknown): Record<string, unknown> {
  const {
    updatedAt,
    syncedAt,
    operation: latest,
    attempts,
    resolution,
    nextLookUpAt,
    ...shown
  } = data as Record<string, unknown>;
  void [updatedAt, syncedAt, latest, attempts, resolution, nextLookUpAt];
  return shown;
}
