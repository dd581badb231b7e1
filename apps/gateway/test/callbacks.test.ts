import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { post, secretPath, takingCallbacks } from './setup/callbacks.ts';
import { problemOf } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ callbacks: takingCallbacks });
});
afterAll(() => gateway.close());

const allWorked = () =>
  until(
    () => gateway.client.listCallbacks({ query: { limit: 200 } }),
    ({ data }) => data.every(({ state }) => state === 'worked'),
  );

describe('OPEN-API, which signs nothing', () => {
  test('a hint makes the card be read again', async () => {
    const { admin } = gateway.sandbox;
    admin.openApi.seedCards({ count: 3, replace: true });
    const sync = await gateway.client.startSync({ body: { account: 'open-api' } });
    await until(
      () => gateway.client.getSync({ params: { id: sync.id } }),
      ({ status }) => status === 'succeeded',
    );
    admin.callbacks.target('open-api', `${gateway.url}/callbacks/open-api/${secretPath}`);
    const [card] = admin.openApi.cards();
    admin.openApi.updateCard(card?.card_id ?? '', { status: card?.status === 3 ? 2 : 3 });
    await admin.callbacks.idle();
    expect(admin.callbacks.sent({ provider: 'open-api' })).toMatchObject([{ acknowledged: true, status: 200 }]);
    const { data } = await allWorked();
    expect(data).toMatchObject([{ kind: 'card_hint', account: 'open-api', deliveries: 1, state: 'worked' }]);
    const { data: cards } = await gateway.client.listCards({ query: { account: 'open-api' } });
    expect(cards.find(({ providerRef }) => providerRef === card?.card_id)?.status).toBe(
      card?.status === 3 ? 'active' : 'frozen',
    );
  });
});
