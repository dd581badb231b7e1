import { done, type Outcome, refused, Secret, unknown } from '@card-gateway/core';
import { expect, test } from 'vitest';
import { type AccessToken, accessTokens } from './access-token.ts';
import { testCall } from './call.ts';

const token = (name: string): AccessToken => ({ secret: new Secret(name), expiresAt: Infinity });
const call = testCall(1000);

test('a token that was refused is given up once, not the newer one that others have fetched meanwhile', async () => {
  const given: AccessToken[] = [];
  const tokens = accessTokens({
    fetch: () => {
      given.push(token(`token-${given.length}`));
      return Promise.resolve(done(given.at(-1) ?? token('none')));
    },
    now: () => 0,
    marginMs: 60_000,
  });
  const gate = Promise.withResolvers<void>();
  const sentWith: string[] = [];
  const use = (before: Promise<void>): Promise<Outcome<string>> =>
    tokens.use<string>(
      call,
      async ({ secret }) => {
        sentWith.push(secret.reveal());
        if (secret.reveal() !== 'token-0') return done(secret.reveal());
        await before;
        return refused('configuration', { code: 'expired' });
      },
      (outcome) => outcome.kind === 'refused' && outcome.refusal.code === 'expired',
    );
  const slow = use(gate.promise);
  expect(await use(Promise.resolve())).toMatchObject({ kind: 'done', value: 'token-1' });
  gate.resolve();
  expect(await slow).toMatchObject({ kind: 'done', value: 'token-1' });
  expect(sentWith).toEqual(['token-0', 'token-0', 'token-1', 'token-1']);
  expect(given).toHaveLength(2);
});

test('one that is refused again is not replaced a second time', async () => {
  let given = 0;
  let sent = 0;
  const tokens = accessTokens({
    fetch: () => Promise.resolve(done(token(`token-${(given += 1)}`))),
    now: () => 0,
    marginMs: 0,
  });
  const outcome = await tokens.use(
    call,
    () => {
      sent += 1;
      return Promise.resolve(refused('configuration', { code: 'expired' }));
    },
    () => true,
  );
  expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'expired' } });
  expect([given, sent]).toEqual([2, 2]);
});

test('a fetch that throws does not block the next', async () => {
  let fetches = 0;
  const tokens = accessTokens({
    fetch: () => {
      fetches += 1;
      return fetches === 1 ? Promise.reject(new Error('broken')) : Promise.resolve(unknown('no_answer'));
    },
    now: () => 0,
    marginMs: 0,
  });
  const use = (): Promise<Outcome<null>> =>
    tokens.use(
      call,
      () => Promise.resolve(done(null)),
      () => false,
    );
  await expect(use()).rejects.toThrow('broken');
  expect(await use()).toMatchObject({ kind: 'refused', refusal: { reason: 'not_sent' } });
});
