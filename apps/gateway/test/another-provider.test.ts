import { GatewayProblem } from '@card-gateway/client';
import { harbour } from '@card-gateway/examples/harbour';
import { failure, type Harbour, openHarbour } from '@card-gateway/examples/harbour/provider';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { address, person } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { ahead, reconcileNow } from './setup/reconcile.ts';
import { everythingStored, tracesIn } from './setup/traces.ts';

// Harbour is invented: a provider that core, contract and gateway know nothing of. All that it needs its adapter declares.

let provider: Harbour;
let gateway: TestGateway;
let product: string;
let namedProduct: string;

beforeAll(async () => {
  provider = await openHarbour();
  const rest = { tenant: 'default', sandbox: true, network: null, callbacks: null, authorization: null };
  const accounts = (['anonymous', 'named'] as const).map((programme) => {
    const settings = harbour.settings.parse({ ...provider.settings, programme });
    return { name: `harbour-${programme}`, adapter: harbour, settings, ...rest, syncEveryMs: null };
  });
  gateway = await startGateway({ jobs: false, accounts });
  product = await productOf('harbour-anonymous');
  namedProduct = await productOf('harbour-named');
});
afterAll(async () => {
  await gateway.close();
  await provider.loopback.close();
});

async function productOf(account: string): Promise<string> {
  const { data } = await gateway.client.listCardProducts({ query: { account } });
  expect(data).toMatchObject([
    { name: 'Gift card', network: 'visa', forms: ['virtual'], issuable: true },
    { name: 'Staff card', forms: ['virtual', 'physical'], issuable: true },
    { name: 'Old card', issuable: false },
  ]);
  return data[0]?.id ?? '';
}

const anonymous = (change: object = {}) =>
  gateway.client.issueCard({ body: { account: 'harbour-anonymous', product, form: 'virtual', ...change } });

/** What is refused with 400 before anything is sent: the faults that are named. */
async function faultsOf(act: Promise<unknown>): Promise<unknown> {
  const sent = provider.business().length;
  const problem = await act.catch((error: unknown) => error);
  if (!(problem instanceof GatewayProblem)) throw new Error('This was not refused.');
  expect([problem.status, problem.code, provider.business().length]).toEqual([400, 'invalid-request', sent]);
  return problem.problem.errors;
}

test('GET /v1/providers says what an order of each account names', async () => {
  const { data } = await gateway.client.listProviders();
  const requirements = (name: string) => data.find(({ account }) => account === name)?.requirements;
  const address = { virtual: 'none', physical: 'none' };
  const pin = 'four digits';
  expect(requirements('harbour-anonymous')).toMatchObject({ cardholder: 'none', address, applications: [], pin });
  expect(requirements('harbour-named')).toMatchObject({
    cardholder: 'required',
    address,
    applications: ['person'],
    pin,
  });
});

