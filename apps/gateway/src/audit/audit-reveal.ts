import type { Caller } from '../caller.ts';
import { ProblemError } from '../problem.ts';
import { revealsOf } from '../guesses/limits.ts';
import { countQuestion } from '../guesses/store.ts';
import type { Services } from '../services.ts';
import { type AuditAction, entryOf, recordAudit } from './store.ts';
import type { Work } from '../work.ts';

/** Reveals of secrets; those of one API key share a limit. */
export type RevealAction = Extract<AuditAction, 'card.reveal' | 'card.frame_token' | 'binding.reveal'>;

/** Who wants to see which secret, and why. */
export interface RevealRequest {
  readonly caller: Caller;
  /** Public id of the card or binding. */
  readonly id: string;
  readonly purpose: string;
  readonly requestId: string;
  readonly work: Work;
}

/**
 * Commits to the audit log who is about to see a secret, and why. After it returns, the secret may be shown.
 *
 * @throws ProblemError 429 if the key has used up its limit; 503 if the log cannot be written: then nothing may be shown
 */
export async function auditReveal(services: Services, request: RevealRequest, action: RevealAction): Promise<void> {
  const entry = entryOf(request, services.now(), { action, resource: request.id, purpose: request.purpose });
  const limit = revealsOf(services, request.caller.keyId);
  const counted = services.keys.inTurn(request.work, request.caller.keyId, () =>
    countQuestion(services.pool, [limit], (client) => recordAudit(client, entry)),
  );
  const waitMs = await counted.catch((error: unknown) => {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError(
      'database-unavailable',
      'This could not be written to the audit log, so nothing was revealed. Try again.',
      { retryAfterSeconds: 2 },
      error,
    );
  });
  if (waitMs === null) return;
  throw new ProblemError('reveal-limit', `This API key has reached its limit of ${limit.most} reveals per hour.`, {
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  });
}
