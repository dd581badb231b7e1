import { done, type OperationType, newUuid, refused, unknown, uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyBindingKind } from '../src/bindings/verify-binding-outcome.ts';
import { attemptOf, resolveWrite } from '../src/ledger/resolve.ts';
import { findById } from '../src/ledger/store.ts';
import { recordAlone } from '../src/ledger/record-store.ts';
import { writeOnce } from '../src/ledger/write.ts';
import { startSyncKind } from '../src/syncs/start-sync.ts';
import { insertSync } from '../src/syncs/store.ts';
import { jobWork } from '../src/work.ts';
import { cardMaker } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, cardOrder, smsCode } from './setup/orders.ts';
import { reconcileNow } from './setup/reconcile.ts';

let gateway: TestGateway;
let cards: Awaited<ReturnType<typeof cardMaker>>;

beforeAll(async () => {
  gateway = await startGateway({
    jobs: false,
    settings: { PROVIDER_CIRCUIT_FAILURES: '1000' },
    undocumented: true,
  });
  cards = await cardMaker(gateway);
});
afterAll(() => gateway.close());

/** The answer to a write; a repeat of it has the same key. */
interface Answered {
  readonly status: number;
  readonly replayed: boolean;
  readonly data: { readonly id: string; readonly operation: { readonly id: string; readonly outcome: string } | null };
}
type Write = (idempotencyKey: string) => Promise<Answered>;

/** A write of each kind, ready to be sent, whose first answer is lost; and the table that has what it is about. */
const writes: Readonly<Record<OperationType, { readonly table: string; readonly prepare: () => Promise<Write> }>> = {
  createCardholder: {
    table: 'cardholders',
    prepare: async () => {
      lose('keysecure', 'cardholder/apply');
      const body = { account: 'keysecure', reference: 'own', sumsubShareToken: 'share-token' };
      return (idempotencyKey) => gateway.client.call('createCardholder', { body, idempotencyKey });
    },
  },
  reapplyCardholder: {
    table: 'cardholders',
    prepare: async () => {
      const body = { account: 'keysecure', reference: 'own-rejected', sumsubShareToken: 'share-token' };
      const { id, providerRef } = await gateway.client.createCardholder({ body });
      gateway.sandbox.admin.keysecure.updateCardholder(String(providerRef), { status: 'Rejected' });
      await gateway.client.getCardholder({ params: { id }, query: { refresh: true } });
      lose('keysecure', 'cardholder/apply');
      const input = { params: { id }, body: { sumsubShareToken: 'another-share-token' } };
      return (idempotencyKey) => gateway.client.call('reapplyCardholder', { ...input, idempotencyKey });
    },
  },
  issueCard: {
    table: 'cards',
    prepare: async () => {
      const body = await cardOrder(gateway);
      lose('keysecure', 'card/apply');
      return (idempotencyKey) => gateway.client.call('issueCard', { body, idempotencyKey });
    },
  },
  activateCard: { table: 'cards', prepare: () => change('activateCard', 'ToActivate') },
  freezeCard: { table: 'cards', prepare: () => change('freezeCard', 'Activated') },
  unfreezeCard: { table: 'cards', prepare: () => change('unfreezeCard', 'Frozen') },
  cancelCard: { table: 'cards', prepare: () => change('cancelCard', 'Activated') },
  setCardPin: { table: 'cards', prepare: () => change('setCardPin', 'Activated') },
  createTransfer: {
    table: 'transfers',
    prepare: async () => {
      lose('keysecure', 'account/transfer');
      const amount = { amount: '1.00', currency: 'TUSDT' };
      const body = { account: 'keysecure', cardholder: cards.cardholder.id, direction: 'in', amount } as const;
      return (idempotencyKey) => gateway.client.call('createTransfer', { body, idempotencyKey });
    },
  },
  startBinding: {
    table: 'bindings',
    prepare: async () => {
      lose('yixin', 'bindCard');
      const body = bankCard();
      return (idempotencyKey) => gateway.client.call('startBinding', { body, idempotencyKey });
    },
  },
  verifyBinding: {
    table: 'bindings',
    prepare: async () => {
      const card = bankCard();
      const { id } = await gateway.client.startBinding({ body: card });
      lose('yixin', 'verifyCode');
      const input = { params: { id }, body: { code: smsCode(gateway, card.phone) } };
      return (idempotencyKey) => gateway.client.call('verifyBinding', { ...input, idempotencyKey });
    },
  },
  removeBinding: {
    table: 'bindings',
    prepare: async () => {
      gateway.sandbox.admin.onerway.seedTokens({ merchantCustId: 'own', tokens: [{}] });
      const query = { account: 'onerway', user: 'own', kind: 'token', refresh: true } as const;
      const params = { id: (await gateway.client.listBindings({ query })).data[0]?.id ?? '' };
      lose('onerway', 'deleteToken');
      return (idempotencyKey) => gateway.client.call('removeBinding', { params, idempotencyKey });
    },
  },
  startSync: { table: 'syncs', prepare: async () => startLostSync },
};

function lose(provider: 'keysecure' | 'onerway' | 'yixin', operation: string): void {
  gateway.sandbox.admin.addFault({ provider, operation, fault: 'reset' });
}

