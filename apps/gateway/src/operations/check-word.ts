import type { resolveOperationSchema } from '@card-gateway/contract';
import type { Refusal } from '@card-gateway/core';
import type { z } from 'zod';
import { invalidRequest } from '../problem.ts';
import type { ResolvingOutcome, WriteKind } from '../ledger/kind.ts';
import { attemptOf, failedToTell, resolveWrite, supersede } from '../ledger/resolve.ts';
import type { OperationRow } from '../ledger/store.ts';
import { answerOf, contradicted, notOurs } from '../ledger/word.ts';
import type { Services } from '../services.ts';
import type { Work } from '../work.ts';

type Word = z.output<typeof resolveOperationSchema>;
type Closing = ResolvingOutcome<unknown>;

/** A person's refusal: nothing happened. */
const foundNothing: Refusal = {
  reason: 'declined',
  code: null,
  message: 'a person found out that nothing happened at the provider',
};

/**
 * The outcome of a write by a person's word. The provider is asked first where possible: its record counts, and resolves the
 * write even if it contradicts the person.
 *
 * @throws ProblemError 409 if the provider contradicts the person, 503 if it cannot be asked now, 400 if the provider's id is
 * needed
 */
export async function outcomeByWord(
  services: Services,
  kind: WriteKind<unknown>,
  operation: OperationRow,
  word: Word,
  work: Work,
): Promise<Closing> {
  const account = services.accounts.byName(operation.account) ?? null;
  const view = await kind.view(services.pool, operation);
  const known = view.providerRef ?? null;
  const named = word.providerRef ?? null;
  if (known !== null && named !== null && known !== named) throw notOurs();
  const providerRef = known ?? named;

  const startedAt = new Date(services.now());
  const showed =
    account === null
      ? null
      : await account
          .lookUp(work, (call) => kind.lookUp(services, account, operation, call))
          .catch((error: unknown) => failedToTell('the look-up failed', error));
  if (showed?.kind === 'done' || showed?.kind === 'shown-refused') {
    const shown: Closing = showed.kind === 'done' ? showed : showed.outcome;
    if (isMeant(shown, word)) return shown;
    const attempt = attemptOf('look-up', shown, startedAt, new Date(services.now()));
    await resolveWrite(services, kind, operation, shown, 'look-up', attempt, operation.id);
    throw contradicted('The provider was asked and shows otherwise, which resolved the operation.');
  }
  if (showed?.kind === 'superseded') {
    await supersede(services, operation, showed.by);
    throw contradicted('A later write of the same thing has succeeded, which leaves this one without an outcome.');
  }
  const isAbsent = showed?.kind === 'absent';
  // Without an answer the person has to wait; if the answer is unreadable, or the provider cannot be asked, the person's word
  // counts.
  if (account !== null && showed !== null && showed.kind !== 'absent') answerOf(account, showed);

  if (word.outcome === 'refused') return { kind: 'refused', refusal: foundNothing, evidence: null };
  const resolved = await kind.resolved(services, { operation, account, providerRef, isAbsent, work });
  if (resolved?.kind === 'done') return resolved;
  const detail = "expected the provider's id of what came of the write: it is not known here yet";
  throw invalidRequest({ pointer: '/providerRef', detail });
}

function isMeant(shown: Closing, { outcome, providerRef }: Word): boolean {
  if (shown.kind === 'refused' || outcome === 'refused') return shown.kind === 'refused' && outcome === 'refused';
  const { value } = shown;
  const isOfAnId = typeof value === 'object' && value !== null && 'providerRef' in value;
  return providerRef === undefined || !isOfAnId || value.providerRef === providerRef;
}
