import { json } from '@card-gateway/adapter-kit/testing';
import { expect, test } from 'vitest';
import { call, fixture, key, openAccount } from './testing/account.ts';

const example = fixture('bin-list.reply.json');

test("the documents' example (§2.1)", async () => {
  const { loopback, products } = await openAccount({ customerId: '100001', appId: '10001', pageSize: 10 });
  loopback.reply(() => json(example));
  expect(await products.page(null, call)).toEqual({
    kind: 'done',
    value: {
      items: [
        {
          providerRef: 'cpi_6530de6a2f1c7',
          name: null,
          bin: '134338',
          network: 'visa',
          category: 'credit',
          forms: null,
          currencies: ['USD'],
          balanceCurrency: 'USD',
          region: 'US',
          bank: null,
          status: 'available',
          providerStatus: '1',
          issuable: true,
          limits: null,
        },
      ],
      next: '2.10',
      nextPart: null,
      isWhole: true,
      unreadable: 0,
      total: 1,
    },
    evidence: { httpStatus: 200, code: '0', message: 'success' },
  });
  const [request] = loopback.requests;
  expect(request).toMatchObject({ method: 'POST', path: '/v1/openApi/card/bin/binList' });
  expect(request?.headers['content-type']).toBe('application/json');
  expect(request?.body).toBe(fixture('bin-list.request.json').replace('<key>', key).trim());
});

test.each([
  ['"status":1', '"status":2', { status: 'maintenance_planned', providerStatus: '2', issuable: false }],
  ['"status":1', '"status":3', { status: 'maintenance' }],
  ['"status":1', '"status":4', { status: 'delisted' }],
  ['"status":1', '"status":5', { status: 'listing_planned' }],
  ['"status":1', '"status":99', { status: 'unrecognized', providerStatus: '99', issuable: false }],
  ['"is_create":1', '"is_create":0', { status: 'available', issuable: false }],
  ['"mode":1', '"mode":2', { network: 'mastercard' }],
  ['"mode":1', '"mode":9', { network: 'unrecognized' }],
  ['"mode":1', '"mode":null', { network: null }],
  ['"card_category":1', '"card_category":2', { category: 'debit' }],
  ['"card_category":1', '"card_category":3', { category: 'unrecognized' }],
  ['"settle_currency":"USD"', '"settle_currency":"EUR"', { currencies: ['USD', 'EUR'], balanceCurrency: null }],
  ['"settle_currency":"USD"', '"settle_currency":""', { currencies: ['USD'], balanceCurrency: null }],
  ['"bank":""', '"bank":7', { bank: '7' }],
  ['"bank":""', '"bank":{}', { bank: null }],
  ['"status":1,', '', { status: 'unrecognized', providerStatus: null, issuable: false }],
])('%s as %s', async (from, to, expected) => {
  const { loopback, products } = await openAccount();
  loopback.reply(() => json(example.replace(from, to)));
  expect(await products.page(null, call)).toMatchObject({ kind: 'done', value: { items: [expected] } });
});

test('a row without an id is left out, and counted', async () => {
  const { loopback, products } = await openAccount();
  const rows = /\[(.*)\]/s.exec(example)?.[1] ?? '';
  loopback.reply(() => json(example.replace(rows, `${rows.replace('"bin_id":"cpi_6530de6a2f1c7",', '')},${rows}`)));
  expect(await products.page(null, call)).toMatchObject({
    kind: 'done',
    value: { items: [{ providerRef: 'cpi_6530de6a2f1c7' }], unreadable: 1 },
  });
});
