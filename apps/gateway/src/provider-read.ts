import type { ProblemCode } from '@card-gateway/contract';
import type { Outcome, RefusalReason } from '@card-gateway/core';
import type { OpenAccount } from './accounts/accounts.ts';
import { invalidRequest, ProblemError } from './problem.ts';

/**
 * What a refused read is to the caller: what was asked for is at fault, or the account cannot do it, and to ask again changes
 * nothing; a fault of the account's settings is ours.
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
 * The value of a read at a provider. A read has no effect, so that its failure is a plain error: 503 when the provider
 * did not answer or is busy, 422 when it refused what was asked, 502 when it refused us or its answer made no sense.
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
      if (reason === 'not_sent') account.requireSlot(message);
      if (reason === 'not_sent' || reason === 'unavailable' || reason === 'rate_limited') {
        throw new ProblemError(
          'provider-unavailable',
          `The provider cannot be asked now (${reason.replaceAll('_', ' ')}).`,
          {
            provider,
            retryAfterSeconds: 5,
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

/** The adapter knows by itself that the provider cannot be asked that: the question is at fault, and nobody was asked. */
function neverAsked(reason: 'invalid_request' | 'unsupported', why: string | null): ProblemError {
  const code = reason === 'unsupported' ? 'not-supported' : 'invalid-request';
  return new ProblemError(code, `The provider cannot be asked this: ${why ?? 'it has no such call'}.`);
}

/** @throws ProblemError 400 when the provider wants the end user's address and neither call nor account gives one */
export function requireUserIp(needed: boolean, userIp: string | undefined, pointer: string): string | null {
  if (needed && userIp === undefined) {
    const detail = "expected the end user's IP address: the provider wants it and the account sets no default";
    throw invalidRequest({ pointer, detail });
  }
  return userIp ?? null;
}
