import { done, newUuid, type Outcome, type ProviderCall, refused, type ResolvesBy } from '@card-gateway/core';
import type { PoolClient } from 'pg';
import type { OpenAccount } from '../accounts/accounts.ts';
import type { Services } from '../services.ts';
import { leastProviderMs } from '../setting-faults.ts';
import { workLeftMs } from '../work.ts';
import type { WriteKind } from './kind.ts';
import { type Finding, recordLater, recordOutcome } from './record.ts';
import { hasPassed, repeat, replay, requireSame } from './replay.ts';
import type { WriteAnswer, WriteRequest } from './request.ts';
import { attemptOf, failedToTell, recordingMs } from './resolve.ts';
import { claim, findByKey, isUnconfirmed, type Key, type OperationRow } from './store.ts';

export type { LookUp, When, WriteKind } from './kind.ts';
export type { WriteAnswer, WriteRequest } from './request.ts';

/** A validated order, ready to be recorded and sent. */
export type Order<Value> = RecordedOrder & (SentOrder<Value> | DoneOrder<Value>);

interface RecordedOrder {
  readonly account: OpenAccount;
  readonly resourceId: string;
  /** How a lost answer would be reconciled. */
  readonly resolvesBy: ResolvesBy;
  /** Inserts the resource, or returns the id of another one that replaces it. */
  readonly insert: (client: PoolClient, operationId: string, at: Date) => Promise<string | void>;
}

interface SentOrder<Value> {
  readonly send: (call: ProviderCall, operationId: string) => Promise<Outcome<Value>>;
}

/** The provider is not called now, so the account needs no free slot and no closed circuit. */
interface DoneOrder<Value> {
  readonly done: Value;
}

/**
 * An act that writes, once per Idempotency-Key.
 *
 * @param prepare validates the request and builds the order; it runs only for a new key
 */
export function writeAct<Value, Question extends unknown[]>(
  kind: WriteKind<Value>,
  prepare: (services: Services, write: WriteRequest, ...question: Question) => Promise<Order<Value>>,
): (services: Services, write: WriteRequest, ...question: Question) => Promise<WriteAnswer> {
  return (services, write, ...question) =>
    writeOnce(services, kind, write, () => prepare(services, write, ...question));
}

/**
 * Executes a write once per Idempotency-Key: record, call, resolve. A repeat gets the first answer, or 409 while the first
 * request is in progress. Nothing is sent before its record is committed, and no transaction is open during the call.
 *
 * @param prepare validates the request and builds the order; it runs only for a new key
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
    // The same request may have taken the key meanwhile and changed what is validated: then this is its repeat.
    const first = await findByKey(services.pool, key);
    if (first === null || first.id === earlier?.id) throw error;
    return repeat(services, kind, request, first);
  }
  const attempt = { request, key, earlier, order };
  const sent =
    'done' in order
      ? await recordAndSend(services, kind, attempt, async () => doneInTime(services, request, order))
      : await order.account.write(request.work, (begin) =>
          recordAndSend(services, kind, attempt, (id) => sendOrder(order, begin(), id)),
        );
  if (sent === null) {
    const winner = await findByKey(services.pool, key);
    if (winner === null) throw new Error('The operation that took this key is gone.');
    return repeat(services, kind, request, winner);
  }
  return recordOutcome(services, kind, sent.operation, sent.finding);
}

interface WriteAttempt {
  readonly request: WriteRequest;
  readonly key: Key;
  readonly earlier: OperationRow | null;
  readonly order: RecordedOrder;
}

/** A write that was sent, or certainly not sent because no time was left after its record. */
interface Sent<Value> {
  readonly operation: OperationRow;
  readonly finding: Finding<Value>;
}

/** Records the order, then sends it. Null if its key is taken: then it did neither. */
async function recordAndSend<Value>(
  services: Services,
  kind: WriteKind<Value>,
  { request, key, earlier, order }: WriteAttempt,
  send: (operationId: string) => Promise<Outcome<Value>>,
): Promise<Sent<Value> | null> {
  const createdAt = new Date(services.now());
  const id = newUuid(services.now());
  const recorded = claim(
    services.pool,
    {
      ...key,
      id,
      requestHash: services.sealing.hashRequest(request),
      type: kind.type,
      provider: order.account.provider,
      account: order.account.name,
      resourceId: order.resourceId,
      resolvesBy: order.resolvesBy,
      createdAt,
      leaseUntil: new Date(createdAt.getTime() + services.config.PROVIDER_WRITE_TIMEOUT_MS + recordingMs),
    },
    earlier,
    (client) => order.insert(client, id, createdAt),
  );
  const found = (outcome: Outcome<Value>, startedAt: number): Finding<Value> => ({
    outcome,
    attempt: attemptOf('send', outcome, new Date(startedAt), new Date(services.now())),
    requestId: request.requestId,
  });
  const notSent = (message: string) => found(refused('not_sent', { message }), services.now());
  const operation = await recorded.catch((error: unknown) => {
    // The record may still surface, and only this process knows that nothing was sent: otherwise it would stay unknown for
    // days.
    if (isUnconfirmed(error)) recordLater(services, kind, id, notSent('its record was not confirmed'));
    throw error;
  });
  if (operation === null) return null;

  const startedAt = services.now();
  return { operation, finding: found(await send(id), startedAt) };
}

/** Its caller, too, must have the time to learn that it is recorded. */
function doneInTime<Value>({ config }: Services, { work }: WriteRequest, order: DoneOrder<Value>): Outcome<Value> {
  const hasTime = workLeftMs(work) - config.HTTP_RECORDING_RESERVE_MS >= leastProviderMs;
  return hasTime ? done(order.done) : refused('not_sent', { message: 'no time left' });
}

/** An adapter does not throw for what a provider does; if its code fails nevertheless, the order may have been sent. */
async function sendOrder<Value>(
  order: SentOrder<Value>,
  call: ProviderCall | null,
  id: string,
): Promise<Outcome<Value>> {
  if (call === null) return refused('not_sent', { message: 'no time left' });
  return Promise.try(order.send, call, id).catch((error: unknown) => failedToTell('the adapter failed', error));
}
