import type { CallResult, Client } from '@card-gateway/client';
import { type Fault, type FaultName, faultNames, type ProviderName } from '@card-gateway/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, cardOrder, type CardOrder, smsCode } from './setup/orders.ts';
import { startRelay } from './setup/relay.ts';

let gateway: TestGateway;
/** As `gateway`, for what gets no answer: only then does a test wait until a call's time is over. */
let hurried: Awaited<ReturnType<TestGateway['another']>>;
const orders = new Map<string, CardOrder>();
let made = 0;

beforeAll(async () => {
  // Nothing is looked up here: what is unknown stays unknown.
  gateway = await startGateway({ jobs: false, settings: { PROVIDER_WRITE_TIMEOUT_MS: '15000' } });
  hurried = await gateway.another({ PROVIDER_WRITE_TIMEOUT_MS: '1500' });
  for (const account of ['keysecure', 'keysecure-authorization'])
    orders.set(account, await cardOrder(gateway, account));
});
afterAll(async () => {
  await hurried.close();
  await gateway.close();
});

type WriteId = 'createCardholder' | 'issueCard' | 'startBinding' | 'verifyBinding';
type Sent = CallResult<WriteId>;

/** One kind of write: where its effect is, and how it is made ready to be sent, again with the same key. */
interface Write {
  readonly name: string;
  readonly provider: ProviderName;
  readonly operation: string;
  readonly effect: string;
  /** The resource's status before the answer, which is its last certain one while there is none. */
  readonly certain: string;
  prepare(): Promise<(client: Client) => Promise<Sent>>;
  read(id: string): Promise<{ readonly status: string; readonly providerRef: string | null }>;
}

const issueCard = (account: string, name: string): Write => ({
  name,
  provider: 'keysecure',
  operation: 'card/apply',
  effect: 'card_issued',
  certain: 'pending',
  prepare: async () => {
    const body = orders.get(account) ?? (await cardOrder(gateway, account));
    const idempotencyKey = newKey();
    return (client) => client.call('issueCard', { body, idempotencyKey });
  },
  read: (id) => gateway.client.getCard({ params: { id } }),
});

const newKey = (): string => `key-${(made += 1)}`;

const writes: readonly Write[] = [
  {
    name: 'createCardholder',
    provider: 'keysecure',
    operation: 'cardholder/apply',
    effect: 'cardholder_created',
    certain: 'pending',
    prepare: async () => {
      const body = { account: 'keysecure', reference: `holder-of-${newKey()}`, sumsubShareToken: 'share-token' };
      const idempotencyKey = newKey();
      return (client) => client.call('createCardholder', { body, idempotencyKey });
    },
    read: (id) => gateway.client.getCardholder({ params: { id } }),
  },
  issueCard('keysecure', 'issueCard in credit mode'),
  issueCard('keysecure-authorization', 'issueCard in authorization mode'),
  {
    name: 'startBinding',
    provider: 'yixin',
    operation: 'bindCard',
    effect: 'sms_sent',
    certain: 'starting',
    prepare: async () => {
      const body = bankCard();
      const idempotencyKey = newKey();
      return (client) => client.call('startBinding', { body, idempotencyKey });
    },
    read: (id) => gateway.client.getBinding({ params: { id } }),
  },
  {
    name: 'verifyBinding',
    provider: 'yixin',
    operation: 'verifyCode',
    effect: 'card_bound',
    certain: 'awaiting_code',
    prepare: async () => {
      const card = bankCard();
      const started = await gateway.client.startBinding({ body: card });
      const input = {
        params: { id: started.id },
        body: { code: smsCode(gateway, card.phone) },
        idempotencyKey: newKey(),
      };
      return (client) => client.call('verifyBinding', input);
    },
    read: (id) => gateway.client.getBinding({ params: { id } }),
  },
];

/** Which faults do the work all the same, and what is then said of the answer. */
const faults: Record<Exclude<FaultName, 'refuse'>, { worked: boolean; because: string; isEndless?: true }> = {
  hang: { worked: false, because: 'no_answer', isEndless: true },
  reset: { worked: false, because: 'no_answer' },
  bad_gateway: { worked: false, because: 'unreadable_answer' },
  work_then_hang: { worked: true, because: 'no_answer', isEndless: true },
  work_then_reset: { worked: true, because: 'no_answer' },
  work_then_bad_gateway: { worked: true, because: 'unreadable_answer' },
  truncated: { worked: true, because: 'unreadable_answer' },
  unlisted_code: { worked: true, because: 'unlisted_code' },
  drip: { worked: true, because: 'no_answer', isEndless: true },
  not_json: { worked: true, because: 'unreadable_answer' },
};

