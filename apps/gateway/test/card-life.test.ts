import type { CallResult } from '@card-gateway/client';
import { done, uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OpenAccount } from '../src/accounts/accounts.ts';
import { changeKinds } from '../src/cards/change-outcome.ts';
import { ingestCards } from '../src/cards/ingest-cards.ts';
import { attemptOf, resolveWrite } from '../src/ledger/resolve.ts';
import { findById } from '../src/ledger/store.ts';
import { call, problemOf } from './setup/call.ts';
import { cardMaker, secretsOf } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { dump, findLeaks } from './setup/leaks.ts';
import { ahead, reconcileNow } from './setup/reconcile.ts';
import { duringUpdate, waitedFor } from './setup/meeting.ts';

type ChangeId = 'activateCard' | 'freezeCard' | 'unfreezeCard' | 'cancelCard' | 'setCardPin';
type Changed = CallResult<ChangeId>;
const goodPin = '258036';

let gateway: TestGateway;
let cards: Awaited<ReturnType<typeof cardMaker>>;

beforeAll(async () => {
  // Nothing is looked up by itself: each test says when.
  gateway = await startGateway({
    jobs: false,
    settings: { PROVIDER_WRITE_TIMEOUT_MS: '1000', PROVIDER_READ_TIMEOUT_MS: '1000' },
  });
  cards = await cardMaker(gateway);
});
afterAll(() => gateway.close());
beforeEach(() => gateway.sandbox.admin.clearFaults());

/** Makes a change, with what proves that the card is there, or a PIN, where it needs one. */
function change(id: ChangeId, card: string, idempotencyKey: string = crypto.randomUUID()): Promise<Changed> {
  const { client } = gateway;
  const input = { params: { id: card }, idempotencyKey };
  switch (id) {
    case 'activateCard': {
      const { cvv, pan } = secretsOf(gateway, card);
      return client.call(id, { ...input, body: { cvv, last4: pan.slice(-4) } });
    }
    case 'setCardPin':
      return client.call(id, { ...input, body: { pin: goodPin } });
    case 'freezeCard':
    case 'unfreezeCard':
    case 'cancelCard':
      return client.call(id, input);
  }
}

const stored = (id: string) => gateway.client.getCard({ params: { id } });
function keysecure(): OpenAccount {
  const account = gateway.services.accounts.byName('keysecure');
  if (account === undefined) throw new Error('no account');
  return account;
}
const operation = (id: string | undefined) => gateway.client.getOperation({ params: { id: id ?? '' } });
const effects = (card: string): string[] =>
  gateway.sandbox.admin.ledger({ reference: secretsOf(gateway, card).cardNo }).map(({ effect }) => effect);