describe('an account that has no cardholders', () => {
  test('issues a card, which is read, revealed, frozen and cancelled', async () => {
    const card = await anonymous();
    expect(card).toMatchObject({ status: 'pending', cardholder: null, product, operation: { outcome: 'succeeded' } });
    const { id } = card;
    const read = { params: { id }, query: { refresh: true } };
    expect(await gateway.client.getCard(read)).toMatchObject({ status: 'active', cardholder: null, form: 'virtual' });
    const last4 = [...provider.cards.values()].at(-1)?.last4 ?? '';
    expect(await gateway.client.revealCard({ params: { id }, body: { purpose: 'a test' } })).toEqual({
      card: id,
      number: `400000123456${last4}`,
      expiry: '2031-09',
      cvv: '908',
    });
    expect(await gateway.client.freezeCard({ params: { id } })).toMatchObject({ status: 'frozen' });
    expect(await gateway.client.cancelCard({ params: { id } })).toMatchObject({ status: 'cancelled' });
    expect([...provider.cards.values()].at(-1)).toMatchObject({ holder: null, state: 'closed', product: 'hp_gift' });
  });

  test('finds a lost order by its reference', async () => {
    const { answer } = provider;
    provider.answer = (request) => {
      answer(request);
      return { kind: 'reset' };
    };
    const { id, operation } = await anonymous();
    provider.answer = answer;
    expect(operation).toMatchObject({ outcome: 'unknown', resolvesBy: 'look-up' });
    await reconcileNow(ahead(gateway, 60_000), operation?.id);
    expect(await gateway.client.getCard({ params: { id } })).toMatchObject({
      status: 'active',
      cardholder: null,
      operation: { outcome: 'succeeded' },
    });
  });

  test('takes neither a cardholder nor an address', async () => {
    const cardholder = 'chd_00000000000000000000000000';
    expect(await faultsOf(anonymous({ cardholder, address }))).toEqual([
      { pointer: '/cardholder', detail: 'expected none: this account issues cards without a cardholder' },
      { pointer: '/address', detail: 'expected none: the card is virtual' },
    ]);
    const body = { account: 'harbour-anonymous', reference: 'user-1', person };
    await expect(gateway.client.createCardholder({ body })).rejects.toMatchObject({
      status: 422,
      code: 'not-supported',
    });
  });
});

describe('an account whose cardholders are applied for by their own data', () => {
  const apply = (idempotencyKey: string, who = person) =>
    gateway.client.createCardholder({
      idempotencyKey,
      body: { account: 'harbour-named', reference: 'user-1', person: who },
    });

  test('passes the data on and keeps none of it, and issues to who is approved', async () => {
    const secret = {
      ...person,
      firstName: 'Quillonia',
      lastName: 'Vexworthy',
      birthDate: '1961-11-23',
      email: 'quillonia@vexworthy.example',
      phone: '2079461357',
      address: { ...person.address, line1: '17 Obsidian Mews', city: 'Mirkwater', postalCode: 'QX9 7ZJ' },
    };
    const applied = await apply('person-1', secret);
    expect(applied).toMatchObject({ status: 'pending', operation: { outcome: 'succeeded' } });
    expect(await apply('person-1', secret)).toEqual(applied);
    await expect(apply('person-1')).rejects.toMatchObject({ status: 422, code: 'idempotency-key-reused' });
    expect(provider.holders.size).toBe(1);

    Object.assign([...provider.holders.values()][0] ?? {}, { state: 'approved' });
    const { id: cardholder } = applied;
    const read = { params: { id: cardholder }, query: { refresh: true } };
    expect(await gateway.client.getCardholder(read)).toMatchObject({ status: 'approved', reference: 'user-1' });
    const order = { account: 'harbour-named', product: namedProduct, form: 'virtual' } as const;
    expect(await gateway.client.issueCard({ body: { ...order, cardholder } })).toMatchObject({ cardholder });
    expect([...provider.cards.values()].at(-1)).toMatchObject({ holder: 'hh_0001' });
    expect(await faultsOf(gateway.client.issueCard({ body: order }))).toEqual([
      { pointer: '/cardholder', detail: expect.stringContaining('it is missing') },
    ]);

    const { address: place, ...who } = secret;
    const told = [...Object.values(who), place.line1, place.city, place.postalCode].filter((part) => part.length > 4);
    expect(tracesIn(await everythingStored(gateway.owner), told)).toEqual([]);
    expect(tracesIn(gateway.log(), told)).toEqual([]);
  });

  test('tells and keeps nothing of it where the provider repeats it in a refusal', async () => {
    const { address: place, ...who } = person;
    const secret = { ...who, firstName: 'Zoltána', lastName: 'Qi', birthDate: '1957-08-09', phone: '2079463579' };
    const { answer } = provider;
    const spoken = 'Zoltana QI, ZOLTÁNA, born 9 August 1957 (09/08/1957), +442079463579; an inquiry about';
    provider.answer = ({ body }) => failure(422, 'no_person', `${spoken} ${body}`);
    const body = { account: 'harbour-named', reference: 'user-3', person: { ...secret, address: place } };
    const problem = await gateway.client.createCardholder({ body }).catch((error: unknown) => error);
    provider.answer = answer;
    if (!(problem instanceof GatewayProblem)) throw new Error('This was not refused.');
    expect(problem.problem.provider).toMatchObject({ code: 'no_person', message: expect.stringContaining('born ***') });

    const told = ['zoltana', 'zoltána', 'qi', '1957', '2079463579', secret.email];
    const operation = await gateway.client.getOperation({ params: { id: problem.problem.operation ?? '' } });
    const shown = [problem.problem.provider, problem.problem.detail, operation.refusal, operation.attempts];
    for (const text of [JSON.stringify(shown), gateway.log(), problem.message]) {
      const words = text.toLowerCase();
      expect(told.filter((word) => new RegExp(`(?<![a-z0-9])${RegExp.escape(word)}(?![a-z0-9])`).test(words))).toEqual(
        [],
      );
    }
    expect(tracesIn(await everythingStored(gateway.owner), ['Zoltana', 'Zoltána', secret.phone, secret.email])).toEqual(
      [],
    );
  });

  test('takes no share token', async () => {
    const body = { account: 'harbour-named', reference: 'user-2', sumsubShareToken: 'share-token' };
    expect(await faultsOf(gateway.client.createCardholder({ body }))).toEqual([
      { pointer: '/sumsubShareToken', detail: 'expected none: this account takes person' },
    ]);
  });
});

