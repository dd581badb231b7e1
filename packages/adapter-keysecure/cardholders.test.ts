import { Secret } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { bodyOf, call, failure, fixture, lookUpOf, openAccount, success } from './testing/account.ts';

const application = {
  reference: 'MERCHANT_USER_001',
  identity: { kind: 'sumsub' as const, shareToken: new Secret('your_sumsub_share_token') },
};
const row = { cardholder_no: 'U1', cardholder_unique_no: 'MERCHANT_USER_001', email: 'a@b.example', time: 1 };

describe('applying', () => {
  test("sends the document's example, without the number that only an update has", async () => {
    const account = await openAccount(() =>
      success({ cardholder_no: 'U1', cardholder_unique_no: 'MERCHANT_USER_001' }),
    );
    expect(await account.adapter().cardholders.apply(application, call)).toMatchObject({
      kind: 'done',
      value: { providerRef: 'U1' },
    });
    const example = JSON.parse(fixture('cardholder-apply-request.json')) as Record<string, unknown>;
    delete example['cardholder_no'];
    expect(bodyOf(account.business()[0])).toEqual(example);
    expect(account.business()[0]?.path).toBe('/open-api/v1/cardholder/apply');
  });

  test.each([
    ["another's number", { cardholder_no: 'U1', cardholder_unique_no: 'MERCHANT_USER_002' }],
    ['no order number', { cardholder_no: '', cardholder_unique_no: 'MERCHANT_USER_001' }],
  ])('%s in the answer proves nothing', async (_name, data) => {
    const account = await openAccount(() => success(data));
    expect(await account.adapter().cardholders.apply(application, call)).toMatchObject({
      kind: 'unknown',
      why: 'unreadable_answer',
    });
  });

  test.each([
    [2001, 'conflict'],
    [2003, 'conflict'],
    [2004, 'conflict'],
    [2005, 'declined'],
    [2006, 'unavailable'],
    [2008, 'invalid_request'],
  ])('code %i is %s', async (code, reason) => {
    const account = await openAccount(() => failure(code));
    expect(await account.adapter().cardholders.apply(application, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason, code: String(code) },
    });
  });
});

describe('applying again', () => {
  const again = { ...application, providerRef: 'U1' };

  test('names the cardholder beside the same number of ours', async () => {
    const answer = { cardholder_no: 'U1', cardholder_unique_no: 'MERCHANT_USER_001' };
    const account = await openAccount(() => success(answer));
    expect(await account.adapter().cardholders.reapply?.(again, call)).toMatchObject({ kind: 'done', value: null });
    expect(bodyOf(account.business()[0])).toEqual({ ...answer, sumsub_share_token: 'your_sumsub_share_token' });
    expect(account.business()[0]?.path).toBe('/open-api/v1/cardholder/apply');
  });

  test.each([
    ['another cardholder', { cardholder_no: 'U2', cardholder_unique_no: 'MERCHANT_USER_001' }],
    ["another's number", { cardholder_no: 'U1', cardholder_unique_no: 'MERCHANT_USER_002' }],
  ])('%s in the answer proves nothing', async (_name, data) => {
    const account = await openAccount(() => success(data));
    expect(await account.adapter().cardholders.reapply?.(again, call)).toMatchObject({
      kind: 'unknown',
      why: 'unreadable_answer',
    });
  });
});

describe('reading', () => {
  test.each([
    ['Pending', 'pending'],
    ['In_progress', 'in_review'],
    ['Approved', 'approved'],
    ['Rejected', 'rejected'],
    ['Expired', 'unrecognized'],
  ])('%s is %s', async (status, expected) => {
    const account = await openAccount(() => success({ ...row, status }));
    const outcome = await account.adapter().cardholders.read('U1', call);
    expect(outcome).toMatchObject({
      kind: 'done',
      value: {
        providerRef: 'U1',
        ourReference: 'MERCHANT_USER_001',
        status: expected,
        providerStatus: status,
      },
    });
    expect(JSON.stringify(outcome)).not.toContain('a@b.example');
  });

  test("another cardholder's data is no answer", async () => {
    const account = await openAccount(() => success({ ...row, status: 'Approved' }));
    expect(await account.adapter().cardholders.read('U2', call)).toMatchObject({ kind: 'unknown' });
  });
});

describe('looking an application up', () => {
  const sent = { reference: application.reference, sentAt: new Date('2026-05-22T10:00:00Z') };

  test('asks by our number and redacts why it was rejected', async () => {
    const rejected = { ...row, status: 'Rejected', fail_reason: 'document 123456789 of a@b.example' };
    const account = await openAccount(() => success({ list: [rejected] }));
    const outcome = await lookUpOf(account.adapter({ timeZone: 'UTC' }).cardholders.reconciliation).find(sent, call);
    expect(outcome).toMatchObject({
      kind: 'done',
      value: { found: true, value: { status: 'rejected', failReason: 'document *** of ***' } },
    });
    expect(bodyOf(account.business()[0])).toEqual({
      cardholder_unique_no: 'MERCHANT_USER_001',
      start_time: '2026-05-21 10:00:00',
      end_time: '2026-05-23 10:00:00',
      page: 0,
      size: 100,
    });
  });

  test('rows of others resolve nothing, no row is not found', async () => {
    const other = await openAccount(() =>
      success({ list: [{ ...row, cardholder_unique_no: 'X', status: 'Approved' }] }),
    );
    expect(await lookUpOf(other.adapter().cardholders.reconciliation).find(sent, call)).toMatchObject({
      kind: 'unknown',
    });
    const none = await openAccount(() => success({ list: [] }));
    expect(await lookUpOf(none.adapter().cardholders.reconciliation).find(sent, call)).toMatchObject({
      kind: 'done',
      value: { found: false },
    });
  });
});
