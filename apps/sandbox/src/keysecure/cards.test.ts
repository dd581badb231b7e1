import { createCipheriv, createDecipheriv } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../index.ts';
import { beijing, caller, lastDay, type Caller, type Fields, type Reply } from './testing/caller.ts';

let sandbox: Sandbox;
let credit: Caller;
let holder: string;
beforeAll(async () => {
  // Delays that no slow machine waits out by accident.
  sandbox = await startSandbox({ keysecure: { cardDelayMs: 60_000 } });
});
beforeEach(async () => {
  sandbox.admin.reset();
  credit = caller(sandbox);
  holder = await credit.cardholder('user-1');
});
afterAll(() => sandbox.close());

const address = {
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
};
const virtual = (fields: Fields = {}): Fields => ({
  cardholder_no: holder,
  card_unique_no: 'card-1',
  card_type: 'Virtual',
  package_no: 'PKG2026000001',
  ...fields,
});
const physical = (fields: Fields = {}) =>
  virtual({ card_type: 'Physical', package_no: 'PKG2026000002', address_info: address, ...fields });
const apply = (fields: Fields) => credit.post('card/apply', fields);
const cardNo = (reply: Reply) => (reply.data as { card_no: string }).card_no;
const rows = (reply: Reply) => (reply.data as { list: Record<string, unknown>[] }).list;

test('a virtual card: accepted without a status, Pending, then Activated with its last four', async () => {
  const reply = await apply(virtual());
  expect(Object.keys(reply.data as object)).toEqual(['card_no', 'card_unique_no']);
  expect(rows(await credit.post('card/list', { card_unique_no: 'card-1', ...lastDay(sandbox) }))).toMatchObject([
    { status: 'Pending', card_last_no: '', card_type: 'Virtual', organization: 'VISA', cardholder_no: holder },
  ]);
  sandbox.admin.changeClock({ advanceMs: 60_000 });
  const detail = await credit.get(`card/${cardNo(reply)}/detail`);
  expect(detail.data).toMatchObject({
    status: 'Activated',
    card_name: 'Sandbox Virtual',
    package_name_cn: '沙箱虚拟卡',
  });
  expect((detail.data as Fields)['card_last_no']).toMatch(/^\d{4}$/);
  expect(sandbox.admin.ledger({ operation: 'card/apply' })).toMatchObject([
    { provider: 'keysecure', effect: 'card_issued', reference: 'card-1', subject: holder },
  ]);
});

test('a repeated card_unique_no is refused and issues nothing', async () => {
  await apply(virtual());
  expect(await apply(virtual())).toMatchObject({ code: 4901 });
  expect(sandbox.admin.ledger({ effect: 'card_issued' })).toHaveLength(1);
  expect(sandbox.admin.requestCount('keysecure', 'card/apply')).toBe(2);
});

test.each<[string, Fields, number]>([
  ['no cardholder', { cardholder_no: '' }, 1004],
  ['an unknown cardholder', { cardholder_no: 'U1' }, 2002],
  ['no unique number', { card_unique_no: undefined }, 1004],
  ['a unique number of 65', { card_unique_no: 'x'.repeat(65) }, 1004],
  ['a card type in lower case', { card_type: 'virtual' }, 1004],
  ['neither selector', { package_no: '' }, 1004],
  ['both selectors', { card_bin_no: 'BIN2026000001' }, 1004],
  ['the selector of the other mode', { package_no: '', card_bin_no: 'BIN2026000001' }, 1012],
  ['an unknown package', { package_no: 'PKG0' }, 1004],
  ['a delisted package', { package_no: 'PKG2026000004' }, 1004],
  ['a package of the other type', { package_no: 'PKG2026000002' }, 1004],
  ['a package that wants the address', { package_no: 'PKG2026000003' }, 1004],
])('card/apply with %s: %s → %i', async (_name, fields, code) => {
  expect(await apply(virtual(fields))).toMatchObject({ code });
  expect(sandbox.admin.ledger({ effect: 'card_issued' })).toEqual([]);
});