async function change(
  id: 'activateCard' | 'freezeCard' | 'unfreezeCard' | 'cancelCard' | 'setCardPin',
  status: 'ToActivate' | 'Activated' | 'Frozen',
): Promise<Write> {
  const card = await cards.made('physical', status);
  const path = { activateCard: 'card/active', setCardPin: 'card/pin/set' }[id as string] ?? 'card/status/update';
  lose('keysecure', path);
  const params = { id: card.id };
  return (idempotencyKey) => {
    if (id === 'activateCard') {
      return gateway.client.call(id, { params, body: { cvv: '123', last4: '4242' }, idempotencyKey });
    }
    if (id === 'setCardPin') return gateway.client.call(id, { params, body: { pin: '258036' }, idempotencyKey });
    return gateway.client.call(id, { params, idempotencyKey });
  };
}

/** A sync makes no call: its outcome is unknown only if its process ended before recording it. */
async function startLostSync(idempotencyKey: string): Promise<Answered> {
  const account = gateway.services.accounts.byName('keysecure');
  if (account === undefined) throw new Error('no account');
  const id = newUuid(Date.now());
  const { tenant, provider, name } = account;
  const sync = { id, tenant, provider, account: name, kind: 'cards', userRef: null, userIp: null } as const;
  const request = {
    caller: { tenant, caller: 'tests', keyId: 'tests', scopes: [] },
    idempotencyKey,
    resource: null,
    text: 'a sync',
    isPartial: false,
    requestId: 'own',
    work: jobWork,
  };
  const { status, replayed, body } = await writeOnce(gateway.services, startSyncKind, request, async () => ({
    account,
    resourceId: id,
    record: recordAlone,
    within: async (client, operationId, at) => (await insertSync(client, sync, operationId, at)) ?? id,
    send: async () => unknown('no_answer'),
    resolvesBy: 'look-up',
  }));
  return { status, replayed, data: body as Answered['data'] };
}

/** As if a later write had taken the resource: a list that hands our reference back gives a card to lost orders, too. */
async function laterWrite(table: string, resource: string): Promise<void> {
  const id = newUuid(Date.now());
  await gateway.pool.query(
    `INSERT INTO operations (id, tenant, caller, idempotency_key, request_hash, type, provider, account, resource_id, state,
       settles_by, created_at, updated_at, lease_until)
     SELECT $1::uuid, tenant, caller, 'later ' || $1::text, request_hash, type, provider, account, resource_id, 'submitting', settles_by, now(), now(), now()
     FROM operations WHERE id = (SELECT operation_id FROM ${table} WHERE id = $2)`,
    [id, resource],
  );
  await gateway.pool.query(`UPDATE ${table} SET operation_id = $1 WHERE id = $2`, [id, resource]);
}

test.each(Object.entries(writes))('a repeat of an unknown %s shows that very write', async (_type, write) => {
  const send = await write.prepare();
  const idempotencyKey = crypto.randomUUID();
  const first = await send(idempotencyKey);
  expect(first).toMatchObject({ status: 202, replayed: false, data: { operation: { outcome: 'unknown' } } });
  const [kind] = first.data.id.split('_');
  const kinds = { card: 'card', chd: 'cardholder', trf: 'transfer', bind: 'binding', sync: 'sync' } as const;
  await laterWrite(write.table, uuidOf(kinds[kind as keyof typeof kinds], first.data.id));

  const again = await send(idempotencyKey);

  expect(again).toMatchObject({ status: 202, replayed: true, data: { operation: first.data.operation } });
});

test('a write that resolves after a later one keeps the answer that is its own', async () => {
  const { id } = await cards.made('virtual');
  const params = { id };
  gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/status/update', fault: 'work_then_reset' });
  const input = { params, idempotencyKey: crypto.randomUUID() };
  const lost = await gateway.client.call('freezeCard', input);
  gateway.sandbox.admin.addFault({
    provider: 'keysecure',
    operation: 'card/status/update',
    fault: 'refuse',
    code: '1004',
  });
  await expect(gateway.client.freezeCard({ params })).rejects.toMatchObject({ code: 'refused-by-provider' });
  expect(await gateway.client.call('freezeCard', input)).toMatchObject({
    status: 202,
    data: { operation: { id: lost.data.operation?.id, outcome: 'unknown' } },
  });

  await reconcileNow(gateway.services, lost.data.operation?.id);
  expect(await gateway.client.call('freezeCard', input)).toMatchObject({
    status: 200,
    replayed: true,
    data: { status: 'frozen', operation: { id: lost.data.operation?.id, outcome: 'succeeded' } },
  });
});

test.each([
  ['wrong', refused('wrong_code', { code: '-2' })],
  ['too late', done({ status: 'expired' } as const)],
])('a code that is found %s while a newer one is checked leaves that one its binding', async (_what, outcome) => {
  const lost = await (await writes.verifyBinding.prepare())(crypto.randomUUID());
  const id = uuidOf('binding', lost.data.id);
  await laterWrite('bindings', id);
  await gateway.pool.query("UPDATE bindings SET status = 'verifying' WHERE id = $1", [id]);
  const earlier = await findById(gateway.pool, uuidOf('operation', lost.data.operation?.id ?? ''));
  if (earlier === null) throw new Error('no operation');

  const attempt = attemptOf('look-up', outcome, new Date(), new Date());
  const kind = verifyBindingKind;
  expect(await resolveWrite(gateway.services, kind, earlier, outcome, 'look-up', attempt, 'late')).not.toBeNull();

  const { rows } = await gateway.pool.query('SELECT status, attempts_left FROM bindings WHERE id = $1', [id]);
  // Of the five, the lost code has taken one, as soon as its answer was lost.
  expect(rows).toEqual([{ status: 'verifying', attempts_left: 4 }]);
});
