import type { verifyBindingSchema } from '@card-gateway/contract';
import { type BindingVerified, done, Secret, toPublicId, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { ProblemError } from '../problem.ts';
import { findById } from '../ledger/store.ts';
import { attemptOf, isUnreadable, resolveWrite } from '../ledger/resolve.ts';
import { contradicted } from '../ledger/word.ts';
import { type WriteAnswer, type WriteKind, writeOnce, type WriteRequest } from '../ledger/write.ts';
import { requireUserIp, valueOf } from '../provider-read.ts';
import type { Services } from '../services.ts';
import { supersedeEarlierCodes } from './earlier-store.ts';
import { lookUpBound, resolvesBy, viewBinding } from './reconciliation.ts';
import { awaitCodeAgain, beginVerifying, endVerifying, markBound } from './challenge-store.ts';
import { type BindingRow, getBinding } from './store.ts';

/** How the outcome of a code changes the binding. A lost one leaves it awaiting a code: its last certain state. */
export function verifyBindingKind(services: Services): WriteKind<BindingVerified> {
  return {
    type: 'verifyBinding',
    successStatus: 200,
    resolvesBy,
    apply: async (client, operation, outcome, { at }) => {
      switch (outcome.kind) {
        case 'done':
          if (outcome.value.status !== 'bound') return endVerifying(client, operation, outcome.value.status, at);
          await supersedeEarlierCodes(client, operation, at);
          return markBound(client, operation.resourceId, at);
        case 'refused':
          return awaitCodeAgain(client, operation, outcome.refusal.reason === 'wrong_code', at);
        case 'unknown':
          return awaitCodeAgain(client, operation, false, at);
      }
    },
    view: viewBinding,
    lookUp: (account, operation, call) => lookUpBound(services, account, operation, call),
    resolved: async ({ isAbsent }) => {
      if (isAbsent) throw contradicted("The provider's list of what this user has bound does not show the card.");
      return done({ status: 'bound' });
    },
  };
}

/** Hands the user's SMS code to the provider, once per Idempotency-Key; the code itself is kept nowhere. */
export function verifyBinding(
  services: Services,
  write: WriteRequest,
  publicId: string,
  answer: z.output<typeof verifyBindingSchema>,
): Promise<WriteAnswer> {
  const kind = verifyBindingKind(services);
  return writeOnce(services, kind, write, async () => {
    const id = uuidOf('binding', publicId);
    const row = await getBinding(services.pool, write.caller.tenant, id);
    if (row === null) throw new ProblemError('not-found', 'There is no such binding.');
    const account = services.accounts.ofResource(write.caller, row);
    const binding = facetOf(account, 'binding');
    const userIp = requireUserIp(binding.needsUserIp, answer.userIp, '/userIp');
    const challenge = requireAwaitingCode(row);
    await reconcileEarlierCode(services, kind, account, row, write, userIp);
    return {
      account,
      resourceId: id,
      insert: async (client, operationId, at) => {
        if (!(await beginVerifying(client, id, operationId, at))) {
          throw new ProblemError(
            'illegal-state',
            'Another code for this binding is being checked, or has resolved it.',
            {
              retryAfterSeconds: 1,
            },
          );
        }
      },
      // Each code has a reference of its own: the same one twice would be answered with the first result again.
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
}

/** The provider's id of the SMS. @throws ProblemError 409 when the binding awaits no code */
function requireAwaitingCode(row: BindingRow): string {
  if (row.status === 'awaiting_code' && row.challengeRef !== null) return row.challengeRef;
  throw new ProblemError(
    'illegal-state',
    `The binding is "${row.status}"; a code is taken only while it is "awaiting_code".`,
  );
}

/** An earlier code without a known outcome may have bound the card: that is asked before another code is sent. */
async function reconcileEarlierCode(
  services: Services,
  kind: WriteKind<BindingVerified>,
  account: OpenAccount,
  row: BindingRow,
  write: WriteRequest,
  userIp: string | null,
): Promise<void> {
  if (row.operationId === null || row.operationType !== kind.type || row.operationState !== 'unknown') return;
  const operation = await findById(services.pool, row.operationId);
  if (operation === null) return;
  const startedAt = new Date(services.now());
  const lookUp = await account.read(write.work, (call) => lookUpBound(services, account, operation, call, userIp));
  if (lookUp === null || lookUp.kind === 'absent' || lookUp.kind === 'superseded') return;
  // A list that cannot be read would keep the user from binding the card for ever; the provider knows an older code.
  if (isUnreadable(lookUp)) return;
  valueOf(account, lookUp);
  const attempt = attemptOf('look-up', lookUp, startedAt, new Date(services.now()));
  await resolveWrite(services, kind, operation, lookUp, 'look-up', attempt, write.requestId);
  throw new ProblemError('illegal-state', 'An earlier code was accepted: the binding is "bound".');
}
