import { done, newUuid, type Outcome, type ProviderCall, refused, type ResolvesBy } from '@card-gateway/core';
import type { OpenAccount } from '../accounts/accounts.ts';
import type { Services } from '../services.ts';
import type { ProblemError } from '../problem.ts';
import { leastProviderMs } from '../setting-faults.ts';
import { workLeftMs } from '../work.ts';
import { claim, type Recording } from './claim-store.ts';
import type { AtOnce, WriteKind } from './kind.ts';
import { type Finding, recordLater, recordOutcome } from './record.ts';
import { hasPassed, replay, requireSame } from './replay.ts';
import type { WriteAnswer, WriteRequest } from './request.ts';
import { attemptOf, failedToTell, recordingMs } from './resolve.ts';
import { findByKey, isUnconfirmed, type Key, type OperationRow } from './store.ts';

export type { LookUp, When, WriteKind } from './kind.ts';
export type { WriteAnswer, WriteRequest } from './request.ts';

/** A validated order, ready to be recorded and sent. */
export type Order<Value> = RecordedOrder<Value> & (SentOrder<Value> | DoneOrder<Value>);

interface RecordedOrder<Value> extends Recording {
  readonly account: OpenAccount;
  readonly resourceId: string;
  /** How a lost answer would be reconciled. */
  readonly resolvesBy: ResolvesBy;
  /** What is wrong if the resource is not as it was seen, or what the write names is not there: then nothing is recorded. */
  readonly unfit?: () => ProblemError | Promise<ProblemError>;
  /** Asks the provider about an earlier write on the resource; only for a new key, before this one is recorded. */
  readonly reconcile?: () => Promise<void>;
  /** Without it, a transaction resolves the write. */
  readonly atOnce?: AtOnce<Value>;
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
 * @param prepare validates the request and builds the order from our records alone; a repeat may run it, too
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
 * The key is usually new, and recording it tells if it is not. So it is looked up first only where a repeat would otherwise wait
 * for a slot, or ask the provider.
 *
 * @param prepare validates the request and builds the order from our records alone; a repeat may run it, too
 */
export async function writeOnce<Value>(
  services: Services,
  kind: WriteKind<Value>,
  request: WriteRequest,
  prepare: () => Promise<Order<Value>>,
): Promise<WriteAnswer> {
  const { tenant, caller } = request.caller;
  const key: Key = { tenant, caller, idempotencyKey: request.idempotencyKey };
  const find = async (): Promise<OperationRow | null> => {
    const first = await findByKey(services.pool, key);
    if (first !== null) requireSame(services, kind, request, first);
    return first;
  };
  let order: Order<Value>;
  let earlier: OperationRow | null = null;
  try {
    order = await prepare();
    if (isFoundFirst(order, request)) {
      earlier = await find();
      if (earlier === null || hasPassed(earlier)) await order.reconcile?.();
    }
  } catch (error) {
    // The first request may have changed what is validated, and what it named may be gone: a repeat is answered all the same.
    const first = await find();
    if (first === null || hasPassed(first)) throw error;
    return replay(services, kind, first);
  }
  while (earlier === null || hasPassed(earlier)) {
    const sent = await recordAndSend(services, kind, { request, key, earlier, order });
    if (sent !== null) return recordOutcome(services, kind, sent.operation, sent.finding);
    const before: OperationRow | null = earlier;
    earlier = await find();
    if (earlier === null || earlier.id === before?.id) {
      throw (await order.unfit?.()) ?? new Error('The operation that took this key is gone.');
    }
    if (before !== null) break;
  }
  return replay(services, kind, earlier);
}

/** Whether a repeat should be recognised before anything else is done. */
function isFoundFirst<Value>(order: Order<Value>, { work }: WriteRequest): boolean {
  return order.reconcile !== undefined || ('send' in order && !order.account.isFree(work));
}

interface WriteAttempt<Value> {
  readonly request: WriteRequest;
  readonly key: Key;
  /** The write whose key this one takes over. */
  readonly earlier: OperationRow | null;
  readonly order: Order<Value>;
}

/** A write that was sent, or certainly not sent because no time was left after its record. */
interface Sent<Value> {
  readonly operation: OperationRow;
  readonly finding: Finding<Value>;
}

/** Records the order, then sends it, with a slot for the call. Null if its key is taken, or it does not fit: then it did neither. */
async function recordAndSend<Value>(
  services: Services,
  kind: WriteKind<Value>,
  attempt: WriteAttempt<Value>,
): Promise<Sent<Value> | null> {
  const { request, order } = attempt;
  if ('done' in order) {
    return services.keys.inTurn(request.work, request.caller.keyId, () =>
      recordThen(services, kind, attempt, async () => doneInTime(services, request, order)),
    );
  }
  return order.account.write(request.work, (begin) =>
    recordThen(services, kind, attempt, (id) => sendOrder(order, begin(), id)),
  );
}

async function recordThen<Value>(
  services: Services,
  kind: WriteKind<Value>,
  { request, key, earlier, order }: WriteAttempt<Value>,
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
      requestId: request.requestId,
      createdAt,
      leaseUntil: new Date(createdAt.getTime() + services.config.PROVIDER_WRITE_TIMEOUT_MS + recordingMs),
    },
    earlier,
    order,
  );
  const found = (outcome: Outcome<Value>, startedAt: number): Finding<Value> => ({
    outcome,
    attempt: attemptOf('send', outcome, new Date(startedAt), new Date(services.now())),
    requestId: request.requestId,
    atOnce: order.atOnce,
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