describe('a provider that says when to come again', () => {
  /** Answers every request so, until the test ends. */
  function answering(status: number, code: string, retryAfter: string): void {
    const { answer } = provider;
    provider.answer = () => failure(status, code, 'one moment', { 'retry-after': retryAfter });
    onTestFinished(() => {
      provider.answer = answer;
    });
  }

  test.each([
    ['429, in seconds', 429, 'too_many', () => '7', 7],
    ['503, with a date', 503, 'maintenance', () => new Date(Date.now() + 600_000).toUTCString(), 600],
    ['429, in days', 429, 'too_many', () => '864000', 3600],
  ])('a write that it refused tells the caller: %s', async (_name, status, code, header, seconds) => {
    answering(status, code, header());
    const problem = await anonymous().catch((error: unknown) => error);
    if (!(problem instanceof GatewayProblem)) throw new Error('This was not refused.');
    expect(problem).toMatchObject({ status: 422, code: 'refused-by-provider' });
    const waitMs = problem.retryAfterMs ?? 0;
    // A date counts from the answer, which comes a moment after it was made.
    expect(waitMs).toBeGreaterThan((seconds - 30) * 1000);
    expect(waitMs).toBeLessThanOrEqual((seconds + 1) * 1000);
    expect(problem.problem.detail).toContain(`It may be asked again in ${waitMs / 1000} s.`);
  });

  test('a read tells it too', async () => {
    const { id } = await anonymous();
    answering(503, 'maintenance', '70');
    await expect(gateway.client.getCard({ params: { id }, query: { refresh: true } })).rejects.toMatchObject({
      status: 503,
      code: 'provider-unavailable',
      retryAfterMs: 70_000,
    });
  });

  test.each([
    ['120', 120_000],
    ['3000', 900_000],
  ])('a look-up is put off by %s s, and by a quarter of an hour at most', async (retryAfter, waitMs) => {
    const { answer } = provider;
    provider.answer = () => ({ kind: 'reset' });
    const { operation } = await anonymous();
    provider.answer = answer;
    answering(429, 'too_many', retryAfter);
    await reconcileNow(ahead(gateway, 60_000), operation?.id);
    const { attempts, nextLookUpAt } = await gateway.client.getOperation({ params: { id: operation?.id ?? '' } });
    const askedAt = Date.parse(attempts.at(-1)?.finishedAt ?? '');
    expect(Date.parse(nextLookUpAt ?? '') - askedAt).toBe(waitMs);
  });
});
