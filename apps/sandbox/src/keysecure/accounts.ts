import { numbersOf, oneOf, optionalText, pageOf, requiredText, windowOf, within, type Call } from './call.ts';
import { cardholderOf, centsOf, decimal } from './cardholders.ts';
import { Refused } from './codes.ts';
import { orderNumber } from './state.ts';

/** keysecure.md §6.15: `balance` is the amount to move, in TUSDT. The merchant's reserve is unlimited here. */
export function transfer(call: Call): unknown {
  const { world, merchant } = call;
  const holder = cardholderOf(call, requiredText(call, 'cardholder_no'));
  const uniqueNo = requiredText(call, 'transfer_unique_no', 64);
  const type = oneOf(call, 'type', ['In', 'Out']);
  const amountText = requiredText(call, 'balance');
  if (!/^\d+(\.\d{1,2})?$/.test(amountText) || /^[0.]+$/.test(amountText)) {
    throw new Refused(1004, 'balance must be positive with at most 2 decimals');
  }
  // [ASSUMED] as for card_unique_no; both codes are the sandbox's own.
  if (merchant.transfers.has(uniqueNo)) throw new Refused(3902);
  const amount = centsOf(amountText);
  if (type === 'Out' && holder.cents < amount) throw new Refused(3901);
  const before = holder.cents;
  holder.cents += type === 'In' ? amount : -amount;
  const now = world.clock.now();
  const transferNo = orderNumber(world.state, 'T', now);
  const { cardholderNo } = holder;
  merchant.transfers.set(uniqueNo, {
    transferNo,
    uniqueNo,
    cardholderNo,
    type,
    amount,
    before,
    after: holder.cents,
    createdAt: now,
  });
  world.journal.effect({
    provider: 'keysecure',
    operation: 'account/transfer',
    reference: uniqueNo,
    effect: 'money_moved',
    subject: cardholderNo,
  });
  return {
    transfer_no: transferNo,
    transfer_unique_no: uniqueNo,
    before_balance: decimal(before),
    after_balance: decimal(holder.cents),
  };
}

/** keysecure.md §6.16; members after `usd_bonus_balance` are unknown. */
export function accountInfo(call: Call): unknown {
  const { cardholderNo, cents } = cardholderOf(call, call.pathNo);
  const balance = decimal(cents);
  const account = { cardholder_no: cardholderNo, symbol: 'TUSDT', symbol_chain: '', balance, usd_balance: balance };
  return { list: [{ ...account, bonus_balance: '0.00', usd_bonus_balance: '0.00' }] };
}

/** keysecure.md §6.17: the members of a row are [ASSUMED] there. */
export function listTransfers(call: Call): unknown {
  const window = windowOf(call);
  const numbers = numbersOf(call);
  const cardholderNo = optionalText(call, 'cardholder_no');
  const transferNo = optionalText(call, 'transfer_no');
  const uniqueNo = optionalText(call, 'transfer_unique_no');
  const found = [...call.merchant.transfers.values()].filter(
    (one) =>
      within(window, one.createdAt) &&
      (cardholderNo === undefined || one.cardholderNo === cardholderNo) &&
      (transferNo === undefined || one.transferNo === transferNo) &&
      (uniqueNo === undefined || one.uniqueNo === uniqueNo),
  );
  return pageOf(
    numbers,
    found.toReversed().map((one) => ({
      transfer_no: one.transferNo,
      transfer_unique_no: one.uniqueNo,
      cardholder_no: one.cardholderNo,
      type: one.type,
      balance: decimal(one.amount),
      before_balance: decimal(one.before),
      after_balance: decimal(one.after),
      status: 'Success',
      time: one.createdAt,
    })),
  );
}
