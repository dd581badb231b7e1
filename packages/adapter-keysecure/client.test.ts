import { testCall } from '@card-gateway/adapter-kit/testing';
import type { Reply, SeenRequest } from '@card-gateway/adapter-kit/testing';
import { describe, expect, test } from 'vitest';
import { reasonOf } from './refusals.ts';
import { apiKey, call, failure, openAccount, success, tokenReply } from './testing/account.ts';

const order = {
  reference: 'card_01j',
  productRef: 'P1',
  cardholderRef: 'U1',
  form: 'virtual',
  address: null,
} as const;
const issued = success({ card_no: 'C1', card_unique_no: order.reference });

/** Gives out `token-1`, `token-2`, … */
function counting(): () => Reply {
  let given = 0;
  return () => {
    given += 1;
    return tokenReply(`token-${given}`);
  };
}

const firstTokenExpired = (request: SeenRequest): Reply =>
  request.headers['access-token'] === 'token-1' ? failure(1007, 'Access-Token expired') : issued;

describe('headers', () => {
  test('every header of the document, in its own spelling', async () => {
    const account = await openAccount(() => issued);
    await account.adapter({ timeZone: 'UTC+8' }).issuing.issue(order, testCall(10_000, '00-ab-cd-01'));
    const [request] = account.business();
    expect(request?.headers).toMatchObject({
      'api-key': apiKey,
      'access-token': 'access-token-canary-5e02',
      'content-type': 'application/json',
      timezone: 'UTC+8',
      language: 'en_US',
      traceparent: '00-ab-cd-01',
    });
    expect(request?.headers['timestamp']).toMatch(/^\d{13}$/);
    expect(request?.rawHeaders).toEqual(expect.arrayContaining(['Api-Key', 'Timestamp', 'Access-Token']));
  });

  test('a GET says application/json too, and an order number is quoted in the path', async () => {
    const account = await openAccount(() => failure(2002));
    await account.adapter().cardholders.read('U/1?x', call);
    expect(account.business()[0]).toMatchObject({
      method: 'GET',
      path: '/open-api/v1/cardholder/U%2F1%3Fx/info',
      headers: { 'content-type': 'application/json' },
    });
  });
});

describe('1007', () => {
  test('one renewal and one replay, with a timestamp of its own', async () => {
    const account = await openAccount(firstTokenExpired, counting());
    let tick = Date.now();
    const adapter = account.adapter({}, () => (tick += 1));
    expect(await adapter.issuing.issue(order, call)).toMatchObject({ kind: 'done', value: { providerRef: 'C1' } });
    const [first, second, ...more] = account.business();
    expect(more).toEqual([]);
    expect(second?.body).toBe(first?.body);
    expect(Number(second?.headers['timestamp'])).toBeGreaterThan(Number(first?.headers['timestamp']));
    expect(account.tokens()).toHaveLength(2);
  });

  test('twenty calls refused at once renew once', async () => {
    const account = await openAccount(firstTokenExpired, counting());
    const adapter = account.adapter();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => adapter.issuing.issue(order, call)));
    expect(outcomes.every((outcome) => outcome.kind === 'done')).toBe(true);
    expect(account.tokens()).toHaveLength(2);
    const sends = Map.groupBy(account.business(), (request) => request.headers['access-token']);
    expect(sends.get('token-2')).toHaveLength(20);
  });

  test('a second time it is a certain refusal', async () => {
    const account = await openAccount(() => failure(1007, 'Access-Token invalid'), counting());
    expect(await account.adapter().issuing.issue(order, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'configuration', code: '1007' },
    });
    expect(account.business()).toHaveLength(2);
    expect(account.tokens()).toHaveLength(2);
  });

  test('a replay whose answer is lost is unknown', async () => {
    const account = await openAccount(
      (request) => (request.headers['access-token'] === 'token-1' ? failure(1007) : { kind: 'reset' }),
      counting(),
    );
    expect(await account.adapter().issuing.issue(order, call)).toMatchObject({ kind: 'unknown', why: 'no_answer' });
    expect(account.business()).toHaveLength(2);
  });

  test('token, call, renewal and replay share the time of one call', async () => {
    const account = await openAccount(
      (request) => (request.headers['access-token'] === 'token-1' ? failure(1007) : { kind: 'hang' }),
      counting(),
    );
    const started = performance.now();
    const outcome = await account.adapter().issuing.issue(order, testCall(300));
    expect(outcome).toMatchObject({ kind: 'unknown', why: 'no_answer' });
    expect(performance.now() - started).toBeLessThan(800);
  });

  test('no renewal in time: still a certain refusal', async () => {
    let tokens = 0;
    const account = await openAccount(
      () => failure(1007),
      () => {
        tokens += 1;
        return tokens === 1 ? tokenReply() : { kind: 'hang' };
      },
    );
    expect(await account.adapter().issuing.issue(order, testCall(300))).toMatchObject({ kind: 'refused' });
    expect(account.business()).toHaveLength(1);
  });
});

