import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { until } from './setup/until.ts';

const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const [older, newer] = [key('older'), key('newer')];
const user = 'custId_1640247522000';
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ settings: { GATEWAY_SEALING_KEYS: older } });
});
afterAll(() => gateway.close());

/** The names of the keys that sealed what is kept: they stand in front of each sealed value. */
async function keysInUse(): Promise<string[]> {
  const { rows } = await gateway.pool.query<{ key: string }>(
    `SELECT DISTINCT convert_from(substr(sealed, 3, get_byte(sealed, 1)), 'utf8') AS key
     FROM (SELECT pan_sealed FROM cards UNION ALL SELECT token_sealed FROM bindings) s (sealed) WHERE sealed IS NOT NULL`,
  );
  return rows.map((row) => row.key);
}

test('a new key in front takes over with the next lists, and the old one can go', async () => {
  const bringIn = async ({ client }: Pick<TestGateway, 'client'>): Promise<void> => {
    await client.listBindings({ query: { account: 'onerway', user, refresh: true } });
    const { id } = await client.startSync({ body: { account: 'open-api' } });
    await until(
      () => gateway.client.getSync({ params: { id } }),
      ({ status }) => status === 'succeeded',
    );
  };
  await bringIn(gateway);
  expect(await keysInUse()).toEqual(['older']);

  const rotating = await gateway.another({ GATEWAY_SEALING_KEYS: `${newer},${older}` });
  const cards = await gateway.client.listCards({ query: { account: 'open-api', limit: 200 } });
  // The card is looked up by its number, which the older key opens; what comes back is sealed by the newer one.
  for (const { id } of cards.data) await rotating.client.getCard({ params: { id }, query: { refresh: true } });
  await rotating.client.listBindings({ query: { account: 'onerway', user, refresh: true } });
  expect(await keysInUse()).toEqual(['newer']);
  await rotating.close();

  const rotated = await gateway.another({ GATEWAY_SEALING_KEYS: newer });
  const id = cards.data[0]?.id ?? '';
  expect(await rotated.client.getCard({ params: { id }, query: { refresh: true } })).toMatchObject({ id });
  await rotated.close();
});

test('what a lost key sealed is brought back by a list', async () => {
  const lost = await gateway.another({ GATEWAY_SEALING_KEYS: key('third') });
  await lost.client.listBindings({ query: { account: 'onerway', user, refresh: true } });
  expect((await keysInUse()).sort()).toEqual(['newer', 'third']);
  await lost.close();
});
