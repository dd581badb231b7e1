import { randomUUID } from 'node:crypto';
import type { Client } from '@card-gateway/client';
import { type Installation, until } from './installation.ts';

const account = 'keysecure';

/** Cards that the provider really issued, one row each. */
export const cardsIssued = ({ admin }: Installation): Promise<unknown[]> =>
  admin<unknown[]>('GET', `/ledger?provider=${account}&effect=card_issued`);

/** What must survive every change of the containers. */
export interface Kept {
  readonly key: string;
  readonly order: Order;
  readonly idempotencyKey: string;
  readonly card: string;
}

type Order = Parameters<Client['issueCard']>[0]['body'];

/** Creates a card with a known Idempotency-Key, and cards with sealed numbers. */
export async function makeKept(installation: Installation): Promise<Kept> {
  const key = await installation.createKey();
  const client = installation.client(key);
  const { data } = await client.listCardProducts({ query: { account } });
  const product = data.find(({ issuable, forms }) => issuable && forms?.includes('virtual'));
  if (product === undefined) throw new Error('The sandbox has no product.');
  const cardholder = await client.createCardholder({
    body: { account, reference: randomUUID(), sumsubShareToken: 'token' },
  });
  await until(
    'the cardholder is approved',
    () => client.getCardholder({ params: { id: cardholder.id }, query: { refresh: true } }),
    ({ status }) => status === 'approved',
  );
  const order: Order = { account, product: product.id, cardholder: cardholder.id, form: 'virtual' };
  const idempotencyKey = randomUUID();
  const { id } = await client.issueCard({ body: order, idempotencyKey });
  await client.close();
  return { key, order, idempotencyKey, card: id };
}

/** Checks that the API key, the card, its order's Idempotency-Key and the provider's state still exist. */
export async function checkKept(installation: Installation, kept: Kept): Promise<string> {
  const client = installation.client(kept.key);
  const before = await cardsIssued(installation);
  const again = await client.call('issueCard', { body: kept.order, idempotencyKey: kept.idempotencyKey });
  if (!again.replayed || again.data.id !== kept.card) throw new Error(`The order was not replayed: ${again.data.id}`);
  const card = await client.getCard({ params: { id: kept.card }, query: { refresh: true } });
  if (card.status !== 'active') throw new Error(`The card is ${card.status}.`);
  if ((await cardsIssued(installation)).length !== before.length) throw new Error('The repeat issued a second card.');
  await client.close();
  return 'key, card, order and sandbox are still known';
}
