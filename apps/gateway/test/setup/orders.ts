import { createRandom, syntheticPan } from '@card-gateway/sandbox';
import type { TestGateway } from './gateway.ts';

/** The body of an order that a KeySecure account takes. */
export interface CardOrder {
  readonly account: string;
  readonly product: string;
  readonly cardholder: string;
  readonly form: 'virtual';
}

/** A product and an approved cardholder of a KeySecure account, as the body of an order. */
export async function cardOrder(
  { client, sandbox }: Pick<TestGateway, 'client' | 'sandbox'>,
  account = 'keysecure',
  sumsubShareToken = 'share-token',
): Promise<CardOrder> {
  const products = await client.listCardProducts({ query: { account } });
  const product = products.data.find(({ forms, issuable }) => issuable && forms?.includes('virtual') !== false);
  const cardholder = await client.createCardholder({
    body: { account, reference: `holder-${unique()}`, sumsubShareToken },
  });
  // Approved a moment later, and that seen; then back, for a list shows nothing of the future.
  sandbox.admin.changeClock({ advanceMs: 10_000 });
  sandbox.admin.keysecure.cardholders();
  sandbox.admin.changeClock({ advanceMs: -10_000 });
  return { account, product: product?.id ?? '', cardholder: cardholder.id, form: 'virtual' };
}

let made = 0;
const unique = (): string => String((made += 1));

/** A user with a bank card and a phone that no other test has: the body of a start. */
export function bankCard(): {
  readonly account: 'yixin';
  readonly user: string;
  readonly cardNumber: string;
  readonly phone: string;
  readonly purpose: 'loan';
} {
  const number = unique();
  return {
    account: 'yixin',
    user: `user-${number}`,
    cardNumber: syntheticPan(createRandom(7_919 + Number(number)), '6217', 19),
    phone: `138${number.padStart(8, '0')}`,
    purpose: 'loan',
  };
}

/** The code of the last SMS to a phone. */
export function smsCode({ sandbox }: Pick<TestGateway, 'sandbox'>, phone: string): string {
  return sandbox.admin.sms({ phone }).at(-1)?.code ?? '';
}
