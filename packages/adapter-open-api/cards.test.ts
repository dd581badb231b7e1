import { json } from '@card-gateway/adapter-kit/testing';
import { type Page, type PageHead, Pan, type ProviderCard } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { call, fixture, key, openAccount } from './testing/account.ts';

const example = fixture('card-list.reply.json');
const cardId = '82cc95353d901fbcda9fe1385f68f29a';
const number = '999999000001529';
const pan = Pan.parse(number);

test("the documents' example (§2.2), whose second row is short", async () => {
  const { loopback, cards } = await openAccount({ pageSize: 10 });
  loopback.reply(() => json(example));
  const outcome = await cards.page(null, call);
  expect(outcome).toEqual({
    kind: 'done',
    value: {
      items: [
        {
          providerRef: cardId,
          status: 'active',
          providerStatus: '2',
          productRef: 'cpi_6530de6a2f1c7',
          cardholderRef: null,
          pan,
          last4: '1529',
          expiry: '2028-03',
          balance: '200.5',
          totalLoaded: '440.5',
          activatedAt: new Date('2023-11-24T02:53:47Z'),
          cancelRequestedAt: null,
          cancelledAt: null,
        },
        {
          providerRef: '4b7614889a86efc9249c2c14e349b7a4',
          status: 'active',
          providerStatus: '2',
          balance: '200.5',
          totalLoaded: '401.49',
        },
      ],
      next: '2.10',
      nextPart: null,
      isWhole: true,
      unreadable: 0,
      total: 2,
      digest: expect.any(String),
    },
    evidence: { httpStatus: 200, code: '0', message: 'success' },
  });
  const [request] = loopback.requests;
  expect(request).toMatchObject({ method: 'POST', path: '/v1/openApi/card/cardList' });
  // Optional filters stay out when unset (trap 15).
  expect(request?.body).toBe(fixture('card-list.request.json').replace('<key>', key).trim());
});

