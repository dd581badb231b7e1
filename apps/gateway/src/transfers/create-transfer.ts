import { timeLeftMs } from '@card-gateway/adapter-kit';
import type { createTransferSchema } from '@card-gateway/contract';
import {
  done,
  type Evidence,
  instantOf,
  newUuid,
  type Outcome,
  type ProviderCall,
  type ProviderTransfer,
  refused,
  toPublicId,
  type TransfersFacet,
  unknown,
  uuidOf,
} from '@card-gateway/core';
import type { Pool } from 'pg';
import type { z } from 'zod';
import { facetOf } from '../accounts/accounts.ts';
import { changedJustNow, checkCardholder } from '../named-cardholders/check-cardholder.ts';
import { findCardholder } from '../named-cardholders/store.ts';
import { invalidRequest } from '../problem.ts';
import type { AtOnce, LookUp, ShownRefused, WriteKind } from '../ledger/kind.ts';
import { noOperation } from '../ledger/reference.ts';
import { isTransient } from '../ledger/replay.ts';
import { writeAct } from '../ledger/write.ts';
import {
  describeTransfer,
  endedAtOnce,
  endTransfer,
  failedAtOnce,
  failTransfer,
  getTransfer,
  type OrderedTransfer,
  recordTransfer,
} from './store.ts';
import { transferView } from './view.ts';

type Order = z.output<typeof createTransferSchema>;

/** How a transfer's outcome changes our record, and how a lost answer is reconciled: by our reference. */
export const createTransferKind: WriteKind<ProviderTransfer> = {
  type: 'createTransfer',
  successStatus: 201,
  apply: async (_services, client, operation, outcome, when) => {
    switch (outcome.kind) {
      case 'done':
        return endTransfer(client, operation.resourceId, outcome.value, when);
      case 'refused':
        return failTransfer(client, operation.resourceId, when.at);
      case 'unknown':
        return;
    }
  },

  view: async (client, operation) => {
    const row = await getTransfer(client, operation.tenant, operation.resourceId);
    if (row === null) throw new Error('The transfer of this operation is gone.');
    return transferView(row);
  },

  lookUp: async ({ pool, now }, account, operation, call): Promise<LookUp<ProviderTransfer> | ShownRefused | null> => {
    const transfers = account.adapter.transfers;
    if (transfers === undefined || transfers.reconciliation.by === 'person') return null;
    const { reconciliation } = transfers;
    if (reconciliation.by === 'same-key') {
      const isLate = now() + timeLeftMs(call) >= operation.createdAt.getTime() + reconciliation.withinMs;
      return isLate ? null : await sendAgain(pool, transfers, operation, call);
    }
    const reference = toPublicId('transfer', operation.resourceId);
    const askedAt = new Date(now());
    const outcome = await reconciliation.find({ reference, sentAt: operation.createdAt }, call);
    if (outcome.kind !== 'done') return outcome;
    if (!outcome.value.found) return { kind: 'absent' };
    if (!(await isOrdered(pool, operation, outcome.value.value))) {
      return unknown('unreadable_answer', { httpStatus: null, code: null, ...outcome.evidence, message: notOrdered });
    }
    await describeTransfer(pool, operation.resourceId, outcome.value.value, askedAt);
    const end = ended(outcome.value.value, outcome.evidence);
    return end.kind === 'refused' ? { kind: 'shown-refused', outcome: end } : end;
  },

  // No call reads a transfer by its own number, and the list filtered by ours was already read.
  resolved: async (_services, { providerRef }) =>
    providerRef === null ? null : done({ providerRef, ourReference: null, status: 'succeeded', providerStatus: null }),
};

/** Resends the same order under the same key: the provider executes it once, and repeats its first answer. */
async function sendAgain(
  pool: Pool,
  transfers: TransfersFacet,
  { tenant, resourceId }: { readonly tenant: string; readonly resourceId: string },
  call: ProviderCall,
): Promise<LookUp<ProviderTransfer> | ShownRefused | null> {
  const ordered = await getTransfer(pool, tenant, resourceId);
  const cardholder = ordered === null ? null : await findCardholder(pool, tenant, ordered.cardholderId);
  const cardholderRef = cardholder?.providerRef ?? null;
  if (ordered === null || cardholderRef === null) return null;
  const { direction, amount } = ordered;
  const reference = toPublicId('transfer', resourceId);
  const outcome = sent(await transfers.send({ reference, cardholderRef, direction, amount }, call));
  // A refusal of only this request says nothing about the first one.
  return outcome.kind === 'refused' && !isTransient(outcome.refusal.reason)
    ? { kind: 'shown-refused', outcome }
    : outcome;
}

const notOrdered = 'the record under our number is of another holder, direction or amount than was ordered';

