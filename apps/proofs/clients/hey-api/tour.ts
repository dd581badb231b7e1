/** The README's tour with the client of hey-api/openapi-ts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { client } from './client/client.gen';
import * as gw from './client';

const { RUN: run = '', GATEWAY_URL, GATEWAY_API_KEY, SANDBOX_URL } = process.env;
client.setConfig({ baseUrl: GATEWAY_URL as string, auth: () => GATEWAY_API_KEY as string, throwOnError: true });

const headers = (of: string) => ({ 'Idempotency-Key': `${of}-${run}` });
const account = 'keysecure';
const throwOnError = true;
let step = 0;

function at(number: number): void {
  step = number;
}

function expect(got: unknown, wanted: unknown): void {
  if (got !== wanted) throw new Error(`expected ${wanted}, got ${got}`);
}

async function sandbox(path: string, body?: unknown): Promise<{ code: string }[]> {
  const post = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(SANDBOX_URL + path, body === undefined ? {} : post);
  return answer.json() as Promise<{ code: string }[]>;
}

async function tour(): Promise<void> {
  at(1);
  const [product] = (await gw.listCardProducts({ query: { account }, throwOnError })).data.data;
  if (product === undefined) throw new Error('no product');

  at(2);
  const applied = { account, reference: `user-${run}`, sumsubShareToken: 'share-token-of-sumsub' };
  let { data: holder } = await gw.createCardholder({ headers: headers('cardholder'), body: applied, throwOnError });
  while (holder.status === 'pending' || holder.status === 'in_review') {
    await sleep(100);
    ({ data: holder } = await gw.getCardholder({ path: { id: holder.id }, query: { refresh: true }, throwOnError }));
  }

  at(3);
  const order = { account, product: product.id, cardholder: holder.id, form: 'virtual' } as const;
  let { data: card } = await gw.issueCard({ headers: headers('card'), body: order, throwOnError });

  at(4);
  while (card.status === 'pending') {
    await sleep(100);
    ({ data: card } = await gw.getCard({ path: { id: card.id }, query: { refresh: true }, throwOnError }));
  }
  expect(card.status, 'active');

  at(5);
  const phone = `13${run}`;
  const who = { account: 'yixin', user: `user-${run}`, cardNumber: `621700${run}1234`, phone };
  const start = { ...who, purpose: 'loan', userIp: '203.0.113.7' } as const;
  let { data: binding } = await gw.startBinding({ headers: headers('binding'), body: start, throwOnError });
  expect(binding.status, 'awaiting_code');

  at(6);
  const code = (await sandbox(`/admin/sms?phone=${phone}`)).at(-1)?.code ?? '';
  const path = { id: binding.id };
  ({ data: binding } = await gw.verifyBinding({ path, headers: headers('code'), body: { code }, throwOnError }));
  expect(binding.status, 'bound');

  at(7);
  const amount = { amount: '100.00', currency: 'TUSDT' };
  const load = { account, cardholder: holder.id, direction: 'in', amount } as const;
  const { data: transfer } = await gw.createTransfer({ headers: headers('transfer'), body: load, throwOnError });
  expect(transfer.status, 'succeeded');
  await sandbox('/admin/keysecure/pay', { cardNo: card.providerRef, amount: '12.50' });
  const query = { refresh: true };
  const { data: transactions } = await gw.listCardTransactions({ path: { id: card.id }, query, throwOnError });
  expect(transactions.data[0]?.amount?.amount, '12.50');
  await gw.listCallbacks({ query: { limit: 1 }, throwOnError });

  at(8);
  ({ data: card } = await gw.freezeCard({ path: { id: card.id }, headers: headers('freeze'), throwOnError }));
  expect(card.status, 'frozen');

  at(9);
  const body = { purpose: 'the tour of a generated client' };
  const { data: revealed } = await gw.revealCard({ path: { id: card.id }, body, throwOnError });
  expect(revealed.number.length, 16);

  at(10);
  const missing = await gw.getCard({ path: { id: 'card_00000000000000000000000000' }, throwOnError: false });
  expect(missing.error?.code, 'not-found');
}

tour().catch((error: unknown) => {
  console.error(`step ${step}:`, error instanceof Error ? error.message : JSON.stringify(error));
  process.exit(1);
});