test.each<[string, Fields | undefined, number]>([
  ['no address', undefined, 1004],
  ['no city', { ...address, city: '' }, 1004],
  ['no second line at all', { ...address, address_line2: undefined }, 1004],
  ['a phone code with a plus', { ...address, phone_code: '+44' }, 1004],
  ['no first name', { ...address, first_name: '' }, 1004],
  ['a first name in Chinese', { ...address, first_name: '艾达' }, 2007],
  ['a street with an umlaut', { ...address, address_line1: 'Königstraße 1' }, 2007],
  ['a country by name', { ...address, country: 'China' }, 1004],
])('a physical card with %s is refused with %3$i', async (_name, given, code) => {
  const reply = await apply(physical({ address_info: given }));
  expect(reply.code).toBe(code);
  // §3: parameter errors begin with the field's name.
  expect(reply.msg).toMatch(/^[a-z_0-9]+ /);
});

test('a virtual card may bring an address, which is then checked in its five lines only', async () => {
  const { postal_code, country, state, city, address_line1 } = address;
  const short = { postal_code, country, state, city, address_line1 };
  expect(await apply(virtual({ address_info: { ...short, city: '' } }))).toMatchObject({ code: 1004 });
  expect(await apply(virtual({ package_no: 'PKG2026000003', address_info: short }))).toMatchObject({ code: 0 });
});

test('authorization mode orders by BIN', async () => {
  const authorization = caller(sandbox, 'AUTHORIZATION');
  const order = {
    cardholder_no: await authorization.cardholder('user-2'),
    card_unique_no: 'card-2',
    card_type: 'Virtual',
  };
  const applyBin = (card_bin_no: string) => authorization.post('card/apply', { ...order, card_bin_no });
  expect(await applyBin('BIN2026000002')).toMatchObject({ code: 1004 });
  expect(await applyBin('BIN2026000003')).toMatchObject({ code: 1004 });
  expect(await applyBin('BIN2026000001')).toMatchObject({ code: 0 });
  expect(rows(await credit.post('card/list', lastDay(sandbox)))).toEqual([]);
});

test('lists: zero-based pages, no total, windows in UTC+8 or the given zone, 90 days at most', async () => {
  sandbox.admin.changeClock({ set: Date.parse('2026-03-10T17:00:00Z') });
  for (let number = 1; number <= 12; number += 1) await apply(virtual({ card_unique_no: `card-${number}` }));
  const list = (fields: Fields, headers = {}) => credit.post('card/list', fields, headers);
  const march = { start_time: '2026-03-01', end_time: '2026-04-01' };
  const first = await list(march);
  expect(rows(first)).toHaveLength(10);
  expect(Object.keys(first.data as object)).toEqual(['list']);
  expect(rows(await list({ ...march, page: 1 }))).toHaveLength(2);
  expect(rows(await list({ ...march, page: 2 }))).toEqual([]);
  // 17:00 UTC is the 11th in UTC+8 and still the 10th in UTC.
  const tenth = { start_time: '2026-03-10', end_time: '2026-03-11' };
  expect(rows(await list(tenth))).toEqual([]);
  expect(rows(await list(tenth, { Timezone: 'UTC+0' }))).toHaveLength(10);
  expect(rows(await list({ start_time: '2026-03-11 00:59:59', end_time: '2026-03-11 02:00:00' }))).toHaveLength(10);
  expect(await list({})).toMatchObject({ code: 1004, msg: 'start_time must not be blank' });
  expect(await list({ ...march, end_time: '2026-02-30' })).toMatchObject({ code: 1004 });
  expect(await list({ ...march, end_time: '2026-02-01' })).toMatchObject({ code: 1019 });
  expect(await list({ ...march, end_time: '2026-05-30' })).toMatchObject({ code: 0 });
  expect(await list({ ...march, end_time: '2026-05-30 00:00:01' })).toMatchObject({ code: 1020 });
  expect(await list({ ...march, size: 101 })).toMatchObject({ code: 1004 });
  expect(await list({ ...march, page: '0' })).toMatchObject({ code: 1004 });
  expect(await list(march, { Timezone: 'Europe/Berlin' })).toMatchObject({ code: 1004 });
});

