import type { resolveOperationSchema } from '@card-gateway/contract';
import { uuidOf, withoutLongNumbers } from '@card-gateway/core';
import type { z } from 'zod';
import { entryOf, recordAudit } from '../audit/store.ts';
import { ProblemError } from '../problem.ts';
import type { WriteKind, WriteKinds } from '../ledger/kind.ts';
import { confirmStored, requireComparable } from '../ledger/replay.ts';
import { attemptOf, resolveByPerson } from '../ledger/resolve.ts';
import { findById, findByKey, isTakenReference, type Key, type OperationRow } from '../ledger/store.ts';
import type { WriteAnswer, WriteRequest } from '../ledger/write.ts';
import { notOurs } from '../ledger/word.ts';
import type { Services } from '../services.ts';
import { outcomeByWord } from './check-word.ts';
import { noSuchOperation, readOperation } from './read-operations.ts';
import { findResolution, findResolutionByKey, insertResolution, isTakenKey } from './resolution-store.ts';

type Word = z.output<typeof resolveOperationSchema>;

/**
 * Resolves an unknown write by a person's word. The same resolution sent again gets the same answer; a different one is too
 * late.
 *
 * @throws ProblemError 404, 403 if another caller must resolve it, 409 unless the outcome is unknown, and as {@link
 * outcomeByWord}
 */
export async function resolveOperation(
  services: Services,
  kinds: WriteKinds,
  write: WriteRequest,
  publicId: string,
  body: Word,
): Promise<WriteAnswer> {
  const { tenant, caller } = write.caller;
  const key: Key = { tenant, caller, idempotencyKey: write.idempotencyKey };
  const word = { ...body, reason: withoutLongNumbers(body.reason) };
  const id = uuidOf('operation', publicId);
  await requireOwnKey(services, write, key, id);
  const { type } = await readOperation(services, write.caller, publicId);
  const operation = await findById(services.pool, id);
  const kind = kinds.find((one) => one.type === type);
  if (operation === null || kind === undefined) throw noSuchOperation();
  if (
    services.config.RESOLVE_BY_OTHERS === 'required' &&
    operation.caller === caller &&
    operation.state === 'unknown'
  ) {
    throw new ProblemError('forbidden', 'The caller that made a write may not resolve it; another caller must.');
  }
  const isNew = operation.state === 'unknown' && (await applyWord(services, kind, write, operation, word, publicId));
  if (!isNew) await requireSameWord(services, id, word);
  const view = await readOperation(services, write.caller, publicId);
  return { status: 200, body: view, replayed: !isNew, location: null };
}

/** False if something else resolved it meanwhile. */
async function applyWord(
  services: Services,
  kind: WriteKind<unknown>,
  write: WriteRequest,
  operation: OperationRow,
  word: Word,
  publicId: string,
): Promise<boolean> {
  const { tenant, caller, keyId } = write.caller;
  const outcome = await outcomeByWord(services, kind, operation, word, write.work);
  const at = new Date(services.now());
  const attempt = attemptOf('person', outcome, at, at);
  try {
    const answer = await services.keys.inTurn(write.work, keyId, () =>
      resolveByPerson(services, kind, operation, outcome, attempt, async (client) => {
        await insertResolution(client, {
          operationId: operation.id,
          tenant,
          caller,
          apiKey: keyId,
          idempotencyKey: write.idempotencyKey,
          requestHash: services.sealing.hashRequest(write),
          outcome: word.outcome,
          reason: word.reason,
          providerRef: word.providerRef ?? null,
          resolvedAt: at,
        });
        const act = { action: 'operation.resolve', resource: publicId, purpose: word.reason } as const;
        await recordAudit(client, entryOf(write, at.getTime(), act));
      }),
    );
    return answer !== null;
  } catch (error) {
    if (isTakenKey(error)) throw reusedKey();
    if (!isTakenReference(error)) throw error;
    throw notOurs();
  }
}

/** @throws ProblemError 422 if the key was first used with another request, 500 if that cannot be determined */
async function requireOwnKey(services: Services, write: WriteRequest, key: Key, id: string): Promise<void> {
  const earlier = await findResolutionByKey(services.pool, key);
  const hash = earlier?.operationId === id ? earlier.requestHash : null;
  if (hash !== null) requireComparable(services, hash);
  if (earlier !== null && (hash === null || !services.sealing.isHashOf(hash, write))) throw reusedKey();
  if (earlier === null && (await findByKey(services.pool, key)) !== null) throw reusedKey();
}

function reusedKey(): ProblemError {
  return new ProblemError('idempotency-key-reused', 'This Idempotency-Key was first used with another request.', {
    errors: [{ pointer: 'header/Idempotency-Key', detail: 'expected a new key for a new request' }],
  });
}

/** @throws ProblemError 409 unless a person has already said the same */
async function requireSameWord(services: Services, id: string, word: Word): Promise<void> {
  const said = await findResolution(services.pool, id);
  const isSame =
    said?.outcome === word.outcome &&
    // An earlier version kept some numbers; without one, what stood beside it may read as another.
    [said.reason, withoutLongNumbers(said.reason)].includes(word.reason) &&
    said.providerRef === (word.providerRef ?? null);
  if (isSame) return confirmStored(services);
  throw new ProblemError('illegal-state', 'Only an operation with an unknown outcome can be resolved.');
}
