import { type ProviderCard, toPublicId, uuidOf } from '@card-gateway/core';
import type { Client } from '@card-gateway/client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writeKinds } from '../src/app.ts';
import { ingestCards } from '../src/cards/ingest-cards.ts';
import { attemptOf, giveUp, resolveByEvidence } from '../src/ledger/resolve.ts';
import { findById } from '../src/ledger/store.ts';
import { approvedCardholder, cardMaker, secretsOf } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, type CardOrder, cardOrder, smsCode } from './setup/orders.ts';
import { waitedFor } from './setup/meeting.ts';
import { ageSubmitting } from './setup/reconcile.ts';
import { type Rewriter, startRewriter } from './setup/rewrite.ts';
import { send } from './setup/send.ts';
import { watchStatements } from './setup/wire.ts';

// One statement resolves a write from what is known of its resource since the write was recorded. What happens meanwhile makes it
// change nothing: then a transaction reads everything again.

let gateway: TestGateway;
/** Between the gateway and its providers. */
let front: Rewriter;
let sent: string[];
let order: CardOrder;
let cards: Awaited<ReturnType<typeof cardMaker>>;

beforeAll(async () => {
  let real = '';
  front = await startRewriter(() => real);
  gateway = await startGateway({
    jobs: false,
    undocumented: true,
    account: (name, settings) => {
      if (!['keysecure', 'yixin', 'onerway'].includes(name)) return settings;
      const { origin, pathname } = new URL(String(settings['baseUrl']));
      real = origin;
      return { ...settings, baseUrl: front.url + pathname };
    },
  });
  sent = watchStatements(gateway.pool);
  order = await cardOrder(gateway);
  cards = await cardMaker(gateway);
});
beforeEach(() => {
  front.rewrite = (_path, text) => text;
  gateway.sandbox.admin.clearFaults();
});
afterAll(async () => {
  await gateway.close();
  await front.close();
});

interface Resource {
  readonly id: string;
  readonly operation: { readonly id: string; readonly outcome: string } | null;
}

/** A write whose answer can be held on its way. */
interface Write {
  readonly table: 'cards' | 'cardholders' | 'transfers' | 'bindings';
  /** What a change of the resource by others sets, and how callers see it. */
  readonly touch: string;
  readonly touched: Readonly<Record<string, unknown>>;
  /** It writes nothing to the resource, and so never waits for others who do. */
  readonly leavesResource?: boolean;
  /** Part of the path of the provider's call. */
  readonly sentTo: string;
  readonly statement: string;
  readonly prepare: () => Promise<(client: Client, idempotencyKey: string) => Promise<Resource>>;
  readonly read: (id: string) => Promise<Resource>;
}