test('freeze, unfreeze, cancel; a change that does not fit is 4005 and no effect', async () => {
  const no = cardNo(await apply(virtual()));
  const update = (status: string) => credit.post('card/status/update', { card_no: no, status });
  expect(await update('Frozen')).toMatchObject({ code: 4005 });
  sandbox.admin.changeClock({ advanceMs: 60_000 });
  expect(await update('frozen')).toMatchObject({ code: 1004 });
  expect(await update('Frozen')).toMatchObject({ code: 0, data: { result: true } });
  expect(await update('Frozen')).toMatchObject({ code: 4005 });
  expect(await update('Activated')).toMatchObject({ code: 0 });
  expect(await update('Delete')).toMatchObject({ code: 0 });
  expect(await update('Activated')).toMatchObject({ code: 4005 });
  const effects = sandbox.admin.ledger({ operation: 'card/status/update' }).map((entry) => entry.effect);
  expect(effects).toEqual(['card_frozen', 'card_unfrozen', 'card_deleted']);
  expect(await credit.get('card/C404/detail')).toMatchObject({ code: 4902 });
});

test('a physical card: private info, activation with the encrypted CVV, PIN rules', async () => {
  const no = cardNo(await apply(physical()));
  expect(await credit.get(`card/${no}/private/info`)).toMatchObject({ code: 4005 });
  sandbox.admin.changeClock({ advanceMs: 60_000 });
  const key = Buffer.from(credit.account.apiSecret);
  const encrypted = (plain: string) => {
    const cipher = createCipheriv('aes-128-ecb', key, null);
    return Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64');
  };
  const decipher = createDecipheriv('aes-128-ecb', key, null);
  const { data } = await credit.get(`card/${no}/private/info`);
  const secret = JSON.parse(decipher.update(data as string, 'base64', 'utf8') + decipher.final('utf8')) as Record<
    string,
    string
  >;
  expect(secret).toMatchObject({ card_no: no, card_unique_no: 'card-1', exp_year: '2031', exp_month: '09' });

  const owner = { cardholder_no: holder, card_no: no };
  const activate = (cvv: string) =>
    credit.post('card/active', { ...owner, cvv, card_last_no: secret['pan']?.slice(-4) });
  expect(await credit.get(`card/${no}/detail`)).toMatchObject({ data: { status: 'ToActivate' } });
  expect(await activate(secret['cvv'] ?? '')).toMatchObject({ code: 1004 });
  expect(await credit.post('card/pin/set', { ...owner, pin: encrypted('258036') })).toMatchObject({ code: 4005 });
  expect(await activate(encrypted(secret['cvv'] ?? ''))).toMatchObject({ code: 0, data: { result: true } });
  for (const pin of ['111258', '123580', '258321', '25803']) {
    expect(await credit.post('card/pin/set', { ...owner, pin: encrypted(pin) })).toMatchObject({ code: 4016 });
  }
  expect(await credit.post('card/pin/set', { ...owner, pin: encrypted('258036') })).toMatchObject({ code: 0 });
});

test('published-rule vectors of the field encryption', () => {
  // keysecure.md §4.1, the regression vectors.
  const cipher = createCipheriv('aes-128-ecb', Buffer.from('0123456789abcdef'), null);
  expect(cipher.update('123', 'utf8', 'base64') + cipher.final('base64')).toBe('zNkSeANebsT6uK05MK4mkA==');
});

test('a test sets a card to Fail', async () => {
  const no = cardNo(await apply(virtual()));
  sandbox.admin.keysecure.updateCard('card-1', { status: 'Fail' });
  expect(await credit.get(`card/${no}/detail`)).toMatchObject({ data: { status: 'Fail', card_last_no: '' } });
});

test('transactions appear as seeded', async () => {
  const no = cardNo(await apply(virtual()));
  const time = sandbox.admin.clock().now;
  sandbox.admin.keysecure.seedConsumptions({
    cardNo: no,
    consumptions: [{ type: 'Consumption', amount: '100.00', time }],
  });
  const window = { start_time: beijing(time - 1000), end_time: beijing(time + 2000) };
  expect(rows(await credit.post('card/consume/list', { card_no: no, ...window }))).toMatchObject([
    { card_no: no, type: 'Consumption', amount: '100.00', status: 'Success', time },
  ]);
});
