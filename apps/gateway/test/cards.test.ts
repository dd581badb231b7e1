import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

describe('products', () => {
  test('of two providers come in one shape', async () => {
    const { client } = gateway;
    const all = await client.listCardProducts({ query: { limit: 200 } });
    const providers = new Set(all.data.map(({ provider }) => provider));
    expect(providers).toEqual(new Set(['open-api', 'keysecure']));
    const shapes = new Set(all.data.map((product) => Object.keys(product).join()));
    expect(shapes.size).toBe(1);
  });
});

describe('a KeySecure card', () => {
  test('goes from application to active', async () => {
    const { client } = gateway;
    const products = await client.listCardProducts({ query: { account: 'keysecure' } });
    const product = products.data.find(({ providerRef }) => providerRef === 'PKG2026000001');
    const applied = await client.createCardholder({
      body: { account: 'keysecure', reference: 'user-1', sumsubShareToken: 'share-token-1' },
    });
    expect(applied).toMatchObject({ status: 'pending', operation: { outcome: 'succeeded' } });
    gateway.sandbox.admin.changeClock({ advanceMs: 10_000 });
    const cardholder = await client.getCardholder({ params: { id: applied.id }, query: { refresh: true } });
    expect(cardholder.status).toBe('approved');

    const card = await client.issueCard({
      body: { account: 'keysecure', product: product?.id ?? '', cardholder: cardholder.id, form: 'virtual' },
    });
    expect(card).toMatchObject({ status: 'pending', operation: { outcome: 'succeeded' }, product: product?.id });
    expect(card.providerRef).toBeTruthy();
    gateway.sandbox.admin.changeClock({ advanceMs: 10_000 });
    const active = await until(
      () => client.getCard({ params: { id: card.id }, query: { refresh: true } }),
      ({ status }) => status === 'active',
    );
    expect(active).toMatchObject({ providerStatus: 'Activated', cardholder: cardholder.id });
    expect(active.last4).toMatch(/^\d{4}$/);
  });
});
