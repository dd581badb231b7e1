import { harbour } from '@card-gateway/examples/harbour';
import { type Harbour, openHarbour } from '@card-gateway/examples/harbour/provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countCallbacks, post } from './setup/callbacks.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

let provider: Harbour;
let gateway: TestGateway;
beforeAll(async () => {
  provider = await openHarbour();
  const rest = { tenant: 'default', sandbox: true, network: null, callbacks: null, authorization: null };
  const settings = harbour.settings.parse(provider.settings);
  gateway = await startGateway({
    jobs: false,
    settings: { PROVIDER_CONNECTIONS: '2', PROVIDER_QUEUE: '2', PROVIDER_READ_TIMEOUT_MS: '2000' },
    accounts: ['harbour', 'harbour-slow'].map((name) => ({
      name,
      adapter: harbour,
      settings,
      ...rest,
      syncEveryMs: null,
    })),
  });
});
afterAll(async () => {
  await gateway.close();
  await provider.loopback.close();
});

const send = (sent = provider.callback('hc_1', 'frozen', Date.now()), account = 'harbour') =>
  post(`${gateway.url}/callbacks/${account}`, { body: sent.body, headers: sent.headers });
const fetches = (): number => provider.loopback.requests.filter(({ path }) => path === '/keys').length;

test('a callback signed with a key that is not known yet is taken once the keys were fetched', async () => {
  expect(await send()).toMatchObject({ status: 200, text: '{}' });
  expect(await send(provider.callback('hc_2', 'frozen', Date.now()))).toMatchObject({ status: 200 });
  expect([await countCallbacks(gateway), fetches()]).toEqual([2, 1]);
});

test('forged ones leave no trace, and do not make the gateway ask for each key that they name', async () => {
  const before = await countCallbacks(gateway);
  const { body, headers } = provider.callback('hc_1', 'closed', Date.now());
  const forged = Array.from({ length: 20 }, (_, index) =>
    send({ body, headers: { ...headers, 'harbour-key': `k${index}` } }),
  );
  expect(new Set((await Promise.all(forged)).map(({ status }) => status))).toEqual(new Set([401]));
  expect(await countCallbacks(gateway)).toBe(before);
  expect(fetches()).toBe(1);
});

test('however many wait for the keys, they take one slot of the account, and leave the others to callers', async () => {
  const { keysAnswer } = provider;
  provider.keysAnswer = () => ({ kind: 'hang' });
  const asked = provider.loopback.nextRequest();
  const waiting = Array.from({ length: 12 }, () => send(undefined, 'harbour-slow'));
  expect((await asked).path).toBe('/keys');
  const { data } = await gateway.client.listCardProducts({ query: { account: 'harbour-slow', refresh: true } });
  expect(data).toHaveLength(3);
  expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set([401]));
  provider.keysAnswer = keysAnswer;
});