/** Scripts a fault for the next request of a write and gives what it did: requests received, effects left. */
async function sendInto(write: Write, fault: Pick<Fault, 'fault' | 'code' | 'message'>, send: () => Promise<Sent>) {
  const { admin } = gateway.sandbox;
  const { provider, operation, effect } = write;
  const count = (): [number, number] => [admin.requestCount(provider, operation), admin.ledger({ effect }).length];
  const before = count();
  admin.addFault({ provider, operation, ...fault });
  const answer = await send().catch((error: unknown) => error);
  const repeated = await send().catch((error: unknown) => error);
  const after = count();
  admin.clearFaults();
  return { answer, repeated, requests: after[0] - before[0], effects: after[1] - before[1] };
}

/** A write that is ready to be sent, with all the time that it needs. */
async function ready(write: Write): Promise<() => Promise<Sent>> {
  const send = await write.prepare();
  return () => send(gateway.client);
}

describe.each(writes)('$name', (write) => {
  test('every fault that a provider can have is scripted here', () => {
    expect(new Set(['refuse', ...Object.keys(faults)])).toEqual(new Set(faultNames));
  });

  test.each(Object.entries(faults))('%s is unknown, never failed', async (fault, { worked, because, isEndless }) => {
    const send = await write.prepare();
    const { client } = isEndless === true ? hurried : gateway;
    const seen = await sendInto(write, { fault: fault as FaultName }, () => send(client));
    expect(seen).toMatchObject({ requests: 1, effects: worked ? 1 : 0 });

    const answer = seen.answer as Sent;
    expect(answer).toMatchObject({ status: 202, replayed: false });
    const { id, status, operation } = answer.data;
    expect(status).toBe(write.certain);
    expect(operation).toMatchObject({ outcome: 'unknown', resolvesBy: 'look-up' });
    expect(answer.location).toBe(`/v1/operations/${operation?.id}`);
    expect(await write.read(id)).toMatchObject({ status: write.certain, providerRef: null });

    expect(seen.repeated).toMatchObject({ status: 202, replayed: true, location: answer.location });
    expect((seen.repeated as Sent).data).toEqual(answer.data);

    const unknown = await gateway.client.listOperations({ query: { outcome: 'unknown', limit: 200 } });
    expect(unknown.data.find((one) => one.id === operation?.id)).toMatchObject({
      resource: id,
      unknownBecause: because,
      refusal: null,
      resolvedBy: null,
      resolvedAt: null,
      attempts: [{ kind: 'send', outcome: 'unknown' }],
    });
  });

  test('a refusal is certain: 422, and nothing happened', async () => {
    const send = await ready(write);
    // One that stays with the key: another try would be refused as well.
    const code = write.provider === 'yixin' ? '-2' : 2007;
    const seen = await sendInto(write, { fault: 'refuse', code }, send);
    expect(seen).toMatchObject({ requests: 1, effects: 0 });
    expect(seen.answer).toMatchObject({
      status: 422,
      code: 'refused-by-provider',
      problem: { outcome: 'refused', provider: { name: write.provider } },
    });
    const { problem } = seen.answer as { problem: { operation: string } };
    expect((seen.repeated as { problem: unknown }).problem).toEqual(problem);
    expect(await gateway.client.getOperation({ params: { id: problem.operation } })).toMatchObject({
      outcome: 'refused',
      resolvedBy: 'answer',
      attempts: [{ kind: 'send', outcome: 'refused' }],
    });
  });
});

test('a status of Yixin that no document lists is unknown, although its envelope says success', async () => {
  for (const write of writes.filter(({ provider }) => provider === 'yixin')) {
    const seen = await sendInto(write, { fault: 'unlisted_code', code: '-9' }, await ready(write));
    expect(seen).toMatchObject({ requests: 1, effects: 1, answer: { status: 202 } });
  }
});

