import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './setup/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
beforeEach(() => gateway.sandbox.admin.clearFaults());

async function productsOf(account: string, refresh?: boolean) {
  const { data } = await gateway.client.listCardProducts({ query: { account, refresh, limit: 200 } });
  return data.toSorted((a, b) => String(a.providerRef).localeCompare(String(b.providerRef)));
}

const limits = { balance: '10000.00', weekly: '50000.00', atmDaily: '1000.00', atmMonthly: '5000.00' };

describe('card products', () => {
  test('of two providers come in one shape', async () => {
    const { data } = await gateway.client.listCardProducts({ query: { limit: 200 } });
    expect(new Set(data.map(({ account }) => account))).toEqual(
      new Set(['open-api', 'keysecure', 'keysecure-authorization']),
    );
    expect(new Set(data.map((product) => Object.keys(product).join())).size).toBe(1);
    expect(data.every(({ id }) => /^prod_[0-9a-z]{26}$/.test(id))).toBe(true);
  });

  test('of OPEN-API are its BINs', async () => {
    const [first, second, third, ...rest] = await productsOf('open-api');
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      provider: 'open-api',
      providerRef: 'cpi_7a10be55c2d01',
      bin: '428853',
      network: 'visa',
      category: 'debit',
      forms: null,
      currencies: ['USD'],
      balanceCurrency: 'USD',
      region: 'US',
      bank: null,
      status: 'available',
      providerStatus: '1',
      issuable: true,
      limits: null,
    });
    expect(second).toMatchObject({ network: 'mastercard', category: 'credit', bank: 'Sandbox Bank', issuable: true });
    expect(third).toMatchObject({ region: 'HK', status: 'delisted', providerStatus: '4', issuable: false });
  });

  test('of a KeySecure account in credit mode are its packages', async () => {
    const products = await productsOf('keysecure');
    expect(products.map(({ providerRef, forms }) => [providerRef, forms])).toEqual([
      ['PKG2026000001', ['virtual']],
      ['PKG2026000002', ['physical']],
      ['PKG2026000003', ['virtual']],
    ]);
    expect(products[0]).toMatchObject({
      provider: 'keysecure',
      name: 'Sandbox Virtual',
      bin: '428801',
      network: 'visa',
      currencies: [],
      balanceCurrency: null,
      status: 'available',
      issuable: true,
      limits,
    });
  });

  test('of a KeySecure account in authorization mode are its BINs; one that is made in no form cannot be ordered', async () => {
    const [both, physical, none] = await productsOf('keysecure-authorization');
    expect(both).toMatchObject({
      providerRef: 'BIN2026000001',
      network: 'visa',
      forms: ['virtual', 'physical'],
      currencies: ['USD'],
      balanceCurrency: 'USD',
      issuable: true,
      limits,
    });
    // Two currencies: no document says which one a balance is in.
    expect(physical).toMatchObject({ forms: ['physical'], currencies: ['USD', 'EUR'], balanceCurrency: null });
    expect(none).toMatchObject({ providerRef: 'BIN2026000003', issuable: false });
  });

  test('are paged without asking the provider again', async () => {
    const { client, sandbox } = gateway;
    const whole = await client.listCardProducts({ query: { limit: 200 } });
    expect(whole.nextCursor).toBeNull();
    const asked = sandbox.admin.requests().counts;
    const walked: string[] = [];
    for await (const { id } of client.all('listCardProducts', { query: { limit: 2 } })) walked.push(id);
    expect(walked).toEqual(whole.data.map(({ id }) => id));
    expect(sandbox.admin.requests().counts).toEqual(asked);
  });

  test('are asked for again only after their time, or on demand', async () => {
    const { client, sandbox } = gateway;
    const asked = () => sandbox.admin.requestCount('open-api', 'binList');
    const before = await productsOf('open-api');
    const count = asked();
    expect(await productsOf('open-api')).toEqual(before);
    expect(asked()).toBe(count);

    const refreshed = await productsOf('open-api', true);
    // The second page is empty, and ends the list.
    expect(asked()).toBe(count + 2);
    expect(refreshed.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(String(refreshed[0]?.seenAt) > String(before[0]?.seenAt)).toBe(true);

    const forgetful = await gateway.another({ PRODUCTS_MAX_AGE_MS: '0' });
    await forgetful.client.listCardProducts({ query: { account: 'open-api' } });
    expect(asked()).toBe(count + 4);
    await forgetful.close();
    await client.listCardProducts({ query: { account: 'keysecure' } });
    expect(asked()).toBe(count + 4);
  });

  test('are shown as last seen while the provider is down', async () => {
    const { sandbox } = gateway;
    const [openApi, keysecure] = [await productsOf('open-api'), await productsOf('keysecure')];
    sandbox.admin.addFault({ provider: 'open-api', operation: '*', fault: 'bad_gateway', times: 0 });
    sandbox.admin.addFault({ provider: 'keysecure', operation: '*', fault: 'bad_gateway', times: 0 });
    const count = sandbox.admin.requestCount('open-api', 'binList');
    expect(await productsOf('open-api', true)).toEqual(openApi);
    expect(await productsOf('keysecure', true)).toEqual(keysecure);
    expect(sandbox.admin.requestCount('open-api', 'binList')).toBe(count + 1);
  });

  test('that the provider no longer lists stay, and cannot be ordered', async () => {
    const { client, sandbox } = gateway;
    sandbox.admin.keysecure.seedPackages([
      {
        package_no: 'PKG2026000009',
        package_en_name: 'Soon gone',
        package_cn_name: '',
        card_bin: '428809',
        card_bin_no: 'BIN2026000009',
        organization: 'VISA',
        package_type: 'Virtual',
      },
    ]);
    const listed = (await productsOf('keysecure', true)).find(({ providerRef }) => providerRef === 'PKG2026000009');
    expect(listed).toMatchObject({ name: 'Soon gone', issuable: true });
    const reference = `holder-${listed?.id}`;
    sandbox.admin.reset();
    const cardholder = await client.createCardholder({
      body: { account: 'keysecure', reference, sumsubShareToken: 'share' },
    });
    const gone = (await productsOf('keysecure', true)).find(({ id }) => id === listed?.id);
    expect(gone).toMatchObject({ name: 'Soon gone', issuable: false, seenAt: listed?.seenAt });
    const order = client.issueCard({
      body: { account: 'keysecure', product: gone?.id ?? '', cardholder: cardholder.id, form: 'virtual' },
    });
    await expect(order).rejects.toMatchObject({
      code: 'illegal-state',
      status: 409,
      problem: { errors: [{ pointer: '/product' }] },
    });
    expect(sandbox.admin.ledger({ effect: 'card_issued' })).toEqual([]);
  });
});

