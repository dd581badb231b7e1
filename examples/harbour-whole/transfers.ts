import { done, type MovementStatus, type TransfersFacet, unknown } from '@card-gateway/core';
import type { Ask } from '../harbour/packages/adapter-harbour/client.ts';
import { balances, transfer } from './wire.ts';

const states: ReadonlyMap<string, MovementStatus> = new Map([
  ['open', 'pending'],
  ['done', 'succeeded'],
]);

/** Harbour keeps its idempotency keys for a day. */
const keptMs = 86_400_000;

/** Harbour's transfers. It has no list of them: a lost answer is resolved by resending the order under its key. */
export function transfersFacet(ask: Ask): TransfersFacet {
  return {
    currency: 'USD',
    decimals: 2,
    reconciliation: { by: 'same-key', withinMs: keptMs },
    send: ({ reference, cardholderRef, direction, amount }, call) =>
      ask(
        {
          operation: 'transfer',
          method: 'POST',
          path: 'transfers',
          // An order repeated under its key within a day is executed only once and gets the first answer again (§1.2).
          headers: { 'idempotency-key': reference },
          body: { reference, holder: cardholderRef, direction, amount },
          data: transfer,
          interpret: (row, evidence, { status }) => {
            if (status !== 201 || row.reference !== reference) return unknown('unreadable_answer', evidence);
            const state = row.state ?? null;
            const movement = states.get(state ?? '') ?? 'unrecognized';
            return done(
              { providerRef: row.id, ourReference: reference, status: movement, providerStatus: state },
              evidence,
            );
          },
        },
        call,
      ),
    balances: (cardholderRef, call) =>
      ask(
        {
          operation: 'balances',
          method: 'GET',
          path: 'holders/{id}/balances',
          id: cardholderRef,
          data: balances,
          interpret: ({ data }, evidence) =>
            done(
              data.read.map((row) => ({ ...row, chain: null, usdValue: null, bonus: null, bonusUsdValue: null })),
              evidence,
            ),
        },
        call,
      ),
  };
}