const readCard = (id: string): Promise<Resource> => gateway.client.getCard({ params: { id } });
const ofCard = { table: 'cards', touch: `expiry = '2031-05'`, touched: { expiry: '2031-05' }, read: readCard } as const;
const ofBinding = {
  ...ofCard,
  table: 'bindings',
  read: (id: string): Promise<Resource> => gateway.client.getBinding({ params: { id } }),
} as const;
const writes: Readonly<Record<string, Write>> = {
  issueCard: {
    ...ofCard,
    sentTo: '/card/apply',
    statement: 'card-accepted',
    prepare: async () => (client, idempotencyKey) => client.issueCard({ body: order, idempotencyKey }),
  },
  freezeCard: {
    ...ofCard,
    sentTo: '/card/status/update',
    statement: 'card-changed',
    prepare: async () => {
      const { id } = await cards.made('virtual');
      return (client, idempotencyKey) => client.freezeCard({ params: { id }, idempotencyKey });
    },
  },
  setCardPin: {
    ...ofCard,
    leavesResource: true,
    sentTo: '/card/pin/set',
    statement: 'card-changed',
    prepare: async () => {
      const { id } = await cards.made('physical', 'Activated');
      return (client, idempotencyKey) => client.setCardPin({ params: { id }, body: { pin: '258036' }, idempotencyKey });
    },
  },
  createCardholder: {
    table: 'cardholders',
    touch: `fail_reason = 'touched'`,
    touched: { failReason: 'touched' },
    sentTo: '/cardholder/apply',
    statement: 'cardholder-accepted',
    prepare: async () => {
      const body = { account: 'keysecure', reference: crypto.randomUUID(), sumsubShareToken: 'share-token' };
      return (client, idempotencyKey) => client.createCardholder({ body, idempotencyKey });
    },
    read: (id) => gateway.client.getCardholder({ params: { id } }),
  },
  createTransfer: {
    table: 'transfers',
    touch: `currency = 'TOUCHED'`,
    touched: { amount: { amount: '100.00', currency: 'TOUCHED' } },
    sentTo: '/account/transfer',
    statement: 'transfer-ended',
    prepare: async () => {
      const { id: cardholder } = await approvedCardholder(gateway);
      const amount = { amount: '100.00', currency: 'TUSDT' };
      const body = { account: 'keysecure', cardholder, direction: 'in', amount } as const;
      return (client, idempotencyKey) => client.createTransfer({ body, idempotencyKey });
    },
    read: (id) => gateway.client.getTransfer({ params: { id } }),
  },
  startBinding: {
    ...ofBinding,
    sentTo: '/yixin',
    statement: 'binding-awaited',
    prepare: async () => {
      const body = bankCard();
      return (client, idempotencyKey) => client.startBinding({ body, idempotencyKey });
    },
  },
  activateCard: {
    ...ofCard,
    sentTo: '/card/active',
    statement: 'card-activated',
    prepare: async () => {
      const { id } = await cards.made('physical');
      const { cvv, pan } = secretsOf(gateway, id);
      const body = { cvv, last4: pan.slice(-4) };
      return (client, idempotencyKey) => client.activateCard({ params: { id }, body, idempotencyKey });
    },
  },
  reapplyCardholder: {
    table: 'cardholders',
    touch: `reference = 'touched' || id`,
    touched: { reference: expect.stringMatching('touched') },
    sentTo: '/cardholder/apply',
    statement: 'cardholder-reapplied',
    prepare: async () => {
      const { id, providerRef } = await approvedCardholder(gateway);
      gateway.sandbox.admin.keysecure.updateCardholder(String(providerRef), { status: 'Rejected' });
      await gateway.client.getCardholder({ params: { id }, query: { refresh: true } });
      const body = { sumsubShareToken: 'share-token' };
      return (client, idempotencyKey) => client.reapplyCardholder({ params: { id }, body, idempotencyKey });
    },
    read: (id) => gateway.client.getCardholder({ params: { id } }),
  },
  removeBinding: {
    ...ofBinding,
    sentTo: '/sandboxDeleteToken',
    statement: 'binding-removed',
    prepare: async () => {
      const user = crypto.randomUUID();
      gateway.sandbox.admin.onerway.seedTokens({ merchantCustId: user, tokens: [{}] });
      const query = { account: 'onerway', user, kind: 'token', refresh: true } as const;
      const { data } = await gateway.client.listBindings({ query });
      const params = { id: data[0]?.id ?? '' };
      return (client, idempotencyKey) => client.removeBinding({ params, idempotencyKey });
    },
  },
  verifyBinding: {
    ...ofBinding,
    sentTo: '/yixin',
    statement: 'code-accepted',
    prepare: async () => {
      const card = bankCard();
      const { id } = await gateway.client.startBinding({ body: card });
      const body = { code: smsCode(gateway, card.phone) };
      return (client, idempotencyKey) => client.verifyBinding({ params: { id }, body, idempotencyKey });
    },
  },
};

/** While a write is prepared, no answer is held. */
let isPreparing = false;

/** Runs `meanwhile` once, after the provider has done the next work on this path and before its answer arrives. */
function whileAnswering(path: string, meanwhile: (answer: string) => Promise<unknown>): void {
  let isDone = false;
  front.rewrite = async (asked, text) => {
    if (!isDone && !isPreparing && asked.includes(path)) {
      isDone = true;
      await meanwhile(text);
    }
    return text;
  };
}

