import { describe, expect, test } from 'vitest';
import { openAccount, success } from './testing/account.ts';

async function callsOf(settings: Readonly<Record<string, unknown>>): Promise<readonly (readonly [string, string])[]> {
  const account = await openAccount(() => success({}));
  return account.adapter(settings).calls.map(({ name, state }) => [name, state]);
}

const withState = (calls: readonly (readonly [string, string])[], state: string): readonly string[] =>
  calls.filter(([, own]) => own === state).map(([name]) => name);

const credit = ['account/transfer', 'account/{cardholder_no}/info', 'account/transfer/list', 'card/package/list'];
const authorization = ['card/support/bins', 'Auth'];

describe('the documented calls', () => {
  test('19 endpoints and 3 callbacks, those of the other mode absent', async () => {
    const inCredit = await callsOf({});
    const inAuthorization = await callsOf({ mode: 'authorization' });
    expect(new Set(inCredit.map(([name]) => name)).size).toBe(22);
    expect(withState(inCredit, 'absent')).toEqual(authorization);
    expect(withState(inAuthorization, 'absent')).toEqual(credit);
    expect(withState(inCredit, 'needs-settings')).toEqual([]);
  });

  test('without apiSecret what it encrypts and signs needs it', async () => {
    const needing = ['card/{card_no}/private/info', 'card/active', 'card/pin/set', 'Consumption', 'Card_update'];
    expect(withState(await callsOf({ apiSecret: undefined }), 'needs-settings')).toEqual(needing);
    expect(withState(await callsOf({ apiSecret: undefined, mode: 'authorization' }), 'needs-settings')).toEqual(
      needing.toSpliced(3, 0, 'Auth'),
    );
  });

  test('each names its place, and why it is not used', async () => {
    const account = await openAccount(() => success({}));
    for (const { source, state, reason } of account.adapter({ apiSecret: undefined }).calls) {
      expect(source).toMatch(/^keysecure\.md §(6|11)\.\d+$/);
      expect(reason === null).toBe(state === 'documented');
    }
  });
});

test('what is assumed is noted, as long as it matters', async () => {
  const account = await openAccount(() => success({}));
  expect(account.adapter().notes).toHaveLength(2);
  expect(account.adapter({ keyDerivation: 'utf8' }).notes).toHaveLength(1);
  expect(account.adapter({ apiSecret: undefined }).notes).toEqual([]);
});
