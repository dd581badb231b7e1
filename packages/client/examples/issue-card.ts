import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@card-gateway/client';

const { GATEWAY_URL: baseUrl = 'http://127.0.0.1:8080', GATEWAY_API_KEY: apiKey = '' } = process.env;
const gateway = createClient({ baseUrl, apiKey });
const account = 'keysecure';

const { data: products } = await gateway.listCardProducts({ query: { account } });
const product = products.find(({ issuable, forms }) => issuable && forms?.includes('virtual'));
if (product === undefined) throw new Error('The account has no product for virtual cards.');

const reference = `user-${randomUUID()}`;
let cardholder = await gateway.createCardholder({
  body: { account, reference, sumsubShareToken: 'share-token-of-sumsub' },
});
while (cardholder.status === 'pending' || cardholder.status === 'in_review') {
  await sleep(1000);
  cardholder = await gateway.getCardholder({ params: { id: cardholder.id }, query: { refresh: true } });
}

let card = await gateway.issueCard({
  body: { account, product: product.id, cardholder: cardholder.id, form: 'virtual' },
  idempotencyKey: `card-of-${reference}`,
});
while (card.status === 'pending') {
  await sleep(1000);
  card = await gateway.getCard({ params: { id: card.id }, query: { refresh: true } });
}
console.log(card.id, card.status, card.last4);

for await (const each of gateway.all('listCards', { query: { status: 'active' } })) console.log(each.id, each.last4);
await gateway.close();