interface Sent {
  readonly id: string;
  readonly resourceId: string;
}
/** The only write that is being sent. */
async function beingSent(): Promise<Sent> {
  const { rows } = await gateway.pool.query<Sent>(
    `SELECT id, resource_id AS "resourceId" FROM operations WHERE state = 'submitting'`,
  );
  const [write] = rows;
  if (write === undefined || rows.length > 1) throw new Error(`${rows.length} writes are being sent.`);
  return write;
}

/** A write and its kind, as another process knows them. */
async function asOthersSeeIt(id: string) {
  const operation = await findById(gateway.pool, id);
  const kind = writeKinds.find(({ type }) => type === operation?.type);
  if (operation === null || kind === undefined) throw new Error('There is no such write.');
  return { operation, kind };
}

/** Another process finds the only write that is being sent abandoned. */
async function giveUpSent(): Promise<string> {
  const { id } = await beingSent();
  await ageSubmitting(gateway);
  const { operation, kind } = await asOthersSeeIt(id);
  await giveUp(gateway.services, kind, operation);
  return id;
}

/** Sends one write, and what it sent to the database to be resolved. */
async function resolved({ prepare, statement }: Write) {
  isPreparing = true;
  const call = await prepare();
  isPreparing = false;
  const idempotencyKey = crypto.randomUUID();
  sent.length = 0;
  const answer = await call(gateway.client, idempotencyKey);
  const attempts = sent.lastIndexOf(statement);
  return { answer, again: () => call(gateway.client, idempotencyKey), statements: sent.slice(attempts) };
}

describe.each(Object.entries(writes))('%s', (_name, write) => {
  test('is resolved in one statement, and answered as its resource is read', async () => {
    const { answer, again, statements } = await resolved(write);
    expect(statements).toEqual([write.statement]);
    expect(answer).toEqual(await write.read(answer.id));
    expect(await again()).toEqual(answer);
  });

  test('whose resource has changed meanwhile is resolved anew', async () => {
    whileAnswering(write.sentTo, async () => {
      const { resourceId } = await beingSent();
      await gateway.pool.query(`UPDATE ${write.table} SET ${write.touch} WHERE id = $1`, [resourceId]);
    });
    const { answer, again, statements } = await resolved(write);
    expect(statements.slice(0, 2)).toEqual([write.statement, 'BEGIN']);
    expect(answer).toMatchObject({ ...write.touched, operation: { outcome: 'succeeded' } });
    expect(answer).toEqual(await write.read(answer.id));
    expect(await again()).toEqual(answer);
  });

  test('that was given up meanwhile is closed by its answer all the same', async () => {
    let id = '';
    whileAnswering(write.sentTo, async () => {
      id = await giveUpSent();
    });
    const { answer, again } = await resolved(write);
    expect(answer).toMatchObject({ operation: { outcome: 'succeeded' } });
    expect(answer).toEqual(await write.read(answer.id));
    expect(await again()).toEqual(answer);
    const { attempts } = await gateway.client.getOperation({ params: { id: toPublicId('operation', id) } });
    expect(attempts).toMatchObject([{ kind: 'send', outcome: 'done' }]);
  });

  test('that a list showed to be refused meanwhile stays so, and its answer is evidence', async () => {
    let id = '';
    whileAnswering(write.sentTo, async () => {
      ({ id } = await beingSent());
      const { operation, kind } = await asOthersSeeIt(id);
      const refusal = { reason: 'declined', code: null, message: 'so the list says' } as const;
      const shown = { kind: 'refused', refusal, evidence: null } as const;
      const attempt = attemptOf('list', shown, new Date(), new Date());
      await resolveByEvidence(gateway.services, kind, operation, shown, 'list', attempt);
    });
    await expect(resolved(write)).rejects.toMatchObject({ status: 422, code: 'refused-by-provider' });
    const operation = await gateway.client.getOperation({ params: { id: toPublicId('operation', id) } });
    expect(operation).toMatchObject({ outcome: 'refused', resolvedBy: 'list' });
    expect(operation.attempts.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['send', 'done'],
      ['list', 'refused'],
    ]);
  });
});

