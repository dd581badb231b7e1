import type { Caller } from '../http/auth.ts';
import { ProblemError } from '../http/problem.ts';
import type { Services } from '../services.ts';
import { recordReveal, type RevealAction } from './reveal-store.ts';

/** Who wants to see which secret, and why. */
export interface RevealRequest {
  readonly caller: Caller;
  /** Public id of the card or binding. */
  readonly id: string;
  readonly purpose: string;
  readonly requestId: string;
  readonly traceparent: string | undefined;
}

/**
 * Commits to the audit log who is about to look at a secret, and why. When this returns, it may be shown.
 *
 * @throws ProblemError 429 when the key has looked at as many as it may; 503 when the log cannot be written: then nothing
 *   must be shown
 */
export async function writeDownReveal(
  services: Services,
  { caller, id, purpose, requestId }: RevealRequest,
  action: RevealAction,
): Promise<void> {
  const at = new Date(services.now());
  const { tenant, keyId } = caller;
  const entry = { at, tenant, caller: caller.caller, keyId, action, resource: id, purpose, requestId };
  const perHour = services.config.REVEALS_PER_KEY_AND_HOUR;
  const until = await recordReveal(services.pool, entry, perHour).catch((error: unknown) => {
    throw new ProblemError(
      'database-unavailable',
      'This could not be written to the audit log, so that nothing was revealed. Try again.',
      { retryAfterSeconds: 2 },
      error,
    );
  });
  if (until === null) return;
  throw new ProblemError('reveal-limit', `This API key may look at ${perHour} secrets in an hour, and has done so.`, {
    retryAfterSeconds: Math.max(1, Math.ceil((until.getTime() - at.getTime()) / 1000)),
  });
}
