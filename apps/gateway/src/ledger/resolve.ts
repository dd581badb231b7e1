import { type Evidence, type Outcome, type ResolvedBy, toPublicId, unknown } from '@card-gateway/core';
import type { PoolClient } from 'pg';
import { ProblemError, problemBody, refusalProblem } from '../problem.ts';
import type { Services } from '../services.ts';
import { type LookUp, viewOf, type WriteKind } from './kind.ts';
import type { WriteEvent, Showed } from './machine.ts';
import type { Attempt, StoredAnswer } from './attempt-store.ts';
import { isTakenReference, type OperationRow, applyEvent } from './store.ts';

/**
 * Resolves a write by what the provider said, and builds its answer: the answer to the send, or a look-up that found it. An
 * unknown outcome is only its sender's to tell. Null when the write is resolved already.
 *
 * @param operation as it was last seen; it may have changed since
 * @param requestId what a refusal's problem is kept under
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
 * Resolves a write by evidence that came by itself: a verified callback, a list, a card read again. False when it was
 * resolved already, or when what was shown is another resource's: then a look-up, or a person, finds out.
 */
export async function resolveByEvidence<Value>(
  services: Services,
  kind: WriteKind<Value>,
  operation: OperationRow,
  outcome: Extract<Outcome<Value>, { kind: 'done' | 'refused' }>,
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

/** Takes a write from a sender that is gone: nobody knows whether it was sent. Its first look-up is queued. */
export async function giveUp<Value>(
  services: Services,
  kind: WriteKind<Value>,
  operation: OperationRow,
): Promise<void> {
  await apply(services, kind, operation, { kind: 'leaseExpired' }, unknown('no_answer'), null, operation.id);
}

/** Takes a write to look it up; null when it needs none, or somebody else is at it. */
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

/** Keeps a look-up that resolved nothing as evidence and queues the next; not for an owner whose lease went to another. */
export async function postpone(
  services: Services,
  operation: OperationRow,
  showed: Showed,
  attempt: Attempt | null,
): Promise<void> {
  const event = { kind: 'lookUpFinished', showed, fence: operation.fence } as const;
  const at = attempt?.finishedAt ?? new Date(services.now());
  await applyEvent(services.pool, { operation, event, at, refusal: null, attempt }, async () => null);
}

/** A later write succeeded, which leaves this one without an outcome for good. */
export async function supersede(services: Services, operation: OperationRow, by: string): Promise<void> {
  const event = { kind: 'superseded', by } as const;
  const at = new Date(services.now());
  await applyEvent(services.pool, { operation, event, at, refusal: null, attempt: null }, async () => null);
}

/** Resolves a write by the word of a person, which `keep` records in the same transaction. Null unless it is unknown. */
export async function resolveByPerson<Value>(
  services: Services,
  kind: WriteKind<Value>,
  operation: OperationRow,
  outcome: Extract<Outcome<Value>, { kind: 'done' | 'refused' }>,
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
    await kind.apply(client, row, outcome, { at, askedAt: attempt?.startedAt ?? at });
    const answer = await answerFor(kind, client, row, outcome, requestId);
    await keep?.(client);
    return answer;
  });
  return resolved?.answer ?? null;
}

async function answerFor<Value>(
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
      const id = toPublicId('operation', operation.id);
      const problem =
        operation.resolvedBy === 'person'
          ? new ProblemError('refused-by-provider', 'A person found out that nothing happened at the provider.', {
              outcome: 'refused',
              operation: id,
            })
          : refusalProblem(operation.provider, outcome.refusal, id);
      const body = problemBody(problem, requestId);
      return { status: body.status, body };
    }
    case 'unknown':
      return { status: 202, body: await viewOf(kind, client, operation) };
  }
}

/** How long who calls has a write for itself beyond the call: until then the outcome may still be on its way to the ledger. */
export const recordingMs = 25_000;

/** Code of ours failed where it should have told what a provider said: nobody knows. Only the kind of error is kept. */
export function failedToTell(what: string, error: unknown): Outcome<never> {
  const name = error instanceof Error ? error.name : typeof error;
  return unknown('unreadable_answer', { httpStatus: null, code: null, message: `${what}: ${name}` });
}

/** Whether the provider itself answered, in a way that nobody can read; an error page of what stands before it is silence. */
export function isUnreadable(outcome: Outcome<unknown>): boolean {
  if (outcome.kind !== 'unknown' || outcome.why === 'no_answer') return false;
  const status = outcome.evidence?.httpStatus ?? 0;
  return status >= 200 && status <= 299;
}

/** The provider says it is done, and names a thing of its own that is known here as another one's. */
export function contradiction(evidence: Evidence | null): Extract<Outcome<never>, { kind: 'unknown' }> {
  const message = 'the id that the provider gave belongs to another resource';
  const said = { httpStatus: null, code: null, ...evidence, message };
  return { kind: 'unknown', why: 'unreadable_answer', evidence: said };
}

/** A call about a write, or something that showed what became of it, as evidence. */
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
