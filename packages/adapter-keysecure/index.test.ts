import { describe, expect, test } from 'vitest';
import { documentedWith, openAccount, success } from './testing/account.ts';

type States = readonly (readonly [name: string, state: string])[];

const statesOf = (settings: Readonly<Record<string, unknown>>): States =>
  documentedWith(settings).map(({ name, state }) => [name, state]);

const withState = (calls: States, state: string): readonly string[] =>
  calls.filter(([, own]) => own === state).map(([name]) => name);

const credit = ['account/transfer', 'account/{cardholder_no}/info', 'account/transfer/list', 'card/package/list'];
const authorization = ['card/support/bins', 'Auth'];

describe('the documented calls', () => {
  test('19 endpoints and 3 callbacks, those of the other mode absent', () => {
    const inCredit = statesOf({});
    const inAuthorization = statesOf({ mode: 'authorization' });
    expect(new Set(inCredit.map(([name]) => name)).size).toBe(22);
    expect(withState(inCredit, 'absent')).toEqual(authorization);
    expect(withState(inAuthorization, 'absent')).toEqual(credit);
    expect(withState(inCredit, 'needs-settings')).toEqual([]);
  });

  test('without apiSecret what it encrypts and signs needs it', () => {
    const needing = ['card/{card_no}/private/info', 'card/active', 'card/pin/set', 'Card_update', 'Consumption'];
    expect(withState(statesOf({ apiSecret: undefined }), 'needs-settings')).toEqual(needing);
    expect(withState(statesOf({ apiSecret: undefined, mode: 'authorization' }), 'needs-settings')).toEqual([
      ...needing,
      'Auth',
    ]);
  });

  test('each names its place, and why it is not used', () => {
    for (const { source, state, reason } of documentedWith({ apiSecret: undefined })) {
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
