import { numbersOf, optionalText, pageOf, requiredText, windowOf, within, type Call } from './call.ts';
import { Refused } from './codes.ts';
import { advanceCard } from './events.ts';
import { orderNumber, advanceCardholder, type KeysecureCardholder } from './state.ts';

/** The cardholder's current state, or 2002. */
export function cardholderOf(call: Call, cardholderNo: string): KeysecureCardholder {
  const holder = call.merchant.cardholders.get(cardholderNo);
  if (holder === undefined) throw new Refused(2002);
  return advanceCardholder(holder, call.world.config, call.world.clock.now());
}

/** keysecure.md §6.2: creates a cardholder, or resubmits a rejected application. */
export function applyCardholder(call: Call): unknown {
  const { world, merchant } = call;
  const uniqueNo = requiredText(call, 'cardholder_unique_no');
  const shareToken = requiredText(call, 'sumsub_share_token');
  const cardholderNo = optionalText(call, 'cardholder_no');
  const now = world.clock.now();
  // The sandbox's own magic words, because real tokens mean nothing here.
  if (shareToken.startsWith('unfetchable')) throw new Refused(2006);
  const review = { status: 'Pending', failReason: '', reviewFrom: now, verdict: verdictOf(shareToken) } as const;
  if (cardholderNo !== undefined) {
    const holder = cardholderOf(call, cardholderNo);
    if (holder.uniqueNo !== uniqueNo) throw new Refused(1004, 'cardholder_unique_no does not match');
    if (holder.status === 'Approved') throw new Refused(2003);
    if (holder.status !== 'Rejected') throw new Refused(2004);
    Object.assign(holder, review);
    record(call, holder, 'cardholder_resubmitted');
    return { cardholder_no: cardholderNo, cardholder_unique_no: uniqueNo };
  }
  for (const holder of merchant.cardholders.values()) if (holder.uniqueNo === uniqueNo) throw new Refused(2001);
  const holder: KeysecureCardholder = {
    cardholderNo: orderNumber(world.state, 'U', now),
    uniqueNo,
    createdAt: now,
    cents: 0n,
    ...review,
  };
  merchant.cardholders.set(holder.cardholderNo, holder);
  record(call, holder, 'cardholder_created');
  return { cardholder_no: holder.cardholderNo, cardholder_unique_no: uniqueNo };
}

export function listCardholders(call: Call): unknown {
  const window = windowOf(call);
  const numbers = numbersOf(call);
  const cardholderNo = optionalText(call, 'cardholder_no');
  const uniqueNo = optionalText(call, 'cardholder_unique_no');
  const found = [...call.merchant.cardholders.values()].filter(
    (holder) =>
      within(window, holder.createdAt) &&
      (cardholderNo === undefined || holder.cardholderNo === cardholderNo) &&
      (uniqueNo === undefined || holder.uniqueNo === uniqueNo),
  );
  const { list } = pageOf(numbers, found.toReversed());
  return {
    list: list.map(({ cardholderNo: no }) => {
      const holder = cardholderOf(call, no);
      return Object.assign(onWire(holder), { fail_reason: holder.failReason });
    }),
  };
}

export function cardholderInfo(call: Call): unknown {
  const holder = cardholderOf(call, call.pathNo);
  const cards = [...call.merchant.cards.values()]
    .filter((card) => card.cardholderNo === holder.cardholderNo)
    .filter((card) => !['Pending', 'Fail'].includes(advanceCard(call.world, call.merchant, card).status));
  return {
    ...onWire(holder),
    total_balance: decimal(holder.cents),
    card_list: cards.map((card) => ({ card_no: card.cardNo })),
  };
}

export function decimal(cents: bigint): string {
  const digits = String(cents).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Decimal text with at most two decimals, in cents. */
export function centsOf(amount: string): bigint {
  const [whole = '0', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(2, '0').slice(0, 2));
}

const verdictOf = (shareToken: string) => (shareToken.startsWith('reject') ? 'Rejected' : 'Approved');

function onWire(holder: KeysecureCardholder): Record<string, unknown> {
  return {
    cardholder_no: holder.cardholderNo,
    cardholder_unique_no: holder.uniqueNo,
    email: holder.status === 'Approved' ? `${holder.cardholderNo.toLowerCase()}@sandbox.invalid` : '',
    status: holder.status,
    time: holder.createdAt,
  };
}

function record(call: Call, holder: KeysecureCardholder, effect: string): void {
  call.world.journal.effect({
    provider: 'keysecure',
    operation: 'cardholder/apply',
    reference: holder.uniqueNo,
    effect,
    subject: holder.cardholderNo,
  });
}