test('a field that the row does not carry is no key at all; the security code and PIN are nowhere', async () => {
  const { loopback, cards } = await openAccount();
  loopback.reply(() => json(example));
  const outcome = await cards.page(null, call);
  const items = outcome.kind === 'done' ? outcome.value.items : [];
  expect(Object.keys(items[1] ?? {}).toSorted()).toEqual([
    'balance',
    'providerRef',
    'providerStatus',
    'status',
    'totalLoaded',
  ]);
  expect(items[0]?.pan?.reveal()).toBe(number);
  expect(JSON.stringify(outcome)).not.toMatch(/cvv|pin"|715|999999000001529/);
});

test('a page that is the same as before is read only when its rows are used', async () => {
  const { loopback, cards } = await openAccount();
  let body = example;
  loopback.reply(() => json(body));
  const page = async (known?: PageHead): Promise<Page<ProviderCard>> => {
    const outcome = await cards.page(null, call, known);
    if (outcome.kind !== 'done') throw new Error(`the page is ${outcome.kind}`);
    return outcome.value;
  };
  const { items, ...head } = await page();
  const same = await page({ ...head, total: 7 });
  expect(same).toMatchObject({ digest: head.digest, total: 7 });
  expect(same.items).toEqual(items);

  body = example.replace('"status":2,', '"status":3,');
  expect(body).not.toBe(example);
  const other = await page({ ...head, total: 7 });
  expect(other).toMatchObject({ total: 2, items: [{ status: 'frozen' }, {}] });
  expect(other.digest).not.toBe(head.digest);
});

async function firstCard(from: string, to: string, changes: Record<string, unknown> = {}): Promise<unknown> {
  const { loopback, cards } = await openAccount(changes);
  expect(example).toContain(from);
  loopback.reply(() => json(example.replace(from, to)));
  const outcome = await cards.page(null, call);
  return outcome.kind === 'done' ? outcome.value.items[0] : outcome;
}

test.each(['card_id', 'bin_id', 'holder_id'])('a row whose %s is its card number is not read', async (name) => {
  const { loopback, cards } = await openAccount();
  const row = { card_id: cardId, card_no: number, status: 2, [name]: number };
  loopback.reply(() => json({ code: 0, message: 'success', data: { total: 1, card_list: [row] } }));
  expect(await cards.page(null, call)).toMatchObject({ kind: 'done', value: { items: [], unreadable: 1 } });
});

describe('traps', () => {
  test.each([
    ['1', 'inactive'],
    ['2', 'active'],
    ['3', 'frozen'],
    ['4', 'cancelling'],
    ['5', 'cancelled'],
    ['6', 'lost'],
    ['7', 'replaced'],
    ['0', 'unrecognized'],
    ['8', 'unrecognized'],
  ])('status %s is %s and keeps its raw value', async (raw, status) => {
    expect(await firstCard('"status":2', `"status":${raw}`)).toMatchObject({ status, providerStatus: raw });
  });

  test.each(['100.00', '401.49', '-0.10', '12345678901234567.890'])('%s keeps its literal', async (literal) => {
    expect(await firstCard('"balance":200.5', `"balance":${literal}`)).toMatchObject({ balance: literal });
  });

  test.each(['""', '"0000-00-00 00:00:00"', 'null'])('a time of %s says there is none', async (none) => {
    expect(await firstCard('"2023-11-24 02:53:47"', none)).toMatchObject({ activatedAt: null });
  });

  test('a zone-less time is read in the zone of the settings', async () => {
    const shanghai = await firstCard('"end_at":""', '"end_at":""', { timeZone: '+08:00' });
    expect(shanghai).toMatchObject({ activatedAt: new Date('2023-11-23T18:53:47Z') });
  });

  test('a number of 21 digits that fails Luhn is a card number (trap 3)', async () => {
    const card = await firstCard(`"${number}"`, '"900000000000000000064"');
    expect(card).toMatchObject({ last4: '0064' });
  });

  test.each([
    ['a masked number', '"card_no":"999999******1529"', ['pan', 'last4']],
    ['an empty number', '"card_no":""', ['pan', 'last4']],
    ['a number in another type', '"card_no":1', ['pan', 'last4']],
    ['an impossible month', '"expiry":"13/28"', ['expiry']],
    ['an amount that is none', '"balance":"much"', ['balance']],
    ['a time in another form', '"use_at":"24.11.2023"', ['activatedAt']],
  ])('%s leaves its field out and keeps the row', async (_name, replacement, left) => {
    const field = replacement.slice(0, replacement.indexOf(':'));
    const original = new RegExp(`${field}:("[^"]*"|[^,]*)`).exec(example)?.[0] ?? '';
    const card = await firstCard(original, replacement);
    expect(card).toMatchObject({ providerRef: cardId });
    for (const name of left) expect(card).not.toHaveProperty(name);
  });

  test('both shapes of card id are opaque (trap 11)', async () => {
    expect(await firstCard(cardId, 'cid_sxdwXPRxtXt6Ch4n')).toMatchObject({ providerRef: 'cid_sxdwXPRxtXt6Ch4n' });
  });

  test.each([
    ['no id', `"card_id":"${cardId}",`, ''],
    ['an id that is a list', `"card_id":"${cardId}"`, '"card_id":[]'],
    ['an id that steps out of its path', `"card_id":"${cardId}"`, '"card_id":".."'],
    ['an id that nothing could hold', `"card_id":"${cardId}"`, `"card_id":"${'x'.repeat(200)}"`],
  ])('a row with %s is left out, and counted; the others are kept', async (_name, from, to) => {
    const { loopback, cards } = await openAccount();
    loopback.reply(() => json(example.replace(from, to)));
    expect(await cards.page(null, call)).toMatchObject({
      kind: 'done',
      value: { items: [{ providerRef: '4b7614889a86efc9249c2c14e349b7a4' }], unreadable: 1, total: 2 },
    });
  });

  test.each(['', '"status":null,', '"status":[2],'])('status as "%s" leaves the known one as it is', async (to) => {
    const card = await firstCard('"status":2,', to);
    expect(card).toMatchObject({ providerRef: cardId, last4: '1529' });
    for (const name of ['status', 'providerStatus']) expect(card).not.toHaveProperty(name);
  });

  test.each(['UTC', 'Asia/Shanghai', 'America/New_York', 'Pacific/Kiritimati', '-12:00', '+14:00'])(
    'dates that stand for none or never cost themselves alone, in the zone %s',
    async (timeZone) => {
      for (const date of ['0001-01-01 00:00:00', '0000-01-01', '9999-12-31 23:59:59', '1000-01-01 00:00:00', '']) {
        const card = await firstCard('"2023-11-24 02:53:47"', `"${date}"`, { timeZone });
        expect(card).toMatchObject({ providerRef: cardId, balance: '200.5' });
      }
    },
  );

  test.each([
    ['2', '2'],
    ['2.0', '2'],
    ['2e0', '2'],
    ['"2"', '2'],
  ])('status %s is %s, however the number is written', async (raw, providerStatus) => {
    expect(await firstCard('"status":2', `"status":${raw}`)).toMatchObject({ status: 'active', providerStatus });
  });

  test.each([
    ['1e3', '1000'],
    ['2.005e2', '200.5'],
    ['1E-2', '0.01'],
    ['"8.20"', '8.20'],
  ])('an amount of %s is %s', async (raw, balance) => {
    expect(await firstCard('"balance":200.5', `"balance":${raw}`)).toMatchObject({ balance });
  });
});

describe('reading one card', () => {
  test('is asked by number and recognised by id', async () => {
    const { loopback, cards } = await openAccount();
    loopback.reply(() => json(example));
    expect(await cards.read({ providerRef: cardId, pan }, call)).toMatchObject({
      kind: 'done',
      value: { found: true, value: { providerRef: cardId, last4: '1529' } },
    });
    expect(JSON.parse(loopback.requests[0]?.body ?? '')).toMatchObject({ card_no: number, page_no: 1 });
  });

  test.each([
    ['an empty page', '{"code":0,"message":"success","data":{"total":0,"page_no":1,"page_size":10,"card_list":[]}}'],
    ['a whole list of other cards', example],
  ])('%s is not found', async (_name, body) => {
    const { loopback, cards } = await openAccount();
    loopback.reply(() => json(body));
    expect(await cards.read({ providerRef: 'another', pan }, call)).toMatchObject({
      kind: 'done',
      value: { found: false },
    });
  });

  test.each([
    ['one page of many other cards: the filter was not applied', '"total":2', '"total":500'],
    ['a page of other cards and no total', '"total":2', '"total":null'],
    ['a row that cannot be read: it may be the card', `"card_id":"${cardId}"`, '"card_id":[]'],
  ])('%s proves no absence', async (_name, from, to) => {
    const { loopback, cards, adapter } = await openAccount();
    loopback.reply(() => json(example.replace(from, to)));
    const card = { providerRef: 'another', pan };
    expect(await cards.read(card, call)).toMatchObject({ kind: 'unknown' });
    expect(await adapter.reveal?.card(card, call)).toMatchObject({ kind: 'unknown' });
  });

  test('the number of another card beside its id is not believed, nor shown', async () => {
    const { loopback, cards, adapter } = await openAccount();
    loopback.reply(() => json(example.replaceAll(number, '999999000001537')));
    expect(await cards.read({ providerRef: cardId, pan }, call)).toMatchObject({ kind: 'unknown' });
    expect(await adapter.reveal?.card({ providerRef: cardId, pan }, call)).toMatchObject({ kind: 'unknown' });
  });

  test('without the number nothing is sent', async () => {
    const { loopback, cards } = await openAccount();
    const outcome = await cards.read({ providerRef: cardId, pan: null }, call);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { reason: 'unsupported' } });
    expect(loopback.requests).toHaveLength(0);
  });
});
