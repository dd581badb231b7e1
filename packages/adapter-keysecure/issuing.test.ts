import { describe, expect, test } from 'vitest';
import { bodyOf, call, fixture, lookUpOf, openAccount, success } from './testing/account.ts';

const order = {
  reference: 'card_01jw',
  productRef: 'P202605220001',
  cardholderRef: 'U202605220001',
  form: 'virtual',
  address: null,
} as const;
const address = {
  firstName: 'Ada',
  lastName: 'Lovelace',
  phoneCode: '+44',
  phone: '2079460000',
  country: 'GB',
  state: 'London',
  city: 'London',
  line1: '1 Main Street',
  line2: '',
  postalCode: 'N1 9GU',
};
const issued = success({ card_no: 'C202605220001', card_unique_no: order.reference });

describe('ordering', () => {
  test('a virtual card by package in credit mode', async () => {
    const account = await openAccount(() => issued);
    expect(await account.adapter().issuing.issue(order, call)).toMatchObject({
      kind: 'done',
      value: { providerRef: 'C202605220001' },
    });
    expect(account.business()[0]).toMatchObject({ method: 'POST', path: '/open-api/v1/card/apply' });
    expect(bodyOf(account.business()[0])).toEqual({
      cardholder_no: 'U202605220001',
      card_unique_no: 'card_01jw',
      card_type: 'Virtual',
      package_no: 'P202605220001',
    });
  });

  test('a physical card by BIN in authorization mode, with its address', async () => {
    const account = await openAccount(() => issued);
    await account.adapter({ mode: 'authorization' }).issuing.issue({ ...order, form: 'physical', address }, call);
    expect(bodyOf(account.business()[0])).toEqual({
      cardholder_no: 'U202605220001',
      card_unique_no: 'card_01jw',
      card_type: 'Physical',
      card_bin_no: 'P202605220001',
      address_info: {
        first_name: 'Ada',
        last_name: 'Lovelace',
        phone_code: '44',
        phone: '2079460000',
        postal_code: 'N1 9GU',
        country: 'GB',
        state: 'London',
        city: 'London',
        address_line1: '1 Main Street',
        address_line2: '',
      },
    });
  });

  test.each([
    ["the document's example, all empty", fixture('card-apply.json')],
    ['no order number', '{"code":0,"msg":"Success","data":{"card_no":"","card_unique_no":"card_01jw"}}'],
    ["another order's number", '{"code":0,"msg":"Success","data":{"card_no":"C1","card_unique_no":"card_02"}}'],
    ['no data', '{"code":0,"msg":"Success"}'],
  ])('%s does not prove that our card was ordered', async (_name, body) => {
    const account = await openAccount(() => ({ kind: 'answer', body }));
    expect(await account.adapter().issuing.issue(order, call)).toMatchObject({
      kind: 'unknown',
      why: 'unreadable_answer',
      evidence: { code: '0' },
    });
  });

  test('a reference that is too long is not sent', async () => {
    const account = await openAccount(() => issued);
    expect(await account.adapter().issuing.issue({ ...order, reference: 'x'.repeat(65) }, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'invalid_request' },
    });
    expect(account.loopback.requests).toEqual([]);
  });
});

describe('looking an order up', () => {
  const sent = { reference: order.reference, sentAt: new Date('2026-05-22T10:00:00.250Z') };
  const row = { card_no: 'C1', card_unique_no: order.reference, status: 'ToActivate' };

  async function find(list: readonly object[]): Promise<{ outcome: unknown; body: unknown }> {
    const account = await openAccount(() => success({ list }));
    const outcome = await lookUpOf(account.adapter().issuing.reconciliation).find(sent, call);
    return { outcome, body: bodyOf(account.business()[0]) };
  }

  test('asks by our number for a day around the attempt', async () => {
    const { outcome, body } = await find([row]);
    expect(body).toEqual({
      card_unique_no: 'card_01jw',
      start_time: '2026-05-21 18:00:00',
      end_time: '2026-05-23 18:00:01',
      page: 0,
      size: 100,
    });
    expect(outcome).toMatchObject({
      kind: 'done',
      value: { found: true, value: { providerRef: 'C1', status: 'inactive', ourReference: 'card_01jw' } },
    });
  });

  test('no row is not found', async () => {
    expect((await find([])).outcome).toMatchObject({ kind: 'done', value: { found: false } });
  });

  test.each([
    ['only rows of others: the filter did not work', [{ ...row, card_unique_no: 'card_02' }]],
    ['a row without our number', [{ ...row, card_unique_no: null }]],
    ['two cards under our number', [row, { ...row, card_no: 'C2' }]],
    ['a row that cannot be read: it may be ours', [{ ...row, card_no: {} }]],
  ])('%s resolves nothing', async (_name, list) => {
    expect((await find(list)).outcome).toMatchObject({ kind: 'unknown', why: 'unreadable_answer' });
  });

  test('ours among others is found', async () => {
    expect((await find([{ ...row, card_unique_no: 'card_02' }, row])).outcome).toMatchObject({
      value: { found: true, value: { providerRef: 'C1' } },
    });
  });
});
