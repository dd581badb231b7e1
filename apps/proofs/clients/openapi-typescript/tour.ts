/** The README's tour with the types of openapi-typescript, using openapi-fetch. */
import { setTimeout as sleep } from 'node:timers/promises';
// @boundaries-ignore it is installed beside the generated code
import createClient from 'openapi-fetch';
import type { paths } from './client/schema';

const { RUN: run = '', GATEWAY_URL, GATEWAY_API_KEY, SANDBOX_URL } = process.env;
const gateway = createClient<paths>({
  baseUrl: GATEWAY_URL as string,
  headers: { authorization: `Bearer ${GATEWAY_API_KEY}` },
});

const header = (of: string) => ({ 'Idempotency-Key': `${of}-${run}` });
const account = 'keysecure';
let step = 0;

function at(number: number): void {
  step = number;
}

function expect(got: unknown, wanted: unknown): void {
  if (got !== wanted) throw new Error(`expected ${wanted}, got ${got}`);
}

function answered<Data>(answer: { data?: Data; error?: unknown }): Data {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

async function sandbox(path: string, body?: unknown): Promise<{ code: string }[]> {
  const post = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(SANDBOX_URL + path, body === undefined ? {} : post);
  return answer.json() as Promise<{ code: string }[]>;
}

async function tour(): Promise<void> {
  at(1);
  const [product] = answered(await gateway.GET('/v1/card-products', { params: { query: { account } } })).data;
  if (product === undefined) throw new Error('no product');

  at(2);
  const applied = { account, reference: `user-${run}`, sumsubShareToken: 'share-token-of-sumsub' };
  const created = await gateway.POST('/v1/cardholders', { params: { header: header('cardholder') }, body: applied });
  let holder = answered(created);
  while (holder.status === 'pending' || holder.status === 'in_review') {
    await sleep(100);
    const params = { path: { id: holder.id }, query: { refresh: true } };
    holder = answered(await gateway.GET('/v1/cardholders/{id}', { params }));
  }

  at(3);
  const order = { account, product: product.id, cardholder: holder.id, form: 'virtual' } as const;
  let card = answered(await gateway.POST('/v1/cards', { params: { header: header('card') }, body: order }));

  at(4);
  while (card.status === 'pending') {
    await sleep(100);
    const params = { path: { id: card.id }, query: { refresh: true } };
    card = answered(await gateway.GET('/v1/cards/{id}', { params }));
  }
  expect(card.status, 'active');

  at(5);
  const phone = `13${run}`;
  const who = { account: 'yixin', user: `user-${run}`, cardNumber: `621700${run}1234`, phone };
  const start = { ...who, purpose: 'loan', userIp: '203.0.113.7' } as const;
  let binding = answered(await gateway.POST('/v1/bindings', { params: { header: header('binding') }, body: start }));
  expect(binding.status, 'awaiting_code');

  at(6);
  const code = (await sandbox(`/admin/sms?phone=${phone}`)).at(-1)?.code ?? '';
  const verify = { params: { path: { id: binding.id }, header: header('code') }, body: { code } };
  binding = answered(await gateway.POST('/v1/bindings/{id}/verify', verify));
  expect(binding.status, 'bound');

  at(7);
  const amount = { amount: '100.00', currency: 'TUSDT' };
  const load = { account, cardholder: holder.id, direction: 'in', amount } as const;
  const transfer = answered(
    await gateway.POST('/v1/transfers', { params: { header: header('transfer') }, body: load }),
  );
  expect(transfer.status, 'succeeded');
  await sandbox('/admin/keysecure/pay', { cardNo: card.providerRef, amount: '12.50' });
  const ofCard = { path: { id: card.id }, query: { refresh: true } };
  const transactions = answered(await gateway.GET('/v1/cards/{id}/transactions', { params: ofCard }));
  expect(transactions.data[0]?.amount?.amount, '12.50');
  answered(await gateway.GET('/v1/callbacks', { params: { query: { limit: 1 } } }));

  at(8);
  const freeze = { params: { path: { id: card.id }, header: header('freeze') } };
  card = answered(await gateway.POST('/v1/cards/{id}/freeze', freeze));
  expect(card.status, 'frozen');

  at(9);
  const reveal = { params: { path: { id: card.id } }, body: { purpose: 'the tour of a generated client' } };
  expect(answered(await gateway.POST('/v1/cards/{id}/reveal', reveal)).number.length, 16);

  at(10);
  const missing = await gateway.GET('/v1/cards/{id}', { params: { path: { id: 'card_00000000000000000000000000' } } });
  expect(missing.error?.code, 'not-found');
}

tour().catch((error: unknown) => {
  console.error(`step ${step}:`, error instanceof Error ? error.message : error);
  process.exit(1);
});
