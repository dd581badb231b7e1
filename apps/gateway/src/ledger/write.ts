import { setTimeout as wait } from 'node:timers/promises';
import { newUuid, type Outcome, type ProviderCall, refused, toPublicId } from '@card-gateway/core';
import type { PoolClient } from 'pg';
import type { OpenAccount } from '../accounts/accounts.ts';
import { isDatabaseFailure, ProblemError } from '../http/problem.ts';
import { type Services, tooLate, writeCall } from '../services.ts';
import type { WriteKind } from './kind.ts';
import { hasPassed, repeat, replay, requireSame } from './replay.ts';
import type { WriteAnswer, WriteRequest } from './request.ts';
import { attemptOf, contradiction, failedToTell, recordingMs, settleOperation } from './settle.ts';
import {
  type Attempt,
  claim,
  findById,
  findByKey,
  isTakenReference,
  type Key,
  type OperationRow,
  type StoredAnswer,
} from './store.ts';

export type { LookUp, When, WriteKind } from './kind.ts';
export type { WriteAnswer, WriteRequest } from './request.ts';

/** A checked order, ready to be recorded and sent. */
export interface Order<Value> {
  readonly account: OpenAccount;
  readonly resourceId: string;
  readonly insert: (client: PoolClient, operationId: string, at: Date) => Promise<void>;
  readonly send: (call: ProviderCall, operationId: string) => Promise<Outcome<Value>>;
  /** The provider is not called now, so that it need be neither free nor well. */
  readonly callsNobody?: true;
}

/**
 * Does a write once per Idempotency-Key: record, call, settle. A repeat gets the first answer, or 409 while the first is
 * still running; nothing is sent before its record is committed, and no transaction is open during the call.
 *
 * @param prepare checks the request and makes the order; it runs only for a key that is new
 */
export async function writeOnce<Value>(
  services: Services,
  kind: WriteKind<Value>,
  request: WriteRequest,
  prepare: () => Promise<Order<Value>>,
): Promise<WriteAnswer> {
  const { tenant, caller } = request.caller;
  const key: Key = { tenant, caller, idempotencyKey: request.idempotencyKey };
  const earlier = await findByKey(services.pool, key);
  if (earlier !== null) requireSame(services, kind, request, earlier);
  if (earlier !== null && !hasPassed(earlier)) return replay(services, kind, earlier);

  let order: Order<Value>;
  try {
    order = await prepare();
  } catch (error) {
    // The same request may have taken the key meanwhile and changed what is checked: then this is its repeat.
    const first = await findByKey(services.pool, key);
    if (first === null || first.id === earlier?.id) throw error;
    return repeat(services, kind, request, first);
  }
  const sent = await withPlace(services, order, () => recordAndSend(services, kind, request, key, earlier, order));
  if (sent === null) {
    const winner = await findByKey(services.pool, key);
    if (winner === null) throw new Error('The operation that took this key is gone.');
    return repeat(services, kind, request, winner);
  }
  return settleAnswer(services, kind, request, sent.operation, sent.outcome, sent.attempt);
}

/**
 * Waits for a place at the account, which is given back once the provider has answered.
 *
 * @throws ProblemError 503 or 504 before anything is recorded: no place, a provider that keeps failing, too little time
 */
function withPlace<T>(
  services: Services,
  { account, callsNobody }: Order<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  if (callsNobody === true) return work();
  const { timeoutMs } = writeCall(services, undefined) ?? tooLate();
  return account.admitted(timeoutMs, () => {
    // The wait may have taken what time there was.
    if (writeCall(services, undefined) === null) tooLate();
    return work();
  });
}

/** A write that was sent, or, where no time was left for that after its record, certainly not. */
interface Sent<Value> {
  readonly operation: OperationRow;
  readonly outcome: Outcome<Value>;
  readonly attempt: Attempt;
}

/** Records the order, then sends it. Null when its key is taken: then neither was done. */
async function recordAndSend<Value>(
  services: Services,
  kind: WriteKind<Value>,
  request: WriteRequest,
  key: Key,
  earlier: OperationRow | null,
  order: Order<Value>,
): Promise<Sent<Value> | null> {
  const createdAt = new Date(services.now());
  const id = newUuid(services.now());
  const operation = await claim(
    services.pool,
    {
      ...key,
      id,
      requestHash: services.sealing.hashRequest(request.text),
      type: kind.type,
      provider: order.account.provider,
      account: order.account.name,
      resourceId: order.resourceId,
      settlesBy: kind.settlesBy(order.account),
      createdAt,
      leaseUntil: new Date(createdAt.getTime() + services.config.PROVIDER_WRITE_TIMEOUT_MS + recordingMs),
    },
    earlier,
    (client) => order.insert(client, id, createdAt),
  );
  if (operation === null) return null;

  const startedAt = new Date(services.now());
  const call = writeCall(services, request.traceparent);
  const outcome = call === null ? refused('not_sent', { message: 'no time left' }) : await sendOrder(order, call, id);
  return { operation, outcome, attempt: attemptOf('send', outcome, startedAt, new Date(services.now())) };
}

/** An adapter does not throw for what a provider does; should its code fail, the order may be out all the same. */
function sendOrder<Value>(order: Order<Value>, call: ProviderCall, id: string): Promise<Outcome<Value>> {
  return Promise.try(order.send, call, id).catch((error: unknown) => failedToTell('the adapter failed', error));
}

/** Records the outcome of a call that was made. Should the database be away, the write stays recorded as sent. */
async function settleAnswer<Value>(
  services: Services,
  kind: WriteKind<Value>,
  request: WriteRequest,
  operation: OperationRow,
  outcome: Outcome<Value>,
  attempt: Attempt,
): Promise<WriteAnswer> {
  const giveUpAt = performance.now() + longestRecordingMs;
  let known = outcome;
  for (let tried = 0; ; tried += 1) {
    try {
      const answer = await settleOperation(services, kind, operation, known, 'answer', attempt, request.requestId);
      if (answer !== null) return answered(answer, known, operation.id);
      const settled = await findById(services.pool, operation.id);
      if (settled === null) throw new Error('The operation is gone.');
      // Evidence was quicker: what it settled to is the first request's answer, and not a repeat's.
      return { ...(await replay(services, kind, settled)), replayed: false };
    } catch (error) {
      const mayPass = error instanceof Error && isDatabaseFailure(error);
      if (isTakenReference(error) && known.kind === 'done') known = contradiction(known.evidence);
      else if (!mayPass || performance.now() > giveUpAt) throw unrecorded(operation.id, error);
      else await wait(Math.min(100 * 2 ** tried, 1000));
    }
  }
}

/** An answer is too good to be thrown away for a database that is back in a moment. Less than a sweep's patience. */
const longestRecordingMs = 10_000;

function answered(answer: StoredAnswer, outcome: Outcome<unknown>, operationId: string): WriteAnswer {
  const location = outcome.kind === 'unknown' ? `/v1/operations/${toPublicId('operation', operationId)}` : null;
  return { ...answer, replayed: false, location };
}

/** The provider was called, so that whatever fails now must not look as if it had not been. */
function unrecorded(operationId: string, cause: unknown): ProblemError {
  if (cause instanceof ProblemError) return cause;
  const mayPass = cause instanceof Error && isDatabaseFailure(cause);
  return new ProblemError(
    mayPass ? 'database-unavailable' : 'internal-error',
    'The provider was called, but the outcome could not be recorded yet. Repeat with the same Idempotency-Key to learn it.',
    { outcome: 'unknown', operation: toPublicId('operation', operationId), retryAfterSeconds: 5 },
    cause,
  );
}
