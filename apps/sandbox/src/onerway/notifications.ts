import { signedNotification } from './sign.ts';
import type { StoredToken, World } from './tokens.ts';

/** `yyyy-MM-dd HH:mm:ss` at +08:00, which the notification states beside it. */
const localTime = (instant: number) => new Date(instant + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

/**
 * onerway.md §3.5, §6.2: an order that binds a card causes two notifications, `BIND_CARD` and `SALE`, each with its own
 * transactionId; a subscription's order causes one, with its contract. None contains the customer's id.
 */
export function tellToken(world: World, { token, kind }: StoredToken): void {
  const merchantTxnId = `order-${token.id}`;
  const sale = { txnType: 'SALE', orderAmount: '12.50', tokenId: token.tokenId, merchantTxnId };
  if (kind === 'TOKEN') {
    const binding = { txnType: 'BIND_CARD', orderAmount: '0.00', tokenId: token.tokenId, merchantTxnId };
    tell(world, { ...binding, ...cardOf(token) }, token.id);
    tell(world, { ...sale, ...cardOf(token) }, token.id);
  } else {
    tell(
      world,
      { ...sale, ...cardOf(token), contractId: transactionId(world), scenarios: 'SUBSCRIPTION_INITIAL' },
      token.id,
    );
  }
}

function cardOf({ paymentMethod, cardBinCountry }: StoredToken['token']): Record<string, string> {
  return { paymentMethod, ...(cardBinCountry === undefined ? {} : { cardBinCountry }) };
}

/** Sends a `TXN` notification: members missing in `fields` are generated, and all of it is signed (§6). */
export function tell(world: World, fields: Readonly<Record<string, unknown>>, reference = ''): void {
  const { merchantNo: merchant, secretKey } = world.config;
  if (world.callbacks.urlOf({ provider: 'onerway', merchant }) === '') return;
  const id = typeof fields['transactionId'] === 'string' ? fields['transactionId'] : transactionId(world);
  const moment = localTime(world.clock.now());
  const notification = {
    notifyType: 'TXN',
    txnType: 'SALE',
    transactionId: id,
    originTransactionId: '',
    merchantTxnId: id,
    merchantNo: merchant,
    responseTime: moment,
    txnTime: moment,
    txnTimeZone: '+08:00',
    orderAmount: '0.00',
    orderCurrency: 'USD',
    txnAmount: '',
    txnCurrency: '',
    status: 'S',
    reason: JSON.stringify({ respCode: '20000', respMsg: 'Success' }),
    eci: '5',
    ...fields,
  };
  const signed = {
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(signedNotification(notification, secretKey)),
  };
  const kind = notification.txnType;
  world.callbacks.push({ provider: 'onerway', merchant, kind, reference, id, signed: () => signed });
}

/** 19 digits, as in the samples: more than a JavaScript number can represent. */
function transactionId(world: World): string {
  return `19${world.callbacks.nextId(world.clock.now()).replace(/\D/g, '').slice(-17).padStart(17, '0')}`;
}