const counts = () => gateway.sandbox.admin.requests().counts;
const operationsKept = async (): Promise<number> =>
  (await gateway.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM operations')).rows[0]?.n ?? 0;

describe('the life of a card', () => {
  test('a physical card: ordered, made, activated, frozen, unfrozen, cancelled', async () => {
    const { id, status } = await cards.order('physical');
    expect(status).toBe('pending');
    gateway.sandbox.admin.keysecure.updateCard(id, { status: 'ToActivate' });
    expect(await cards.refreshed(id)).toMatchObject({ status: 'inactive', providerStatus: 'ToActivate' });

    for (const [act, state, word] of [
      ['activateCard', 'active', 'Activated'],
      ['freezeCard', 'frozen', 'Frozen'],
      ['unfreezeCard', 'active', 'Activated'],
      ['cancelCard', 'cancelled', 'Delete'],
    ] as const) {
      const { status: http, data, location } = await change(act, id);
      expect({ http, location }).toEqual({ http: 200, location: null });
      expect(data).toMatchObject({ id, status: state, providerStatus: word, operation: { outcome: 'succeeded' } });
      expect(await stored(id)).toEqual(data);
      expect(await operation(data.operation?.id)).toMatchObject({ type: act, resource: id, resolvedBy: 'answer' });
      expect(await cards.refreshed(id)).toMatchObject({ status: state, providerStatus: word });
    }
    expect(effects(id)).toEqual(['card_activated', 'card_frozen', 'card_unfrozen', 'card_deleted']);
  });

  test('a PIN is set, and is kept nowhere, nor is the security code', async () => {
    const { id } = await cards.made('physical');
    const { cvv } = secretsOf(gateway, id);
    await change('activateCard', id);
    const { status, data } = await change('setCardPin', id);
    expect(status).toBe(200);
    expect(data).toMatchObject({ status: 'active' });
    expect(secretsOf(gateway, id).pin).toBe(goodPin);
    const kept = (await dump(gateway.pool)).join('\n');
    expect(findLeaks({ pin: goodPin }, kept + gateway.log())).toEqual([]);
    // Three digits stand anywhere by chance: as a member of a body they would stand in quotes.
    expect(kept).not.toContain(`"${cvv}"`);
  });

  test('what a list was asked for before a change does not undo it', async () => {
    const card = await cards.made('virtual');
    const before = new Date();
    const account = keysecure();
    const old = { providerRef: String(card.providerRef), status: 'active', providerStatus: 'Activated' } as const;
    await change('freezeCard', card.id);
    await ingestCards(gateway.services, account, [old], { by: 'list', askedAt: before });
    expect(await stored(card.id)).toMatchObject({ status: 'frozen' });
    await ingestCards(gateway.services, account, [old], { by: 'list', askedAt: new Date(Date.now() + 1000) });
    expect(await stored(card.id)).toMatchObject({ status: 'active', providerStatus: 'Activated' });
  });

  test('what says little of a card takes nothing back of what says more and is being stored', async () => {
    const [card, last] = [await cards.made('virtual'), await cards.made('virtual')];
    const frozen = { providerRef: String(card.providerRef), status: 'frozen', providerStatus: 'Frozen' } as const;
    const active = { providerRef: String(last.providerRef), status: 'active', providerStatus: 'Activated' } as const;
    await duringUpdate(
      gateway.pool,
      { table: 'cards', last: active.providerRef },
      async () =>
        void (await ingestCards(gateway.services, keysecure(), [frozen, active], { by: 'list', askedAt: new Date() })),
      (other) =>
        other.query(`UPDATE cards SET last4 = '9876', balance = 5.5 WHERE provider_ref = $1`, [frozen.providerRef]),
    );
    expect(await stored(card.id)).toMatchObject({ status: 'frozen', last4: '9876', balance: { amount: '5.5' } });
  });

  test('a confirmed change counts although the provider dates what it said before in our future', async () => {
    const card = await cards.made('virtual');
    const said = { providerRef: String(card.providerRef), status: 'active', providerStatus: 'Activated' } as const;
    const inAMinute = new Date(Date.now() + 60_000);
    await ingestCards(gateway.services, keysecure(), [said], { by: 'callback', askedAt: inAMinute });
    expect(await change('freezeCard', card.id)).toMatchObject({ status: 200, data: { status: 'frozen' } });
    expect(await stored(card.id)).toMatchObject({ status: 'frozen', syncedAt: inAMinute.toISOString() });
  });

  test('an answer that comes after a later change says nothing of where the card is now', async () => {
    const card = await cards.made('virtual');
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/status/update', fault: 'work_then_hang' });
    const { data } = await change('freezeCard', card.id);
    expect(data).toMatchObject({ status: 'active', operation: { outcome: 'unknown' } });
    gateway.sandbox.admin.clearFaults();
    expect(await change('cancelCard', card.id)).toMatchObject({ data: { status: 'cancelled' } });

    const kind = changeKinds.freeze;
    const freeze = await findById(gateway.pool, uuidOf('operation', data.operation?.id ?? ''));
    if (kind === undefined || freeze === null) throw new Error('no operation');
    // As if its sender had stood still so long that others gave the write up, and told only now what it was answered.
    await gateway.pool.query('DELETE FROM operation_attempts WHERE operation_id = $1', [freeze.id]);
    const late = done({ status: 'frozen', providerStatus: 'Frozen' } as const);
    const attempt = attemptOf('send', late, freeze.createdAt, new Date());
    await resolveWrite(gateway.services, kind, freeze, late, 'answer', attempt, 'late');
    expect(await operation(data.operation?.id)).toMatchObject({ outcome: 'succeeded', resolvedBy: 'answer' });
    expect(await stored(card.id)).toMatchObject({ status: 'cancelled' });
  });
});

test('GET /v1/providers says which account can do what', async () => {
  const { data } = await gateway.client.listProviders();
  const states = (account: string): Record<string, string> =>
    Object.fromEntries(
      data.find((one) => one.account === account)?.operations.map(({ operation, state }) => [operation, state]) ?? [],
    );
  const both = ['activateCard', 'freezeCard', 'unfreezeCard', 'cancelCard', 'setCardPin', 'revealCard'];
  for (const operation of [...both, 'createFrameToken', 'listCardTransactions']) {
    expect(states('keysecure')).toHaveProperty(operation, 'documented');
    expect(states('keysecure-authorization')).toHaveProperty(operation, 'documented');
    expect(states('yixin')).toHaveProperty(operation, 'absent');
  }
  for (const operation of ['createTransfer', 'getBalances']) {
    expect(states('keysecure')).toHaveProperty(operation, 'documented');
    expect(states('keysecure-authorization')).toHaveProperty(operation, 'absent');
  }
  expect(states('open-api')).toMatchObject({ revealCard: 'documented', freezeCard: 'absent' });
});

test('GET /v1/providers says what calls of each account name', async () => {
  const { data } = await gateway.client.listProviders();
  const required = Object.fromEntries(data.map(({ account, requirements }) => [account, requirements]));
  const nothing = {
    cardholder: null,
    address: null,
    applications: [],
    pin: null,
    purposes: [],
    bindingKinds: [],
    userIp: false,
    transactionTypes: [],
    decisionTimeMs: null,
  };
  const issuing = {
    cardholder: 'required',
    address: { virtual: 'optional', physical: 'required' },
    applications: ['sumsub'],
    pin: 'exactly 6 digits, without three or more in a row that are alike or consecutive',
    purposes: [],
    bindingKinds: [],
    userIp: false,
    transactionTypes: ['card_opening', 'purchase', 'atm_withdrawal', 'management_fee', 'reversal', 'refund'],
  };
  expect(required).toEqual({
    keysecure: { ...issuing, decisionTimeMs: null },
    'keysecure-authorization': { ...issuing, decisionTimeMs: 800 },
    'open-api': nothing,
    onerway: { ...nothing, bindingKinds: ['token', 'subscription'] },
    yixin: {
      ...nothing,
      purposes: [
        { purpose: 'loan', fields: [] },
        { purpose: 'repayment', fields: ['loanOrder'] },
      ],
      bindingKinds: ['bank_card'],
    },
  });
});

describe('a change that the card does not allow', () => {
  const allowed: Record<ChangeId, readonly string[]> = {
    activateCard: ['ToActivate'],
    freezeCard: ['Activated'],
    unfreezeCard: ['Frozen'],
    cancelCard: ['ToActivate', 'Activated', 'Frozen'],
    setCardPin: ['Activated'],
  };
  test.each(['Pending', 'ToActivate', 'Activated', 'Frozen', 'Delete', 'Fail'] as const)(
    'of a card that is %s is refused before any call',
    async (word) => {
      const { id } = await cards.made('physical', word);
      const before = [counts(), await operationsKept(), await stored(id)];
      for (const act of Object.keys(allowed) as ChangeId[]) {
        if (allowed[act].includes(word)) continue;
        const answer = await call(gateway.url, {
          method: 'POST',
          path: `/v1/cards/${id}/${act === 'setCardPin' ? 'pin' : act.replace('Card', '')}`,
          key: (await gateway.key()).key,
          headers: { 'idempotency-key': crypto.randomUUID() },
          ...(act === 'activateCard' && { body: { cvv: '123', last4: '4242' } }),
          ...(act === 'setCardPin' && { body: { pin: goodPin } }),
        });
        const problem = problemOf(answer, 409);
        expect(problem).toMatchObject({ code: 'illegal-state', errors: [{ pointer: 'path/id' }] });
        expect(problem.detail).toContain('refresh=true');
      }
      expect([counts(), await operationsKept(), await stored(id)]).toEqual(before);
    },
  );

  /** Freezes a card while another transaction changes its row, from before the record until that waits for it. */
  async function frozenDuring(card: string, change: string): Promise<Changed> {
    const other = await gateway.pool.connect();
    await other.query('BEGIN');
    await other.query(`UPDATE cards SET ${change} WHERE id = $1`, [uuidOf('card', card)]);
    const commit = async () => {
      await waitedFor(gateway.pool, other);
      await other.query('COMMIT');
      other.release();
    };
    const [frozen] = await Promise.all([gateway.client.call('freezeCard', { params: { id: card } }), commit()]);
    return frozen;
  }

  test('because it was described in another state at this very moment is not recorded, and the key is free', async () => {
    const card = await cards.made('virtual', 'Activated');
    const before = [counts(), await operationsKept()];
    await expect(frozenDuring(card.id, "status = 'unrecognized'")).rejects.toMatchObject({
      code: 'illegal-state',
      message: expect.stringContaining('changed at this very moment'),
    });
    expect([counts(), await operationsKept()]).toEqual(before);
  });

  test('is recorded where only the description was renewed at this very moment, as of that', async () => {
    const card = await cards.made('virtual', 'Activated');
    const at = new Date(Date.now() + 1000).toISOString();
    const { status, data } = await frozenDuring(card.id, `balance = 5, synced_at = '${at}', updated_at = '${at}'`);
    expect({ status, card: data.status }).toEqual({ status: 200, card: 'frozen' });
    const { rows } = await gateway.pool.query('SELECT known_at FROM operations WHERE id = $1', [
      uuidOf('operation', data.operation?.id ?? ''),
    ]);
    expect(rows).toEqual([{ known_at: new Date(at) }]);
  });

  test('a card in a state that no document lists can still be stopped: the provider decides', async () => {
    const { id } = await cards.made('virtual');
    await gateway.pool.query(`UPDATE cards SET status = 'unrecognized', provider_status = 'Paused' WHERE id = $1`, [
      uuidOf('card', id),
    ]);
    await expect(change('unfreezeCard', id)).rejects.toMatchObject({ code: 'illegal-state', status: 409 });
    expect(await change('freezeCard', id)).toMatchObject({ data: { status: 'frozen', providerStatus: 'Frozen' } });
  });

  test('a virtual card is neither activated nor given a PIN', async () => {
    const { id } = await cards.made('virtual');
    const before = counts();
    for (const act of ['activateCard', 'setCardPin'] as const) {
      await expect(change(act, id)).rejects.toMatchObject({ code: 'illegal-state', status: 409 });
    }
    expect(counts()).toEqual(before);
  });

  test('an order whose answer was lost has no card to change', async () => {
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'reset' });
    const { id } = await cards.order('virtual');
    await expect(gateway.client.freezeCard({ params: { id } })).rejects.toMatchObject({
      code: 'illegal-state',
      problem: { detail: expect.stringContaining('its order is "pending"') as string },
    });
  });

  test.each(['123456', '987654', '111222', '25803', '2580361', '258000'])(
    'the PIN %s breaks the rule, which is known before any call',
    async (pin) => {
      const { id } = await cards.made('physical', 'Activated');
      const before = [counts(), await operationsKept()];
      await expect(gateway.client.setCardPin({ params: { id }, body: { pin } })).rejects.toMatchObject({
        code: 'invalid-request',
        problem: { errors: [{ pointer: '/pin' }] },
      });
      expect([counts(), await operationsKept()]).toEqual(before);
    },
  );

  test('an account whose documents know no such call says so', async () => {
    const account = gateway.services.accounts.byName('open-api');
    if (account === undefined) throw new Error('no account');
    const card = { providerRef: 'freeze-me', status: 'active', providerStatus: '2' } as const;
    await ingestCards(gateway.services, account, [card], { by: 'list', askedAt: new Date() });
    const { data } = await gateway.client.listCards({ query: { account: 'open-api' } });
    await expect(gateway.client.freezeCard({ params: { id: data[0]?.id ?? '' } })).rejects.toMatchObject({
      code: 'not-supported',
    });
  });

  test('a body where none belongs is refused', async () => {
    const { id } = await cards.made('virtual');
    const { key } = await gateway.key();
    const request = { method: 'POST', path: `/v1/cards/${id}/freeze`, key, body: { status: 'Delete' } };
    const answer = await call(gateway.url, { ...request, headers: { 'idempotency-key': crypto.randomUUID() } });
    expect(problemOf(answer, 400)).toMatchObject({ code: 'invalid-request', errors: [{ pointer: '' }] });
    expect(effects(id)).toEqual([]);
  });
});