describe.each(Object.entries(writes).filter(([, { leavesResource }]) => leavesResource !== true))(
  '%s',
  (_name, write) => {
    test('whose resource is just being changed waits, and is then resolved anew', async () => {
      const other = await gateway.pool.connect();
      whileAnswering(write.sentTo, async () => {
        const { resourceId } = await beingSent();
        await other.query('BEGIN');
        await other.query(`UPDATE ${write.table} SET ${write.touch} WHERE id = $1`, [resourceId]);
        void waitedFor(gateway.pool, other).then(() => other.query('COMMIT'));
      });
      const { answer } = await resolved(write);
      other.release();
      expect(answer).toMatchObject({ ...write.touched, operation: { outcome: 'succeeded' } });
      expect(answer).toEqual(await write.read(answer.id));
    });
  },
);

/** A list without our references shows the card that was just ordered. */
async function listed(answer: string, card: Partial<ProviderCard>): Promise<void> {
  const { data } = JSON.parse(answer) as { readonly data: { readonly card_no: string } };
  const account = gateway.services.accounts.byName('keysecure');
  if (account === undefined) throw new Error('There is no account.');
  const shown = { providerRef: data.card_no, status: 'active', ...card } as const;
  await ingestCards(gateway.services, account, [shown], { by: 'list', askedAt: new Date() });
}

describe('an order', () => {
  const write = writes['issueCard'] as Write;

  test('that the provider refuses is resolved in one statement', async () => {
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'refuse', code: 2005 });
    sent.length = 0;
    const { key } = await gateway.key();
    const request = { path: '/v1/cards', idempotencyKey: 'refused', body: order };
    const answer = await send(gateway.url, key, request);
    expect(sent.slice(sent.indexOf('card-record') + 1)).toEqual(['card-failed']);
    expect(answer).toMatchObject({ status: 422, body: { code: 'refused-by-provider' } });
    expect(await send(gateway.url, key, request)).toEqual({ ...answer, replayed: true, headers: expect.any(String) });
    const { data } = await gateway.client.listCards({ query: { limit: 1 } });
    expect(data).toMatchObject([{ status: 'failed', operation: { outcome: 'refused' } }]);
  });

  test('whose card a list has brought meanwhile takes its place', async () => {
    whileAnswering(write.sentTo, (text) => listed(text, {}));
    const { answer, statements } = await resolved(write);
    expect(statements.slice(0, 2)).toEqual([write.statement, 'BEGIN']);
    const { data } = await gateway.client.listCards({ query: { limit: 2 } });
    expect(data.map(({ id }) => id)).toContain(answer.id);
    expect(data.filter(({ providerRef }) => providerRef === data[0]?.providerRef)).toHaveLength(1);
  });

  test('whose card is another holder’s, as a list has said meanwhile, is unknown', async () => {
    whileAnswering(write.sentTo, (text) => listed(text, { cardholderRef: 'another' }));
    const { answer } = await resolved(write);
    expect(answer).toMatchObject({ providerRef: null, operation: { outcome: 'unknown' } });
  });
});

