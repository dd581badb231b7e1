import type { ProviderCall } from '@card-gateway/core';
import { expect, test } from 'vitest';
import { openCall, type Permit, sendBy, shortened, termsOf, testCall, timeLeftMs } from './call.ts';
import type { TimedRequest } from './exchange.ts';
import { sharedFetch } from './shared-fetch.ts';

const request = { operation: 'x', method: 'GET', url: '', headers: {}, body: null } as const;

/** A transport that answers at once, and what it was handed. */
function transport() {
  const sent: TimedRequest[] = [];
  const send = sendBy(async (timed) => {
    sent.push(timed);
    return { kind: 'lost', cause: 'no' };
  });
  return { sent, send };
}

test('a request without a call, or with one that was made up, does not compile', () => {
  const { send } = transport();
  const alone = () =>
    // @ts-expect-error a request belongs to a call
    send(request);
  const madeUp = () =>
    // @ts-expect-error only the gateway makes a call
    send(request, { deadline: Infinity, traceparent: undefined });
  expect([alone, madeUp]).toHaveLength(2);
});

test('a request has what its call has left, and its trace', async () => {
  const { sent, send } = transport();
  const call = testCall(5000, '00-a-b-01');
  await send(request, shortened(call, 2000));
  expect(sent).toMatchObject([{ operation: 'x', traceparent: '00-a-b-01' }]);
  expect(sent[0]?.timeoutMs).toBeLessThanOrEqual(3000);
  expect(timeLeftMs(call)).toBeGreaterThan(3000);
});

test('nothing is sent for a call whose time is over', async () => {
  const { sent, send } = transport();
  expect(await send(request, testCall(0))).toEqual({ kind: 'not_sent', cause: 'TimeoutError' });
  expect(sent).toEqual([]);
});

test('what several calls need is fetched once, in a call that is none of theirs', async () => {
  const shared: Permit = { share: () => shared };
  const permit: Permit = { share: () => shared };
  const answer = Promise.withResolvers<string>();
  const calls: ProviderCall[] = [];
  const fetch = sharedFetch((call) => {
    calls.push(call);
    return answer.promise;
  });
  const first = fetch(openCall({ deadline: performance.now() + 5, traceparent: '00-a-b-01', permit }));
  const second = fetch(testCall());
  expect(await first).toBeNull();
  answer.resolve('token');
  expect(await second).toBe('token');
  expect(calls.map(termsOf)).toMatchObject([{ traceparent: undefined, permit: shared }]);
  expect(timeLeftMs(calls[0] ?? testCall(0))).toBeGreaterThan(5);
  expect(await fetch(testCall())).toBe('token');
  expect(calls).toHaveLength(2);
});

test.each([
  [
    'throws',
    () => {
      throw new Error('broken');
    },
  ],
  ['rejects', () => Promise.reject(new Error('broken'))],
])('a fetch that %s does not block the next', async (_name, fail) => {
  let fetches = 0;
  const fetch = sharedFetch(() => {
    fetches += 1;
    return fetches === 1 ? fail() : Promise.resolve('token');
  });
  await expect(fetch(testCall())).rejects.toThrow('broken');
  expect(await fetch(testCall())).toBe('token');
});
