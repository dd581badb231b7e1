import type { OperationAnswer } from '@card-gateway/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { address, person } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { ahead, reconcileNow } from './setup/reconcile.ts';

type Account = OperationAnswer<'listProviders'>['data'][number];

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
});
afterAll(() => gateway.close());

test('each account that can issue issues a card to whoever gives what it says that it needs', async () => {
  const { data } = await gateway.client.listProviders();
  const issuing = data.filter(({ requirements }) => requirements.cardholder !== null);
  expect(issuing.length).toBeGreaterThan(0);
  const seen: Record<string, unknown> = {};
  for (const account of issuing) seen[account.account] = await firstCard(account).catch(String);
  expect(seen).toEqual(
    Object.fromEntries(issuing.map(({ account }) => [account, { outcome: 'succeeded', isKnown: true, made: 1 }])),
  );
});

async function firstCard({ account, requirements }: Account): Promise<unknown> {
  const { client, sandbox } = gateway;
  const { data } = await client.listCardProducts({ query: { account } });
  const product = data.find(({ issuable, forms }) => issuable && forms?.includes('virtual') !== false);
  const { id, operation } = await client.issueCard({
    body: {
      account,
      product: product?.id ?? 'the sandbox has no virtual product that can be ordered',
      form: 'virtual',
      ...(requirements.cardholder === 'required' && { cardholder: await approved(account, requirements.applications) }),
      ...(requirements.address?.virtual === 'required' && { address }),
    },
  });
  // Where the answer to an order names no card, the look-up finds it.
  if (operation?.outcome === 'unknown') await reconcileNow(ahead(gateway, 60_000), operation.id);
  const { providerRef, operation: resolved } = await client.getCard({ params: { id } });
  const isKnown = providerRef !== null;
  return { outcome: resolved?.outcome, isKnown, made: sandbox.admin.ledger({ reference: id }).length };
}

async function approved(account: string, applications: Account['requirements']['applications']): Promise<string> {
  const identity = applications.includes('person') ? { person } : { sumsubShareToken: 'share-token' };
  const body = { account, reference: `holder-of-${account}`, ...identity };
  const { id } = await gateway.client.createCardholder({ body });
  // By then the provider has made its own changes.
  gateway.sandbox.admin.changeClock({ advanceMs: 10_000 });
  await gateway.client.getCardholder({ params: { id }, query: { refresh: true } });
  return id;
}