test('an account that was never seen and does not answer is a problem of its own, and hides no other', async () => {
  const fresh = await startGateway();
  try {
    const { client, sandbox } = fresh;
    sandbox.admin.addFault({ provider: 'keysecure', operation: '*', fault: 'bad_gateway', times: 0 });
    sandbox.admin.addFault({ provider: 'open-api', operation: '*', fault: 'bad_gateway' });
    await expect(client.listCardProducts({ query: { account: 'keysecure' } })).rejects.toMatchObject({
      code: 'provider-unavailable',
      status: 503,
      problem: { provider: { name: 'keysecure' } },
    });
    await expect(client.listCardProducts({ query: { account: 'open-api' } })).rejects.toMatchObject({
      code: 'provider-error',
      status: 502,
      problem: { provider: { name: 'open-api' } },
    });
    const { data } = await client.listCardProducts();
    expect(new Set(data.map(({ account }) => account))).toEqual(new Set(['open-api']));
  } finally {
    await fresh.close();
  }
});

test('an account without products says so, and another tenant’s is not there', async () => {
  const { client } = gateway;
  await expect(client.listCardProducts({ query: { account: 'yixin' } })).rejects.toMatchObject({
    code: 'not-supported',
    status: 422,
  });
  for (const account of ['other-keysecure', 'nowhere']) {
    await expect(client.listCardProducts({ query: { account } })).rejects.toMatchObject({
      code: 'not-found',
      problem: { errors: [{ pointer: 'query/account' }] },
    });
  }
});