test('1005 on the order itself is stamped again from the date of the answer', async () => {
  const behind = Date.now() - 40_000;
  const date = new Date(behind).toUTCString();
  const account = await openAccount(
    (request) => (Number(request.headers['timestamp']) > behind + 1000 ? failure(1005, 'future', { date }) : issued),
    () => success({ access_token: 'token', expired_time: Date.now() + 86_400_000 }, { date: '' }),
  );
  expect(await account.adapter().issuing.issue(order, call)).toMatchObject({ kind: 'done' });
  expect(account.business()).toHaveLength(2);
});

describe('codes', () => {
  test.each([
    ['a write after a system error', '{"code":1001,"msg":"System error"}', { kind: 'unknown', why: 'unlisted_code' }],
    ['an unlisted code of a known range', '{"code":2011,"msg":""}', { kind: 'unknown', why: 'unlisted_code' }],
    ['an account code, none of which is listed', '{"code":3001}', { kind: 'unknown', why: 'unlisted_code' }],
    ['a code as text', '{"code":"0","data":{"card_no":"C1","card_unique_no":"card_01j"}}', { kind: 'unknown' }],
    ['a refusal as text', '{"code":"2001"}', { kind: 'unknown', why: 'unreadable_answer' }],
    ['rate limit', '{"code":1009,"msg":"slow"}', { kind: 'refused', refusal: { reason: 'rate_limited' } }],
    ['wrong mode', '{"code":1012,"msg":"mode"}', { kind: 'refused', refusal: { reason: 'unsupported' } }],
    [
      'a refusal with a status other than 2xx',
      { status: 400, body: '{"code":1004,"msg":"card_type"}' },
      { kind: 'unknown', why: 'unreadable_answer' },
    ],
  ])('%s', async (_name, answer, expected) => {
    const account = await openAccount(() =>
      typeof answer === 'string' ? { kind: 'answer', body: answer } : { kind: 'answer', ...answer },
    );
    expect(await account.adapter().issuing.issue(order, call)).toMatchObject(expected);
    expect(account.business()).toHaveLength(1);
  });

  test('a system error on a read is a refusal: nothing was to be done', () => {
    expect(reasonOf('1001', 'read')).toBe('unavailable');
  });

  test('codes of the card iframe are not ours to read', () => {
    for (const code of ['1014', '1015', '1016', '1017', '1018']) expect(reasonOf(code, 'write')).toBeNull();
  });
});

test('a message is kept without what was sent, also where one part is the beginning of another', async () => {
  const address = {
    firstName: 'Ann',
    lastName: 'Annabelle',
    phoneCode: '44',
    phone: '20794',
    country: 'GB',
    state: 'S',
    city: 'C',
    line1: 'L1',
    line2: '',
    postalCode: 'P',
  };
  const account = await openAccount(() => failure(1004, 'last_name Annabelle, phone 20794'));
  const outcome = await account.adapter().issuing.issue({ ...order, address }, call);
  expect(outcome).toMatchObject({ refusal: { reason: 'invalid_request' } });
  expect(JSON.stringify(outcome)).not.toMatch(/abelle|20794/);
});
