import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../index.ts';
import { caller, lastDay, type Caller, type Reply } from './testing/caller.ts';

let sandbox: Sandbox;
let credit: Caller;
beforeAll(async () => {
  // Delays that no slow machine waits out by accident.
  sandbox = await startSandbox({ keysecure: { cardholderInProgressMs: 60_000, cardholderDecisionMs: 120_000 } });
});
beforeEach(() => {
  sandbox.admin.reset();
  credit = caller(sandbox);
});
afterAll(() => sandbox.close());

const apply = (uniqueNo: string, token: string, no = '') =>
  credit.post('cardholder/apply', { cardholder_no: no, cardholder_unique_no: uniqueNo, sumsub_share_token: token });
const numberOf = (reply: Reply) => (reply.data as { cardholder_no: string }).cardholder_no;
const info = (no: string) => credit.get(`cardholder/${no}/info`);

test('Pending, then In_progress, then Approved, on the state clock', async () => {
  const start = Date.parse('2026-05-01T00:00:00Z');
  sandbox.admin.changeClock({ set: start });
  const no = numberOf(await apply('user-1', 'good'));
  expect(await info(no)).toMatchObject({ data: { status: 'Pending', total_balance: '0.00', card_list: [] } });
  sandbox.admin.changeClock({ set: start + 90_000 });
  expect(await info(no)).toMatchObject({ data: { status: 'In_progress' } });
  expect(await apply('user-1', 'good', no)).toMatchObject({ code: 2004 });
  sandbox.admin.changeClock({ set: start + 180_000 });
  expect(await info(no)).toMatchObject({ data: { status: 'Approved', cardholder_unique_no: 'user-1' } });
  expect(await apply('user-1', 'good', no)).toMatchObject({ code: 2003 });
  expect(await apply('user-1', 'good')).toMatchObject({ code: 2001 });
  expect(sandbox.admin.ledger({ effect: 'cardholder_created' })).toHaveLength(1);
});

test('a share token that starts with reject ends Rejected, and may be handed in again', async () => {
  const no = numberOf(await apply('user-2', 'reject-this'));
  sandbox.admin.changeClock({ advanceMs: 120_000 });
  const list = await credit.post('cardholder/list', { cardholder_unique_no: 'user-2', ...lastDay(sandbox) });
  expect(list.data).toMatchObject({ list: [{ cardholder_no: no, status: 'Rejected' }] });
  expect((list.data as { list: { fail_reason: string }[] }).list[0]?.fail_reason).not.toBe('');
  const order = { cardholder_no: no, card_unique_no: 'c', card_type: 'Virtual', package_no: 'PKG2026000001' };
  expect(await credit.post('card/apply', order)).toMatchObject({ code: 2005 });
  expect(await apply('somebody-else', 'good', no)).toMatchObject({ code: 1004 });
  expect(await apply('user-2', 'good', no)).toMatchObject({ code: 0 });
  expect(await credit.post('card/apply', order)).toMatchObject({ code: 2004 });
  sandbox.admin.changeClock({ advanceMs: 120_000 });
  expect(await info(no)).toMatchObject({ data: { status: 'Approved' } });
});

test('refusals', async () => {
  expect(await apply('user-3', 'unfetchable')).toMatchObject({ code: 2006 });
  expect(await apply('user-3', '')).toMatchObject({ code: 1004, msg: 'sumsub_share_token must not be blank' });
  expect(await apply('user-3', 'good', 'U404')).toMatchObject({ code: 2002 });
  expect(await info('U404')).toMatchObject({ code: 2002 });
});

test('transfers move exact decimals, once per unique number', async () => {
  const no = await credit.cardholder('user-4');
  const move = (unique: string, type: string, balance: string) =>
    credit.post('account/transfer', { cardholder_no: no, transfer_unique_no: unique, type, balance });
  expect(await move('t1', 'In', '100.10')).toMatchObject({ data: { before_balance: '0.00', after_balance: '100.10' } });
  expect(await move('t1', 'In', '100.10')).toMatchObject({ code: 3902 });
  expect(await move('t2', 'Out', '0.2')).toMatchObject({ data: { before_balance: '100.10', after_balance: '99.90' } });
  expect(await move('t3', 'Out', '99.91')).toMatchObject({ code: 3901 });
  for (const bad of ['0', '-1', '1.001', '1e2']) expect(await move('t4', 'In', bad)).toMatchObject({ code: 1004 });
  expect(await move('t4', 'in', '1')).toMatchObject({ code: 1004 });
  expect(await credit.get(`account/${no}/info`)).toMatchObject({
    data: { list: [{ symbol: 'TUSDT', balance: '99.90' }] },
  });
  const found = await credit.post('account/transfer/list', { transfer_unique_no: 't2', ...lastDay(sandbox) });
  expect(found.data).toMatchObject({ list: [{ type: 'Out', balance: '0.20', status: 'Success' }] });
  expect(sandbox.admin.ledger({ effect: 'money_moved' })).toHaveLength(2);
});