describe('a change that the provider refuses', () => {
  const otherStates = [
    ['activateCard', 'ToActivate', 'Activated', 'active'],
    ['freezeCard', 'Activated', 'Delete', 'cancelled'],
    ['unfreezeCard', 'Frozen', 'Delete', 'cancelled'],
    ['cancelCard', 'Activated', 'Delete', 'cancelled'],
    ['setCardPin', 'Activated', 'Frozen', 'frozen'],
  ] as const;
  const refused = { code: 'refused-by-provider', problem: { outcome: 'refused', provider: { code: '4005' } } };

  test.each(otherStates)(
    'because the card is in another state is certain at once, and so is that state: %s',
    async (act, word, truth, status) => {
      const { id } = await cards.made('physical', word);
      gateway.sandbox.admin.keysecure.updateCard(id, { status: truth });
      await expect(change(act, id)).rejects.toMatchObject(refused);
      expect(await stored(id)).toMatchObject({ status, providerStatus: truth, operation: { outcome: 'refused' } });
    },
  );

  test.each(['hang', 'not_json'] as const)('stays refused where the card cannot be read then: %s', async (fault) => {
    const { id } = await cards.made('virtual');
    gateway.sandbox.admin.keysecure.updateCard(id, { status: 'Delete' });
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/detail', fault });
    const idempotencyKey = crypto.randomUUID();
    await expect(change('freezeCard', id, idempotencyKey)).rejects.toMatchObject(refused);
    const asked = counts();
    await expect(change('freezeCard', id, idempotencyKey)).rejects.toMatchObject(refused);
    expect(counts()).toEqual(asked);
    expect(await stored(id)).toMatchObject({ status: 'active', operation: { outcome: 'refused' } });
  });

  test('leaves the card as it was', async () => {
    const { id } = await cards.made('physical');
    const { pan } = secretsOf(gateway, id);
    const wrong = { cvv: secretsOf(gateway, id).cvv === '111' ? '222' : '111', last4: pan.slice(-4) };
    await expect(gateway.client.activateCard({ params: { id }, body: wrong })).rejects.toMatchObject({
      code: 'refused-by-provider',
      problem: { outcome: 'refused', provider: { code: '1004' } },
    });
    expect(await stored(id)).toMatchObject({ status: 'inactive', operation: { outcome: 'refused' } });
    expect((await change('activateCard', id)).status).toBe(200);
    expect(effects(id)).toEqual(['card_activated']);
  });
});

