import { doneIf, type Rows } from '@card-gateway/adapter-kit';
import {
  type Decimal,
  done,
  type Evidence,
  type Outcome,
  type ProviderBalance,
  type ProviderTransfer,
  refused,
  type TransferDirection,
  type TransferOrder,
  type TransfersFacet,
  unknown,
} from '@card-gateway/core';
import type { Ask } from './client.ts';
import { longestUniqueNumber } from './issuing.ts';
import { reconciledByNumber } from './look-up.ts';
import type { KeySecureSettings } from './settings.ts';
import { movementWords } from './transactions.ts';
import {
  accountData,
  instantOf,
  listOf,
  transferData,
  transferSent,
  type WireAccount,
  type WireTransfer,
  type WireTransferSent,
} from './wire.ts';

/** keysecure.md §9, set 8.9; seen from the cardholder's account. */
const types: Readonly<Record<TransferDirection, string>> = { in: 'In', out: 'Out' };
const directions: ReadonlyMap<string, TransferDirection> = new Map([
  ['In', 'in'],
  ['Out', 'out'],
]);

/** A positive amount with at most two decimals (keysecure.md §6.15). */
const amountShape = /^(?!0+(?:\.0+)?$)\d+(?:\.\d{1,2})?$/;

const accountList = listOf(accountData);

/** Moves value to and from cardholders, and reads their balances: credit mode only (keysecure.md §6.15–6.17). */
export function transfersFacet(ask: Ask, settings: KeySecureSettings): TransfersFacet {
  return {
    currency: 'TUSDT',
    decimals: 2,

    async send(order, call) {
      if (order.reference.length > longestUniqueNumber) {
        return refused('invalid_request', { message: 'the reference is longer than 64 characters' });
      }
      if (!amountShape.test(order.amount)) {
        return refused('invalid_request', { message: 'expected a positive amount with at most 2 decimals' });
      }
      return await ask(
        {
          method: 'POST',
          path: 'account/transfer',
          effect: 'write',
          body: {
            cardholder_no: order.cardholderRef,
            transfer_unique_no: order.reference,
            type: types[order.direction],
            // The amount to move, despite its name (§12, trap 8).
            balance: order.amount,
          },
          data: transferSent,
          interpret: (data, evidence) =>
            doneIf(data.transfer_unique_no === order.reference, toSent(data, order), evidence),
        },
        call,
      );
    },

    reconciliation: reconciledByNumber(ask, settings, {
      path: 'account/transfer/list',
      number: 'transfer_unique_no',
      row: transferData,
      value: toTransfer,
    }),

    async balances(cardholderRef, call) {
      return await ask(
        {
          method: 'GET',
          path: 'account/{id}/info',
          id: cardholderRef,
          effect: 'read',
          data: accountList,
          interpret: ({ list }, evidence) => balancesOf(list, cardholderRef, evidence),
        },
        call,
      );
    },
  };
}

/**
 * The answer to a transfer has no status (keysecure.md §6.15), although one can be pending or fail (§9, set 8.1). It counts as
 * succeeded if the balances before and after show that the amount has moved, and as pending until then.
 */
function toSent(data: WireTransferSent, order: TransferOrder): ProviderTransfer {
  const before = data.before_balance;
  const after = data.after_balance;
  const [less, more] = order.direction === 'in' ? [before, after] : [after, before];
  return {
    providerRef: data.transfer_no,
    ourReference: data.transfer_unique_no,
    status: isSum(more, less, order.amount) ? 'succeeded' : 'pending',
    providerStatus: null,
    cardholderRef: order.cardholderRef,
    direction: order.direction,
    amount: order.amount,
    ...(before === undefined ? {} : { balanceBefore: before }),
    ...(after === undefined ? {} : { balanceAfter: after }),
  };
}

function isSum(sum: Decimal | null | undefined, one: Decimal | null | undefined, other: Decimal): boolean {
  if (sum === undefined || sum === null || one === undefined || one === null) return false;
  const decimals = Math.max(...[sum, one, other].map((amount) => (amount.split('.')[1] ?? '').length));
  const units = (amount: Decimal): bigint => {
    const [whole = '', fraction = ''] = amount.split('.');
    return BigInt(whole + fraction.padEnd(decimals, '0'));
  };
  return units(sum) === units(one) + units(other);
}

/** A row of account/transfer/list. Its members are not published: missing members and unknown values are left open (§6.17). */
function toTransfer(row: WireTransfer): ProviderTransfer {
  const direction = directions.get(row.type ?? '');
  return {
    providerRef: row.transfer_no,
    ourReference: row.transfer_unique_no ?? null,
    status: movementWords.get(row.status ?? '') ?? 'unrecognized',
    providerStatus: row.status ?? null,
    ...(row.cardholder_no ? { cardholderRef: row.cardholder_no } : {}),
    ...(direction === undefined ? {} : { direction }),
    ...(row.balance ? { amount: row.balance } : {}),
    ...(row.before_balance === undefined ? {} : { balanceBefore: row.before_balance }),
    ...(row.after_balance === undefined ? {} : { balanceAfter: row.after_balance }),
    ...(row.time === undefined ? {} : { createdAt: instantOf(row.time) }),
  };
}

/** Another cardholder's accounts are rejected. */
function balancesOf(
  { read }: Rows<WireAccount>,
  cardholderRef: string,
  evidence: Evidence,
): Outcome<readonly ProviderBalance[]> {
  const rows = read.filter((row) => row.cardholder_no === cardholderRef);
  if (rows.length === 0 && read.length > 0) return unknown('unreadable_answer', evidence);
  return done(
    rows.map((row) => ({
      currency: row.symbol,
      chain: row.symbol_chain ?? null,
      amount: row.balance,
      usdValue: row.usd_balance ?? null,
      bonus: row.bonus_balance ?? null,
      bonusUsdValue: row.usd_bonus_balance ?? null,
    })),
    evidence,
  );
}