test('a system error of KeySecure (1001) is unknown, for anything may have happened before it', async () => {
  for (const write of writes.filter(({ provider }) => provider === 'keysecure')) {
    const seen = await sendInto(write, { fault: 'unlisted_code', code: 1001 }, await ready(write));
    expect(seen).toMatchObject({ requests: 1, effects: 1, answer: { status: 202 } });
  }
});

describe('what was certainly not sent is refused, and safe to try again', () => {
  /** An address without a listener. */
  let closed: TestGateway;
  beforeAll(async () => {
    closed = await startGateway({
      jobs: false,
      account: (_name, settings) => ({ ...settings, baseUrl: 'http://127.0.0.1:9' }),
    });
  });
  afterAll(() => closed.close());

  test.each([
    ['createCardholder', 'keysecure'],
    ['startBinding', 'yixin'],
  ] as const)('%s at %s, which refuses the connection', async (operation, provider) => {
    const card = bankCard();
    const refusal = await (
      operation === 'startBinding'
        ? closed.client.startBinding({ body: card })
        : closed.client.createCardholder({
            body: { account: 'keysecure', reference: 'not-sent', sumsubShareToken: 'share-token' },
          })
    ).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      status: 422,
      code: 'provider-unreachable',
      problem: { outcome: 'refused', provider: { name: provider } },
    });
    // Neither the reference nor the limit on SMS is used up by what was not sent.
    const again = await (
      operation === 'startBinding'
        ? closed.client.startBinding({ body: card })
        : closed.client.createCardholder({
            body: { account: 'keysecure', reference: 'not-sent', sumsubShareToken: 'share-token' },
          })
    ).catch((error: unknown) => error);
    expect(again).toMatchObject({ code: 'provider-unreachable' });
    expect(await closed.client.listOperations({ query: { outcome: 'unknown' } })).toMatchObject({ data: [] });
  });

  test('an order whose connection is refused, although the access token is there', async () => {
    let real = '';
    const wire = await startRelay(() => real);
    const own = await startGateway({
      jobs: false,
      account: (name, settings) => {
        if (name !== 'keysecure') return settings;
        real = String(settings['baseUrl']);
        return { ...settings, baseUrl: wire.url };
      },
    });
    const order = await cardOrder(own);
    await wire.cut();
    const input = { body: order, idempotencyKey: newKey() };
    const refusal = await own.client.issueCard(input).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ status: 422, code: 'provider-unreachable', problem: { outcome: 'refused' } });
    await wire.mend();
    expect(own.sandbox.admin.ledger({ effect: 'card_issued' })).toEqual([]);
    // A transient refusal does not keep the key: a repeat is a new try.
    expect(await own.client.call('issueCard', input)).toMatchObject({ status: 201, replayed: false });
    expect(await own.client.call('issueCard', input)).toMatchObject({ status: 201, replayed: true });
    expect(own.sandbox.admin.ledger({ effect: 'card_issued' })).toHaveLength(1);
    await own.close();
    await wire.close();
  });

  test.each(['reset', 'bad_gateway', 'truncated', 'hang'] as const)(
    'an order whose access token did not come (%s) did not go out',
    async (fault) => {
      const { admin } = gateway.sandbox;
      const order = orders.get('keysecure');
      if (order === undefined) throw new Error('There is no order.');
      const asked = admin.requestCount('keysecure', 'card/apply');
      const issued = admin.ledger({ effect: 'card_issued' }).length;
      // 1007 makes it fetch a new token, which does not come.
      admin.expireTokens();
      admin.addFault({ provider: 'keysecure', operation: 'merchant/token', fault, times: 0 });
      const { client } = fault === 'hang' ? hurried : gateway;
      const refusal = await client.issueCard({ body: order }).catch((error: unknown) => error);
      admin.clearFaults();
      expect(refusal).toMatchObject({ status: 422, problem: { outcome: 'refused' } });
      // Sent once under the token that had expired and refused for it, or not at all; never a card.
      expect(admin.requestCount('keysecure', 'card/apply') - asked).toBeLessThanOrEqual(1);
      expect(admin.ledger({ effect: 'card_issued' })).toHaveLength(issued);
      await gateway.client.issueCard({ body: order });
    },
  );
});