function lose(fault: 'reset' | 'work_then_reset'): void {
  gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/status/update', fault });
}

describe('a change whose answer is lost', () => {
  const changes = [
    ['activateCard', 'card/active', 'ToActivate', 'inactive', 'active', 'card_activated'],
    ['freezeCard', 'card/status/update', 'Activated', 'active', 'frozen', 'card_frozen'],
    ['unfreezeCard', 'card/status/update', 'Frozen', 'frozen', 'active', 'card_unfrozen'],
    ['cancelCard', 'card/status/update', 'Activated', 'active', 'cancelled', 'card_deleted'],
  ] as const;

  test.each(changes)('%s resolves by reading the card again', async (act, path, word, before, after, effect) => {
    const { id } = await cards.made('physical', word);
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: path, fault: 'work_then_reset' });
    const idempotencyKey = crypto.randomUUID();
    const { status, data, location } = await change(act, id, idempotencyKey);
    expect({ status, location }).toEqual({ status: 202, location: `/v1/operations/${data.operation?.id}` });
    expect(data).toMatchObject({ status: before, operation: { outcome: 'unknown', resolvesBy: 'look-up' } });

    await reconcileNow(gateway.services, data.operation?.id);
    expect(await operation(data.operation?.id)).toMatchObject({ outcome: 'succeeded', resolvedBy: 'look-up' });
    const resolved = await stored(id);
    expect(resolved).toMatchObject({ status: after, operation: { outcome: 'succeeded' } });
    const repeated = await change(act, id, idempotencyKey);
    expect(repeated).toMatchObject({ status: 200, replayed: true, data: resolved });
    expect(effects(id)).toEqual([effect]);
  });

  test.each(changes)(
    '%s resolves by a card that somebody refreshes',
    async (act, path, word, _before, after, effect) => {
      const { id } = await cards.made('physical', word);
      gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: path, fault: 'work_then_bad_gateway' });
      const { data } = await change(act, id);
      expect(await cards.refreshed(id)).toMatchObject({ status: after, operation: { outcome: 'succeeded' } });
      expect(await operation(data.operation?.id)).toMatchObject({ outcome: 'succeeded', resolvedBy: 'list' });
      expect(effects(id)).toEqual([effect]);
    },
  );

  test('that was never made stays open, hinders no other, and is superseded by one that is made', async () => {
    const { id } = await cards.made('virtual');
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/status/update', fault: 'reset' });
    const key = crypto.randomUUID();
    const lost = await change('freezeCard', id, key);
    expect(lost.status).toBe(202);
    await reconcileNow(gateway.services, lost.data.operation?.id);
    expect(await operation(lost.data.operation?.id)).toMatchObject({
      outcome: 'unknown',
      resolvesBy: 'look-up',
      attempts: [{ kind: 'send' }, { kind: 'look-up', outcome: 'absent' }],
    });
    expect(await stored(id)).toMatchObject({ status: 'active' });

    expect(await change('freezeCard', id)).toMatchObject({ status: 200, data: { status: 'frozen' } });
    await reconcileNow(ahead(gateway, 60_000), lost.data.operation?.id);
    const params = { id: lost.data.operation?.id ?? '' };
    const made = (await stored(id)).operation?.id;
    expect(await operation(params.id)).toMatchObject({
      outcome: 'superseded',
      supersededBy: made,
      resolvedBy: null,
      resolvesBy: null,
      nextLookUpAt: null,
    });
    expect(await operation(made)).toMatchObject({ outcome: 'succeeded', resolvedBy: 'answer', supersededBy: null });
    expect(await change('freezeCard', id, key)).toMatchObject({
      status: 202,
      replayed: true,
      data: { status: 'frozen', operation: { id: params.id, outcome: 'superseded' } },
    });
    const resolution = { outcome: 'refused', reason: 'There is nothing to find out.' } as const;
    await expect(gateway.client.resolveOperation({ params, body: resolution })).rejects.toMatchObject({ status: 409 });
    expect(effects(id)).toEqual(['card_frozen']);
  });

  test('and that of a later one too are told apart: the later one counts', async () => {
    const { id } = await cards.made('virtual');
    lose('reset');
    const first = await change('freezeCard', id);
    lose('work_then_reset');
    const second = await change('freezeCard', id);
    await reconcileNow(ahead(gateway, 60_000), first.data.operation?.id);
    expect(await operation(first.data.operation?.id)).toMatchObject({ outcome: 'unknown', resolvesBy: 'look-up' });
    await reconcileNow(ahead(gateway, 60_000), second.data.operation?.id);
    expect(await operation(second.data.operation?.id)).toMatchObject({ outcome: 'succeeded', resolvedBy: 'look-up' });
    expect(await operation(first.data.operation?.id)).toMatchObject({ outcome: 'superseded' });
  });

  test('is not resolved by a state from before it, where the provider takes changes over later than it answers', async () => {
    const { id } = await cards.made('virtual');
    await change('freezeCard', id);
    // Accepted, and not in effect yet.
    gateway.sandbox.admin.keysecure.updateCard(id, { status: 'Activated' });
    lose('reset');
    const lost = await change('unfreezeCard', id);
    await reconcileNow(gateway.services, lost.data.operation?.id);
    await cards.refreshed(id);
    expect(await operation(lost.data.operation?.id)).toMatchObject({ outcome: 'unknown', resolvesBy: 'look-up' });

    gateway.sandbox.admin.keysecure.updateCard(id, { status: 'Frozen' });
    await reconcileNow(ahead(gateway, 60_000), lost.data.operation?.id);
    expect(await operation(lost.data.operation?.id)).toMatchObject({ outcome: 'unknown' });
    expect(await stored(id)).toMatchObject({ status: 'frozen' });
  });

  test('and that follows another resolves once what came before it has to be in effect', async () => {
    const { id } = await cards.made('virtual');
    await change('freezeCard', id);
    lose('work_then_reset');
    const lost = await change('unfreezeCard', id);
    await reconcileNow(gateway.services, lost.data.operation?.id);
    expect(await operation(lost.data.operation?.id)).toMatchObject({ outcome: 'unknown' });
    await reconcileNow(ahead(gateway, 31_000), lost.data.operation?.id);
    expect(await operation(lost.data.operation?.id)).toMatchObject({ outcome: 'succeeded', resolvedBy: 'look-up' });
  });

  test('and that follows another is not resolved by what may have been so before', async () => {
    const card = await cards.made('virtual');
    await change('freezeCard', card.id);
    lose('work_then_reset');
    const lost = (await change('unfreezeCard', card.id)).data.operation?.id;
    const sentAt = Date.parse((await operation(lost)).createdAt);
    const shown = { providerRef: String(card.providerRef), status: 'active', providerStatus: 'Activated' } as const;
    const told = (earliestMs: number) => {
      const moment = { earliest: new Date(sentAt + earliestMs), askedAt: new Date(sentAt + 31_000) };
      return ingestCards(gateway.services, keysecure(), [shown], { by: 'callback', ...moment });
    };
    await told(29_000);
    expect(await operation(lost)).toMatchObject({ outcome: 'unknown' });
    await told(31_000);
    expect(await operation(lost)).toMatchObject({ outcome: 'succeeded', resolvedBy: 'callback' });
  });

  test('leaves behind what its look-up reads, also where that resolves nothing', async () => {
    const { id } = await cards.made('physical', 'Activated');
    lose('reset');
    const lost = await change('freezeCard', id);
    gateway.sandbox.admin.keysecure.updateCard(id, { status: 'ToActivate' });
    await reconcileNow(gateway.services, lost.data.operation?.id);
    expect(await stored(id)).toMatchObject({ status: 'inactive', providerStatus: 'ToActivate' });
    expect(await operation(lost.data.operation?.id)).toMatchObject({ outcome: 'unknown' });
  });

  test.each([
    [
      'by a look-up',
      (_id: string, lost: Changed) => reconcileNow(gateway.services, lost.data.operation?.id),
      'look-up',
    ],
    ['by a refreshed card', (id: string) => cards.refreshed(id), 'list'],
  ] as const)(
    'is refused, %s, once the card is cancelled: it can no longer come about',
    async (_how, look, resolvedBy) => {
      const { id } = await cards.made('virtual');
      lose('reset');
      const lost = await change('freezeCard', id);
      gateway.sandbox.admin.keysecure.updateCard(id, { status: 'Delete' });
      await look(id, lost);
      expect(await operation(lost.data.operation?.id)).toMatchObject({
        outcome: 'refused',
        resolvedBy,
        refusal: { reason: 'conflict', code: 'Delete', message: expect.stringContaining('"cancelled"') as string },
      });
      expect(await stored(id)).toMatchObject({ status: 'cancelled', operation: { outcome: 'refused' } });
    },
  );

  test('of a PIN waits for a person, and the PIN can be set again', async () => {
    const { id } = await cards.made('physical', 'Activated');
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/pin/set', fault: 'work_then_reset' });
    const lost = await change('setCardPin', id);
    expect(lost).toMatchObject({ status: 202, data: { operation: { outcome: 'unknown', resolvesBy: 'person' } } });
    const asked = counts();
    await reconcileNow(gateway.services, lost.data.operation?.id);
    expect(counts()).toEqual(asked);
    expect((await change('setCardPin', id)).status).toBe(200);

    // It is what it was last set to: nobody has to find out whether the first one came through.
    expect(await operation(lost.data.operation?.id)).toMatchObject({ outcome: 'superseded', resolvesBy: null });
    const { data: waiting } = await gateway.client.listOperations({ query: { resolvesBy: 'person', limit: 200 } });
    expect(waiting.map((one) => one.id)).not.toContain(lost.data.operation?.id);
  });

  test('of a PIN that turns out to have been set says nothing of one that was sent after it', async () => {
    const { id } = await cards.made('physical', 'Activated');
    const fault = { provider: 'keysecure', operation: 'card/pin/set', fault: 'work_then_reset' } as const;
    gateway.sandbox.admin.addFault({ ...fault, times: 2 });
    const [first, second] = [await change('setCardPin', id), await change('setCardPin', id)];
    const params = { id: first.data.operation?.id ?? '' };
    await gateway.client.resolveOperation({ params, body: { outcome: 'succeeded', reason: 'The holder tried it.' } });
    expect(await operation(params.id)).toMatchObject({ outcome: 'succeeded', resolvedBy: 'person' });
    expect(await operation(second.data.operation?.id)).toMatchObject({ outcome: 'unknown', resolvesBy: 'person' });
  });

  test('keeps all others waiting only while it is under way', async () => {
    const { sandbox, url } = gateway;
    const { id } = await cards.made('virtual');
    const path = 'card/status/update';
    sandbox.admin.addFault({ provider: 'keysecure', operation: path, fault: 'work_then_hang' });
    const asked = sandbox.admin.requestCount('keysecure', path);
    const first = change('freezeCard', id);
    await sandbox.admin.until(() => sandbox.admin.requestCount('keysecure', path) > asked);
    const { key } = await gateway.key();
    const request = { method: 'POST', path: `/v1/cards/${id}/cancel`, key };
    const second = await call(url, { ...request, headers: { 'idempotency-key': crypto.randomUUID() } });
    expect(problemOf(second, 409)).toMatchObject({ code: 'illegal-state', operation: expect.any(String) as string });
    expect(second.headers['retry-after']).toBe('1');

    expect((await first).status).toBe(202);
    expect(await change('cancelCard', id)).toMatchObject({ status: 200, data: { status: 'cancelled' } });
    expect(effects(id)).toEqual(['card_frozen', 'card_deleted']);
  });

  test('of many at once with different keys, one is sent', async () => {
    const { id } = await cards.made('virtual');
    const asked = gateway.sandbox.admin.requestCount('keysecure', 'card/status/update');
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => change('freezeCard', id)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toMatchObject([{ value: { status: 200 } }]);
    const refused = all.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    for (const problem of refused) expect(problem).toMatchObject({ status: 409, code: 'illegal-state' });
    expect(gateway.sandbox.admin.requestCount('keysecure', 'card/status/update')).toBe(asked + 1);
    expect(effects(id)).toEqual(['card_frozen']);
  });
});