/** Whether the provider's record, as far as it goes, matches the ordered transfer. */
async function isOrdered(
  pool: Pool,
  { tenant, resourceId }: { readonly tenant: string; readonly resourceId: string },
  { cardholderRef, direction, amount }: ProviderTransfer,
): Promise<boolean> {
  const ordered = await getTransfer(pool, tenant, resourceId);
  if (ordered === null) return false;
  const holder = await findCardholder(pool, tenant, ordered.cardholderId);
  return (
    (cardholderRef ?? holder?.providerRef) === holder?.providerRef &&
    (direction ?? ordered.direction) === ordered.direction &&
    withoutZeros(amount ?? ordered.amount) === withoutZeros(ordered.amount)
  );
}

function withoutZeros(amount: string): string {
  return amount.includes('.') ? amount.replace(/\.?0+$/, '') : amount;
}

/** The outcome in the provider's record of a transfer: only `succeeded` and `failed` are final. */
function ended(transfer: ProviderTransfer, evidence: Evidence | null): LookUp<ProviderTransfer> {
  switch (transfer.status) {
    case 'succeeded':
      return done(transfer, evidence);
    case 'failed':
      return refused('declined', {
        code: transfer.providerStatus,
        message: "the provider's record says that it failed",
        httpStatus: evidence?.httpStatus ?? null,
      });
    case 'pending':
      return { kind: 'absent' };
    case 'unrecognized':
      return unknown('unlisted_code', evidence);
  }
}

/** How the answer to an order changes the transfer, which nobody knew before. */
function movedAtOnce(transfer: OrderedTransfer): AtOnce<ProviderTransfer> {
  return (outcome, { at: updatedAt, askedAt: syncedAt }, { provider, account }) => {
    if (outcome.kind === 'refused') return { resolve: failedAtOnce };
    const { providerRef, providerStatus, balanceBefore = null, balanceAfter = null } = outcome.value;
    if (![balanceBefore, balanceAfter].every(isStoredAsWritten)) return null;
    const createdAt = new Date(instantOf(transfer.id));
    const said = { providerRef, status: 'succeeded', providerStatus, balanceBefore, balanceAfter } as const;
    const dates = { createdAt, updatedAt, syncedAt };
    return {
      resolve: endedAtOnce,
      own: {
        provider_ref: providerRef,
        provider_status: providerStatus,
        balance_before: balanceBefore,
        balance_after: balanceAfter,
      },
      view: transferView({ provider, account, ...transfer, ...said, ...dates, ...noOperation }),
    };
  };
}

/** Whether PostgreSQL keeps an amount digit by digit: no zeros before it. */
function isStoredAsWritten(amount: string | null): boolean {
  return amount === null || /^(0|-?[1-9]\d*)(\.\d+)?$/.test(amount);
}

/** Moves value at the account's provider, once per Idempotency-Key. */
export const createTransfer = writeAct(createTransferKind, async (services, { caller }, order: Order) => {
  const { tenant } = caller;
  const account = services.accounts.ofCaller(caller, order.account);
  const transfers = facetOf(account, 'transfers');
  checkAmount(order, transfers);
  const cardholderId = uuidOf('cardholder', order.cardholder);
  const id = newUuid(services.now());
  const { direction } = order;
  const { amount, currency } = order.amount;
  const transfer = { id, cardholderId, direction, amount, currency };
  const { record, named } = recordTransfer(transfer);
  return {
    account,
    resourceId: id,
    resolvesBy: transfers.reconciliation.by === 'person' ? 'person' : 'look-up',
    record,
    unfit: async () => {
      checkCardholder(account, await findCardholder(services.pool, tenant, cardholderId));
      return changedJustNow();
    },
    atOnce: movedAtOnce(transfer),
    send: async (call) => {
      const reference = toPublicId('transfer', id);
      return sent(await transfers.send({ reference, ...named(), direction, amount }, call));
    },
  };
});

/** A pending answer resolves nothing: the transfer is looked up. */
function sent(outcome: Outcome<ProviderTransfer>): Outcome<ProviderTransfer> {
  if (outcome.kind !== 'done') return outcome;
  const end = ended(outcome.value, outcome.evidence);
  return end.kind === 'absent' ? unknown('unlisted_code', outcome.evidence) : end;
}

/** @throws ProblemError 400 for an amount or currency that the provider cannot move */
function checkAmount({ amount: { amount, currency } }: Order, { currency: only, decimals }: TransfersFacet): void {
  const faults = [
    ...(currency === only
      ? []
      : [{ pointer: '/amount/currency', detail: `expected ${only}, the only one that is moved` }]),
    ...((amount.split('.')[1] ?? '').length <= decimals
      ? []
      : [{ pointer: '/amount/amount', detail: `expected at most ${decimals} decimals` }]),
  ];
  if (faults.length > 0) throw invalidRequest(...faults);
}
