import type { verifyBindingSchema } from '@card-gateway/contract';
import { Secret, toPublicId, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { ProblemError } from '../problem.ts';
import { findById } from '../ledger/store.ts';
import { attemptOf, isUnreadable, resolveWrite } from '../ledger/resolve.ts';
import { writeAct, type WriteRequest } from '../ledger/write.ts';
import { requireUserIp, valueOf } from '../provider-read.ts';
import type { Services } from '../services.ts';
import { lookUpBound, resolvesBy } from './reconciliation.ts';
import { recordVerifying } from './challenge-store.ts';
import { type BindingRow, getBinding } from './store.ts';
import { verifiedFrom, verifyBindingKind } from './verify-binding-outcome.ts';

type Answer = z.output<typeof verifyBindingSchema>;

/** Submits the user's SMS code to the provider, once per Idempotency-Key; the code itself is never stored. */
export const verifyBinding = writeAct(verifyBindingKind, async (services, write, publicId: string, answer: Answer) => {
  const id = uuidOf('binding', publicId);
  const row = await getBinding(services.pool, write.caller.tenant, id);
  if (row === null) throw new ProblemError('not-found', 'There is no such binding.');
  const account = services.accounts.ofResource(write.caller, row);
  const binding = facetOf(account, 'binding');
  const userIp = requireUserIp(binding.needsUserIp, answer.userIp, '/userIp');
  const challenge = requireAwaitingCode(row);
  return {
    account,
    resourceId: id,
    resolvesBy: resolvesBy(account),
    ...(isCodeUnknown(row) && { reconcile: () => reconcileEarlierCode(services, account, row, write, userIp) }),
    record: recordVerifying,
    atOnce: verifiedFrom(row),
    unfit: () =>
      new ProblemError('illegal-state', 'Another code for this binding is being checked, or has resolved it.', {
        retryAfterSeconds: 1,
      }),
    // Each code has its own reference: reusing one could return the first result again.
    send: (call, operationId) =>
      binding.verify(
        {
          reference: toPublicId('operation', operationId),
          user: row.userRef,
          challenge,
          code: new Secret(answer.code),
          userIp,
        },
        call,
      ),
  };
});

/** The provider's id of the SMS. @throws ProblemError 409 if the binding does not await a code */
function requireAwaitingCode(row: BindingRow): string {
  if (row.status === 'awaiting_code' && row.challengeRef !== null) return row.challengeRef;
  throw new ProblemError(
    'illegal-state',
    `The binding is "${row.status}"; a code is taken only while it is "awaiting_code".`,
  );
}

/** Whether the outcome of an earlier code is unknown. */
function isCodeUnknown({ operationType, operationState }: BindingRow): boolean {
  return operationType === verifyBindingKind.type && operationState === 'unknown';
}

/** An earlier unknown code may have bound the card: this is checked before another code is sent. */
async function reconcileEarlierCode(
  services: Services,
  account: OpenAccount,
  row: BindingRow,
  write: WriteRequest,
  userIp: string | null,
): Promise<void> {
  const operation = row.operationId === null ? null : await findById(services.pool, row.operationId);
  if (operation === null) return;
  const startedAt = new Date(services.now());
  const lookUp = await account.read(write.work, (call) => lookUpBound(services, account, operation, call, userIp));
  if (lookUp === null || lookUp.kind === 'absent' || lookUp.kind === 'superseded') return;
  // An unreadable list must not block the user for ever; the provider recognises an older code.
  if (isUnreadable(lookUp)) return;
  valueOf(account, lookUp);
  const attempt = attemptOf('look-up', lookUp, startedAt, new Date(services.now()));
  await resolveWrite(services, verifyBindingKind, operation, lookUp, 'look-up', attempt, write.requestId);
  throw new ProblemError('illegal-state', 'An earlier code was accepted: the binding is "bound".');
}
