import { type CardChange, Secret } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { bodyOf, call, failure, openAccount, success } from './testing/account.ts';

const card = { providerRef: 'C202605220001', cardholderRef: 'U202605220001' };
const activate: CardChange = { kind: 'activate', cvv: new Secret('123'), last4: '4242' };
const setPin: CardChange = { kind: 'setPin', pin: new Secret('258036') };
const taken = success({ result: true });

describe('what is sent', () => {
  test.each([
    ['freeze', 'Frozen'],
    ['unfreeze', 'Activated'],
    ['cancel', 'Delete'],
  ] as const)('%s sets the status %s', async (kind, status) => {
    const account = await openAccount(() => taken);
    // Neither needs the cardholder nor the secret.
    const controls = account.adapter({ apiSecret: undefined }).cardControls;
    expect(await controls.change({ ...card, cardholderRef: null }, { kind }, call)).toMatchObject({
      kind: 'done',
      value: { providerStatus: status },
    });
    expect(account.business()[0]).toMatchObject({ method: 'POST', path: '/open-api/v1/card/status/update' });
    expect(bodyOf(account.business()[0])).toEqual({ card_no: 'C202605220001', status });
  });

  test('activating sends the CVV encrypted and the last four', async () => {
    const account = await openAccount(() => taken);
    expect(await account.adapter().cardControls.change(card, activate, call)).toMatchObject({
      kind: 'done',
      value: { providerStatus: 'Activated' },
    });
    expect(account.business()[0]).toMatchObject({ method: 'POST', path: '/open-api/v1/card/active' });
    expect(bodyOf(account.business()[0])).toEqual({
      cardholder_no: 'U202605220001',
      card_no: 'C202605220001',
      cvv: 'zNkSeANebsT6uK05MK4mkA==',
      card_last_no: '4242',
    });
  });

  test('a PIN is sent encrypted', async () => {
    const account = await openAccount(() => taken);
    expect(await account.adapter().cardControls.change(card, setPin, call)).toMatchObject({
      kind: 'done',
      value: { providerStatus: null },
    });
    expect(account.business()[0]).toMatchObject({ method: 'POST', path: '/open-api/v1/card/pin/set' });
    expect(bodyOf(account.business()[0])).toEqual({
      card_no: 'C202605220001',
      cardholder_no: 'U202605220001',
      pin: 'UuIadr1JQpxw4miKUSg/2w==',
    });
  });
});

describe('refused before any call', () => {
  test.each<[string, CardChange, string | null, string]>([
    ['a CVV of 4 digits', { ...activate, cvv: new Secret('1234') }, 'U1', 'CVV'],
    ['a CVV of other characters', { ...activate, cvv: new Secret('12a') }, 'U1', 'CVV'],
    ['last four that are not four', { ...activate, last4: '424' }, 'U1', 'last four'],
    ['activating without a cardholder', activate, null, 'cardholder'],
    ['a PIN without a cardholder', setPin, null, 'cardholder'],
    ['a PIN against the rule', { kind: 'setPin', pin: new Secret('123456') }, 'U1', 'consecutive'],
  ])('%s', async (_name, change, cardholderRef, message) => {
    const account = await openAccount(() => taken);
    expect(await account.adapter().cardControls.change({ ...card, cardholderRef }, change, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'invalid_request', message: expect.stringContaining(message) as string },
    });
    expect(account.loopback.requests).toEqual([]);
  });

  test.each([activate, setPin])('$kind without apiSecret, which the gaps say', async (change) => {
    const account = await openAccount(() => taken);
    const { cardControls } = account.adapter({ apiSecret: undefined });
    expect(await cardControls.change(card, change, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'unsupported', message: expect.stringContaining('`apiSecret`') as string },
    });
    expect(account.loopback.requests).toEqual([]);
    expect(cardControls.gaps).toMatchObject({ [change.kind]: { state: 'needs-settings' } });
    expect(Object.keys(cardControls.gaps ?? {})).toEqual(['activate', 'setPin']);
    expect(account.adapter().cardControls.gaps).toBeUndefined();
  });
});

describe('PINs', () => {
  test.each(['258036', '135790', '112233', '909090', '124578', '013579', '897867'])('%s fits', async (pin) => {
    const account = await openAccount(() => taken);
    expect(account.adapter().cardControls.pinFault(new Secret(pin))).toBeNull();
  });

  test.each([
    '111111',
    '123456',
    '25803',
    '2580367',
    '25803a',
    '',
    '911158',
    '258012',
    '432580',
    '987654',
    '１２３４５６',
  ])('%s does not', async (pin) => {
    const account = await openAccount(() => taken);
    expect(account.adapter().cardControls.pinFault(new Secret(pin))).not.toBeNull();
  });
});

describe('what an answer proves', () => {
  const kinds: readonly CardChange[] = [activate, { kind: 'freeze' }, { kind: 'unfreeze' }, { kind: 'cancel' }, setPin];

  test.each(kinds)('$kind: "false" under code 0 proves nothing', async (change) => {
    const account = await openAccount(() => success({ result: false }));
    expect(await account.adapter().cardControls.change(card, change, call)).toMatchObject({
      kind: 'unknown',
      why: 'unreadable_answer',
      evidence: { code: '0' },
    });
  });

  test.each([
    [4016, 'invalid_request'],
    [4017, 'unsupported'],
  ])('%d refuses a PIN, and is unknown for every other change', async (code, reason) => {
    const account = await openAccount(() => failure(code));
    const { cardControls } = account.adapter();
    for (const change of kinds) {
      expect(await cardControls.change(card, change, call)).toMatchObject(
        change.kind === 'setPin'
          ? { kind: 'refused', refusal: { reason, code: String(code) } }
          : { kind: 'unknown', why: 'unlisted_code' },
      );
    }
  });

  test.each(kinds)('4005 refuses $kind: the card is in no state for it', async (change) => {
    const account = await openAccount(() => failure(4005));
    expect(await account.adapter().cardControls.change(card, change, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'conflict', code: '4005' },
    });
  });

  test.each([activate, setPin])('$kind: what a message repeats of it is hidden', async (change) => {
    const account = await openAccount((request) => failure(1004, `cvv 123, pin 258036, ${request.body}`));
    const outcome = await account.adapter().cardControls.change(card, change, call);
    const { cvv, pin } = bodyOf(account.business()[0]);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { reason: 'invalid_request' } });
    expect(JSON.stringify(outcome)).not.toContain(change.kind === 'activate' ? ' 123' : '258036');
    expect(JSON.stringify(outcome)).not.toContain(String(cvv ?? pin));
  });

  test('how a lost answer is resolved', async () => {
    const account = await openAccount(() => taken);
    expect(account.adapter().cardControls.reconciliation).toMatchObject({
      activate: { by: 'target-state', states: ['active'], visibleAfterMs: 30_000 },
      freeze: { by: 'target-state', states: ['frozen'], visibleAfterMs: 30_000 },
      unfreeze: { by: 'target-state', states: ['active'] },
      cancel: { by: 'target-state', states: ['cancelled', 'cancelling'] },
      setPin: { by: 'person' },
    });
  });
});