describe('orders of one turn', () => {
  /** Sends so many orders, whose answers arrive together; `change` is told each of the provider's ids. */
  async function together(count: number, change: (place: number, answer: string) => Promise<void> = async () => {}) {
    const { promise: all, resolve: go } = Promise.withResolvers<void>();
    let held = 0;
    front.rewrite = async (path, text) => {
      if (!path.includes('/card/apply')) return text;
      const place = (held += 1);
      await change(place, text);
      if (place === count) go();
      await all;
      return text;
    };
    sent.length = 0;
    const keys = Array.from({ length: count }, () => crypto.randomUUID());
    const orderOne = (idempotencyKey: string) => gateway.client.issueCard({ body: order, idempotencyKey });
    return { answers: await Promise.all(keys.map(orderOne)), again: () => Promise.all(keys.map(orderOne)) };
  }

  test('are resolved together, each as its own', async () => {
    const { answers, again } = await together(12);
    expect(sent.filter((one) => one === 'card-accepted').length).toBeLessThan(12);
    expect(new Set(answers.map(({ providerRef }) => providerRef)).size).toBe(12);
    for (const answer of answers) expect(answer).toEqual(await readCard(answer.id));
    expect(await again()).toEqual(answers);
  });

  test('do not share the failure of one', async () => {
    const { answers } = await together(8, async (place, answer) => {
      if (place === 3) await listed(answer, { cardholderRef: 'another' });
    });
    const outcomes = answers.map(({ operation }) => operation?.outcome);
    expect(outcomes.filter((outcome) => outcome === 'unknown')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'succeeded')).toHaveLength(7);
    for (const answer of answers) expect(answer).toEqual(await readCard(answer.id));
  });

  test('are answered only once a later commit is confirmed', async () => {
    await gateway.owner.query(
      `CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE WARNING ''given up''; RETURN NULL; END'`,
    );
    await gateway.owner.query(
      'CREATE CONSTRAINT TRIGGER warn AFTER UPDATE ON operations DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION warn()',
    );
    const { answers } = await together(8);
    await gateway.owner.query('DROP TRIGGER warn ON operations');
    const confirmations = sent.filter((one) => one.includes('pg_logical_emit_message'));
    expect(confirmations).toHaveLength(8);
    for (const answer of answers) expect(answer).toEqual(await readCard(answer.id));
  });
});

describe('a change that the provider refuses', () => {
  const refusedFreeze = async () => {
    const { id } = await cards.made('virtual');
    gateway.sandbox.admin.addFault({
      provider: 'keysecure',
      operation: 'card/status/update',
      fault: 'refuse',
      code: 2005,
    });
    sent.length = 0;
    await expect(gateway.client.freezeCard({ params: { id } })).rejects.toMatchObject({ status: 422 });
    return id;
  };

  test('is resolved in one statement, and leaves the card as it is', async () => {
    const card = await refusedFreeze();
    expect(sent.slice(sent.indexOf('change-record') + 1)).toEqual(['operation-refused']);
    expect(await readCard(card)).toMatchObject({ status: 'active', operation: { outcome: 'refused' } });
  });

  test('and that was given up meanwhile is not looked up any more', async () => {
    let id = '';
    whileAnswering('/card/status/update', async () => {
      id = await giveUpSent();
    });
    await refusedFreeze();
    const { rows } = await gateway.pool.query('SELECT state, next_look_up_at FROM operations WHERE id = $1', [id]);
    expect(rows).toEqual([{ state: 'refused', next_look_up_at: null }]);
  });
});

test('a wrong code is resolved in one statement, and takes one of its tries', async () => {
  const { id, challenge } = await gateway.client.startBinding({ body: bankCard() });
  sent.length = 0;
  const wrong = gateway.client.verifyBinding({ params: { id }, body: { code: '000000' } });
  await expect(wrong).rejects.toMatchObject({ status: 422 });
  expect(sent.slice(sent.indexOf('code-record') + 1)).toEqual(['code-refused']);
  const attemptsLeft = Number(challenge?.attemptsLeft) - 1;
  const read = await gateway.client.getBinding({ params: { id } });
  expect(read).toMatchObject({ status: 'awaiting_code', challenge: { attemptsLeft } });
});

test('a change that began after its card was read shows the card as it was then', async () => {
  const { id } = await cards.made('virtual');
  const other = await gateway.pool.connect();
  await other.query('BEGIN');
  await other.query(`UPDATE cards SET expiry = '2031-05', synced_at = synced_at + interval '1 ms' WHERE id = $1`, [
    uuidOf('card', id),
  ]);
  const freezing = gateway.client.freezeCard({ params: { id } });
  await waitedFor(gateway.pool, other);
  await other.query('COMMIT');
  other.release();
  const answer = await freezing;
  expect(answer).toMatchObject({ expiry: '2031-05', status: 'frozen', operation: { outcome: 'succeeded' } });
  expect(answer).toEqual(await readCard(id));
});
