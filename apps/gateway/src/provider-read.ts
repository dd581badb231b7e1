import type { ProblemCode } from '@card-gateway/contract';
import type { Outcome, RefusalReason } from '@card-gateway/core';
import type { OpenAccount } from './accounts/accounts.ts';
import { invalidRequest, ProblemError, waitingHint } from './problem.ts';

/**
 * Problems for refused reads where the request is at fault or the account cannot do it, so a retry is pointless; a fault in the
 * account's settings is ours.
 */
const refusedReads = {
  invalid_request: 'refused-by-provider',
  not_found: 'refused-by-provider',
  conflict: 'refused-by-provider',
  declined: 'refused-by-provider',
  wrong_code: 'refused-by-provider',
  unsupported: 'not-supported',
  configuration: 'provider-error',
} as const satisfies Partial<Record<RefusalReason, ProblemCode>>;

/**
 * The value of a provider read. A read has no effect, so its failure is a plain error: 503 if the provider did not answer or is
 * busy, 422 if it refused the request, 502 if it refused our credentials or its answer was unusable.
 */
export function valueOf<T>(account: OpenAccount, outcome: Outcome<T>): T {
  switch (outcome.kind) {
    case 'done':
      return outcome.value;
    case 'refused': {
      const { reason, code, message } = outcome.refusal;
      const provider = { name: account.provider, code, message };
      if (outcome.evidence === null && (reason === 'invalid_request' || reason === 'unsupported')) {
        throw neverAsked(reason, message);
      }
      if (reason === 'not_sent' || reason === 'unavailable' || reason === 'rate_limited') {
        throw new ProblemError(
          'provider-unavailable',
          `The provider cannot be asked now (${reason.replaceAll('_', ' ')}).${waitingHint(outcome.refusal)}`,
          {
            provider,
            retryAfterSeconds: outcome.refusal.retryAfterSeconds ?? 5,
          },
        );
      }
      const detail = `The provider refused to answer (${reason.replaceAll('_', ' ')}).`;
      throw new ProblemError(refusedReads[reason], detail, { provider, kind: 'final' });
    }
    case 'unknown': {
      const provider = {
        name: account.provider,
        code: outcome.evidence?.code ?? null,
        message: outcome.evidence?.message ?? null,
      };
      if (outcome.why === 'no_answer') {
        throw new ProblemError('provider-unavailable', 'The provider did not answer in time.', {
          provider,
          retryAfterSeconds: 5,
        });
      }
      throw new ProblemError('provider-error', 'The provider gave an answer that no document describes.', { provider });
    }
  }
}

/** The adapter itself knows that the provider cannot be asked this: the question is invalid, and no call was made. */
function neverAsked(reason: 'invalid_request' | 'unsupported', why: string | null): ProblemError {
  const code = reason === 'unsupported' ? 'not-supported' : 'invalid-request';
  return new ProblemError(code, `The provider cannot be asked this: ${why ?? 'it has no such call'}.`);
}

/** @throws ProblemError 400 if the provider requires the end user's address, and neither call nor account supplies one */
export function requireUserIp(needed: boolean, userIp: string | undefined, pointer: string): string | null {
  if (needed && userIp === undefined) {
    const detail = "expected the end user's IP address: the provider wants it and the account sets no default";
    throw invalidRequest({ pointer, detail });
  }
  return userIp ?? null;
}
