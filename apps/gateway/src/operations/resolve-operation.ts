import type { resolveOperationSchema } from '@card-gateway/contract';
import { type Outcome, type Refusal, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { recordAudit } from '../audit/store.ts';
import { ProblemError } from '../http/problem.ts';
import type { WriteKind, WriteKinds } from '../ledger/kind.ts';
import { confirmStored } from '../ledger/replay.ts';
import { attemptOf, settleByPerson } from '../ledger/settle.ts';
import { findById, findByKey, isTakenReference, type Key, type OperationRow } from '../ledger/store.ts';
import type { WriteAnswer, WriteRequest } from '../ledger/write.ts';
import type { Services } from '../services.ts';
import { readOperation } from './read-operations.ts';
import { findResolution, findResolutionByKey, insertResolution, isTakenKey } from './resolution-store.ts';

type Word = z.output<typeof resolveOperationSchema>;
type Settled<Value> = Extract<Outcome<Value>, { kind: 'done' | 'refused' }>;

/**
 * Settles a write of unknown outcome by the word of a person. The same word again is answered the same; any other comes
 * too late.
 *
 * @throws ProblemError 404, 409 unless the outcome is unknown, 400 when the provider's id is needed
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
  const word = { ...body, reason: withoutCardNumbers(body.reason) };
  const id = uuidOf('operation', publicId);
  await requireOwnKey(services, write, key, id);
  const operation = await findById(services.pool, id);
  const kind = kinds.find(({ type }) => type === operation?.type);
  if (operation === null || operation.tenant !== tenant || kind === undefined) {
    throw new ProblemError('not-found', 'There is no such operation.');
  }
  const isNew = operation.state === 'unknown' && (await settle(services, kind, write, operation, word, publicId));
  if (!isNew) await requireSameWord(services, id, word);
  const view = await readOperation(services, write.caller, publicId);
  return { status: 200, body: view, replayed: !isNew, location: null };
}

/** False when something else has settled it meanwhile. */
async function settle(
  services: Services,
  kind: WriteKind<unknown>,
  write: WriteRequest,
  operation: OperationRow,
  word: Word,
  publicId: string,
): Promise<boolean> {
  const { tenant, caller, keyId } = write.caller;
  const at = new Date(services.now());
  const outcome = await outcomeOf(services, kind, operation, word);
  const attempt = attemptOf('person', outcome, at, at);
  try {
    const answer = await settleByPerson(services, kind, operation, outcome, attempt, async (client) => {
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
      await recordAudit(client, {
        at,
        tenant,
        caller,
        keyId,
        action: 'operation.resolve',
        resource: publicId,
        purpose: word.reason,
        requestId: write.requestId,
      });
    });
    return answer !== null;
  } catch (error) {
    if (isTakenKey(error)) throw reusedKey();
    if (!isTakenReference(error)) throw error;
    throw new ProblemError('illegal-state', 'The id that was given for it belongs to another resource.', {
      errors: [{ pointer: '/providerRef', detail: 'expected an id of the provider that no other resource here has' }],
    });
  }
}

/** What a person says of a refusal: that nothing happened. */
const foundNothing: Refusal = {
  reason: 'declined',
  code: null,
  message: 'a person found out that nothing happened at the provider',
};

async function outcomeOf(
  services: Services,
  kind: WriteKind<unknown>,
  operation: OperationRow,
  { outcome, providerRef }: Word,
): Promise<Settled<unknown>> {
  if (outcome === 'refused') return { kind: 'refused', refusal: foundNothing, evidence: null };
  const resolved = await kind.resolved(services.pool, operation, providerRef ?? null);
  if (resolved?.kind === 'done') return resolved;
  const detail = "expected the provider's id of what came of the write: it is not known here yet";
  throw new ProblemError('invalid-request', `/providerRef: ${detail}`, {
    errors: [{ pointer: '/providerRef', detail }],
  });
}

/** @throws ProblemError 422 when the key was first used with another request */
async function requireOwnKey(services: Services, write: WriteRequest, key: Key, id: string): Promise<void> {
  const earlier = await findResolutionByKey(services.pool, key);
  const hash = earlier?.operationId === id ? earlier.requestHash : null;
  if (earlier !== null && (hash === null || !services.sealing.isHashOf(hash, write))) throw reusedKey();
  if (earlier === null && (await findByKey(services.pool, key)) !== null) throw reusedKey();
}

function reusedKey(): ProblemError {
  return new ProblemError('idempotency-key-reused', 'This Idempotency-Key was first used with another request.', {
    errors: [{ pointer: 'header/Idempotency-Key', detail: 'expected a new key for a new request' }],
  });
}

/** @throws ProblemError 409 unless a person has said the same before */
async function requireSameWord(services: Services, id: string, word: Word): Promise<void> {
  const said = await findResolution(services.pool, id);
  const isSame =
    said?.outcome === word.outcome && said.reason === word.reason && said.providerRef === (word.providerRef ?? null);
  if (isSame) return confirmStored(services);
  throw new ProblemError('illegal-state', 'Only an operation of unknown outcome can be resolved.');
}

/** A person may write down anything, a card number too. */
function withoutCardNumbers(reason: string): string {
  return reason.replaceAll(/\d(?:[ -]?\d){11,}/g, '***');
}
