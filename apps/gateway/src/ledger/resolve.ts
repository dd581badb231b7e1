import { type Evidence, type Outcome, type Refusal, type ResolvedBy, toPublicId, unknown } from '@card-gateway/core';
import type { PoolClient } from 'pg';
import { ProblemError, refusalProblem } from '../problem.ts';
import type { Services } from '../services.ts';
import { type AtOnce, type LookUp, type ResolvingOutcome, viewOf, type WriteKind } from './kind.ts';
import type { WriteEvent, Showed } from './machine.ts';
import { knownReference } from './reference.ts';
import type { Attempt, StoredAnswer } from './attempt-store.ts';
import { isResolvedAtOnce } from './resolve-store.ts';
import { isTakenReference, type OperationRow, applyEvent } from './store.ts';

/**
 * Applies what the provider said (the answer to the send, or a look-up that found it) and builds the write's answer. Only the
 * sender can report an unknown outcome. Null if the write is closed already.
 *
 * @param operation as last read; it may have changed since
 * @param requestId the request id stored with a refusal's problem
 */
export async function resolveWrite<Value>(
  services: Services,
  kind: WriteKind<Value>,
  operation: OperationRow,
  outcome: Outcome<Value>,
  by: Exclude<ResolvedBy, 'person'>,
  attempt: Attempt,
  requestId: string,
): Promise<StoredAnswer | null> {
  const event: WriteEvent =
    outcome.kind === 'unknown'
      ? { kind: 'answerLost', why: outcome.why, fence: operation.fence }
      : { kind: 'evidenceSeen', outcome: outcome.kind, by };
  return apply(services, kind, operation, event, outcome, attempt, requestId);
}

/**
 * Resolves a write that is still being sent by the answer to its call, in one statement. Null if nothing was changed, because
 * the write or its resource is no longer as it was recorded: then {@link resolveWrite} does, which reads everything again.
 */
export async function resolveAtOnce<Value>(
  services: Services,
  { successStatus }: Pick<WriteKind<Value>, 'successStatus'>,
  operation: OperationRow,
  outcome: Outcome<Value>,
  attempt: Attempt,
  requestId: string,
  atOnce: AtOnce<Value> | undefined,
): Promise<StoredAnswer | null> {
  if (outcome.kind === 'unknown') return null;
  const at = new Date(services.now());
  const change = atOnce?.(outcome, { at, askedAt: attempt.startedAt }, operation) ?? null;
  if (change === null) return null;
  const { id } = operation;
  const refusal = outcome.kind === 'refused' ? outcome.refusal : null;
  const answer =
    refusal === null
      ? { status: successStatus, body: { ...change.view, operation: knownReference(id, 'succeeded') } }
      : refusedAnswer(services, operation, refusal, requestId);
  const resolution = { id, refusal, answer, attempt, at, own: change.own ?? {} };
  return (await isResolvedAtOnce(services.pool, change.resolve, resolution)) ? answer : null;
}

/**
 * Resolves a write by evidence from elsewhere: a verified callback, a list, a card that was read again. False if it was closed
 * already, or if the record belongs to another resource: then a look-up, or a person, resolves it.
 */
export async function resolveByEvidence<Value>(
  services: Services,
  kind: WriteKind<Value>,
  operation: OperationRow,
  outcome: ResolvingOutcome<Value>,
  by: 'callback' | 'list',
  attempt: Attempt,
): Promise<boolean> {
  try {
    return (await resolveWrite(services, kind, operation, outcome, by, attempt, operation.id)) !== null;
  } catch (error) {
    if (isTakenReference(error)) return false;
    throw error;
  }
}

/** Marks a write whose sender is gone as unknown, because it may or may not have been sent, and queues its first look-up. */
export async function giveUp<Value>(
  services: Services,
  kind: WriteKind<Value>,
  operation: OperationRow,
): Promise<void> {
  await apply(services, kind, operation, { kind: 'leaseExpired' }, unknown('no_answer'), null, operation.id);
}

/** Acquires the look-up lease of a write; null if it needs no look-up, or another worker has the lease. */
export async function takeLookUp(
  services: Services,
  operation: OperationRow,
  leaseMs: number,
): Promise<OperationRow | null> {
  const event = { kind: 'lookUpStarted', leaseMs } as const;
  const at = new Date(services.now());
  const taken = await applyEvent(
    services.pool,
    { operation, event, at, refusal: null, attempt: null },
    async () => null,
  );
  return taken?.operation ?? null;
}

/** Stores a look-up that resolved nothing as evidence and queues the next one; ignored if another owner took the lease. */
export async function postpone(
  services: Services,
  operation: OperationRow,
  showed: Showed,
  attempt: Attempt | null,
  waitMs: number = 0,
): Promise<void> {
  const event = { kind: 'lookUpFinished', showed, fence: operation.fence, waitMs } as const;
  const at = attempt?.finishedAt ?? new Date(services.now());
  await applyEvent(services.pool, { operation, event, at, refusal: null, attempt }, async () => null);
}

