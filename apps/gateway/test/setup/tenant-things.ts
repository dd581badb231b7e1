import { randomBytes } from 'node:crypto';
import type { Client } from '@card-gateway/client';
import { Secret, toPublicId } from '@card-gateway/core';
import { eventUuid } from '../../src/events/event-id.ts';
import { approvedCardholder, cardMaker } from './cards.ts';
import { bankCard } from './orders.ts';
import type { TestGateway, TestGatewayOptions } from './gateway.ts';
import { until } from './until.ts';

const secretPath = randomBytes(24).toString('hex');

/** The gateway that all of these things can be made with. */
export const tenantOptions: TestGatewayOptions = {
  settings: { EVENTS_ALLOWED_HOSTS: '*.internal.example' },
  callbacks: (name) => (name === 'open-api' ? { callbacks: { secretPath: new Secret(secretPath) } } : {}),
};

/** One thing of each kind that has an id, by the prefix of its kind. */
export type Things = Readonly<Record<string, string>>;

/** Things of the tenant `default`: one of every kind that there is. */
export async function thingsOfDefault(gateway: TestGateway): Promise<Things> {
  const { client, sandbox, url } = gateway;
  const { cardholder, made } = await cardMaker(gateway);
  const card = await made('virtual');
  sandbox.admin.keysecure.seedConsumptions({
    cardNo: String(card.providerRef),
    consumptions: [{ type: 'Consume', amount: '12.50' }],
  });
  const transactions = await client.listCardTransactions({ params: { id: card.id }, query: { refresh: true } });
  const transfer = await client.createTransfer({
    body: {
      account: 'keysecure',
      cardholder: cardholder.id,
      direction: 'in',
      amount: { amount: '10', currency: 'TUSDT' },
    },
  });
  const binding = await client.startBinding({ body: bankCard() });
  const sync = await client.startSync({ body: { account: 'open-api' } });
  await until(
    () => client.getSync({ params: { id: sync.id } }),
    ({ status }) => status === 'succeeded',
  );
  const [told] = sandbox.admin.openApi.cards();
  sandbox.admin.callbacks.target('open-api', `${url}/callbacks/open-api/${secretPath}`);
  sandbox.admin.openApi.updateCard(told?.card_id ?? '', { status: told?.status === 3 ? 2 : 3 });
  await sandbox.admin.callbacks.idle();
  const callbacks = await until(
    () => client.listCallbacks({}),
    ({ data }) => data.length > 0 && data.every(({ state }) => state === 'processed'),
  );
  const destination = await client.createEventDestination({ body: { url: 'https://hooks.internal.example' } });
  await client.disableEventDestination({ params: { id: destination.id } });
  const { rows: events } = await gateway.pool.query<{ number: string; at: Date }>(
    `SELECT number, created_at AS at FROM events WHERE tenant = 'default' ORDER BY number LIMIT 1`,
  );
  const [event] = events.map(({ number, at }) => toPublicId('event', eventUuid(Number(number), at.getTime())));
  return {
    dest: destination.id,
    evt: event ?? '',
    card: card.id,
    chd: cardholder.id,
    prod: card.product ?? '',
    op: card.operation?.id ?? '',
    txn: transactions.data[0]?.id ?? '',
    trf: transfer.id,
    bind: binding.id,
    sync: sync.id,
    cbk: callbacks.data[0]?.id ?? '',
  };
}

/** Resources of the tenant `other`, so that its requests are right except for one id. */
export async function thingsOfOther(gateway: TestGateway, client: Client): Promise<Things> {
  const account = 'other-keysecure';
  const { data } = await client.listCardProducts({ query: { account } });
  const product = data.find(({ providerRef }) => providerRef === 'PKG2026000001')?.id ?? '';
  const cardholder = await approvedCardholder({ client, sandbox: gateway.sandbox }, account);
  const card = await client.issueCard({ body: { account, product, cardholder: cardholder.id, form: 'virtual' } });
  const { id: dest } = await client.createEventDestination({
    body: { url: 'https://other.internal.example', account },
  });
  return { card: card.id, chd: cardholder.id, prod: product, op: card.operation?.id ?? '', dest };
}