/** Closes a write without an outcome for good, because a later one succeeded. */
export async function supersede(services: Services, operation: OperationRow, by: string): Promise<void> {
  const event = { kind: 'superseded', by } as const;
  const at = new Date(services.now());
  await applyEvent(services.pool, { operation, event, at, refusal: null, attempt: null }, async () => null);
}

/** Resolves a write by a person's word, which `keep` records in the same transaction. Null unless the write is unknown. */
export async function resolveByPerson<Value>(
  services: Services,
  kind: WriteKind<Value>,
  operation: OperationRow,
  outcome: ResolvingOutcome<Value>,
  attempt: Attempt,
  keep: (client: PoolClient) => Promise<void>,
): Promise<StoredAnswer | null> {
  const event = { kind: 'resolved', outcome: outcome.kind } as const;
  return apply(services, kind, operation, event, outcome, attempt, operation.id, keep);
}

async function apply<Value>(
  services: Services,
  kind: WriteKind<Value>,
  operation: OperationRow,
  event: WriteEvent,
  outcome: Outcome<Value>,
  attempt: Attempt | null,
  requestId: string,
  keep?: (client: PoolClient) => Promise<void>,
): Promise<StoredAnswer | null> {
  const at = new Date(services.now());
  const refusal = outcome.kind === 'refused' ? outcome.refusal : null;
  const resolved = await applyEvent(services.pool, { operation, event, at, refusal, attempt }, async (client, row) => {
    await kind.apply(services, client, row, outcome, { at, askedAt: attempt?.startedAt ?? at });
    const answer = await answerFor(services, kind, client, row, outcome, requestId);
    await keep?.(client);
    return answer;
  });
  return resolved?.answer ?? null;
}

async function answerFor<Value>(
  services: Services,
  kind: WriteKind<Value>,
  client: PoolClient,
  operation: OperationRow,
  outcome: Outcome<Value>,
  requestId: string,
): Promise<StoredAnswer> {
  switch (outcome.kind) {
    case 'done':
      return { status: kind.successStatus, body: await viewOf(kind, client, operation) };
    case 'refused': {
      if (operation.resolvedBy !== 'person') return refusedAnswer(services, operation, outcome.refusal, requestId);
      const problem = new ProblemError(
        'refused-by-provider',
        'A person found out that nothing happened at the provider.',
        { outcome: 'refused', operation: toPublicId('operation', operation.id) },
      );
      return services.problemAnswer(problem, requestId);
    }
    case 'unknown':
      return { status: 202, body: await viewOf(kind, client, operation) };
  }
}

function refusedAnswer(
  services: Services,
  { id, provider }: Pick<OperationRow, 'id' | 'provider'>,
  refusal: Refusal,
  requestId: string,
): StoredAnswer {
  return services.problemAnswer(refusalProblem(provider, refusal, toPublicId('operation', id)), requestId);
}

/** Part of the sender's lease after the call: until then the outcome may still be on its way to the ledger. */
export const recordingMs = 25_000;

/** Our own code failed while interpreting a provider's answer, so the outcome is unknown. Only the kind of error is kept. */
export function failedToTell(what: string, error: unknown): Outcome<never> {
  const name = error instanceof Error ? error.name : typeof error;
  return unknown('unreadable_answer', { httpStatus: null, code: null, message: `${what}: ${name}` });
}

/** Whether the provider itself sent an unreadable answer; an error page from infrastructure in front of it counts as silence. */
export function isUnreadable(outcome: Outcome<unknown>): boolean {
  if (outcome.kind !== 'unknown' || outcome.why === 'no_answer') return false;
  const status = outcome.evidence?.httpStatus ?? 0;
  return status >= 200 && status <= 299;
}

/** The provider reports success with an id that belongs to another of our resources. */
export function contradiction(evidence: Evidence | null): Extract<Outcome<never>, { kind: 'unknown' }> {
  const message = 'the id that the provider gave belongs to another resource';
  const said = { httpStatus: null, code: null, ...evidence, message };
  return { kind: 'unknown', why: 'unreadable_answer', evidence: said };
}

/** A call about a write, or an observation of its outcome, as evidence. */
export function attemptOf(kind: Attempt['kind'], result: LookUp<unknown>, startedAt: Date, finishedAt: Date): Attempt {
  const evidence = result.kind === 'absent' ? null : result.evidence;
  return {
    kind,
    startedAt,
    finishedAt,
    outcome: result.kind,
    httpStatus: evidence?.httpStatus ?? null,
    providerCode: evidence?.code ?? (result.kind === 'refused' ? result.refusal.code : null),
    providerMessage: evidence?.message ?? (result.kind === 'refused' ? result.refusal.message : null),
  };
}
