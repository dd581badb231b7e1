import { openCall, type Permit } from '@card-gateway/adapter-kit/call';
import type { ProviderCall } from '@card-gateway/core';
import type { Pool } from 'pg';
import type { Accounts } from './accounts/accounts.ts';
import type { Config } from './config.ts';
import { timeLeftMs } from './deadline.ts';
import type { Metrics } from './metrics.ts';
import { ProblemError } from './problem.ts';
import type { QueuePulse } from './pulse.ts';
import type { Unrecorded } from './unrecorded.ts';
import type { ListBulkhead } from './list-bulkhead.ts';
import type { Sealing } from './sealing.ts';
import { leastProviderMs } from './setting-faults.ts';

/** What acts work with. Handed in whole; nothing is global. */
export interface Services {
  readonly pool: Pool;
  /** What keeps writes from being recorded now, in words for whoever asks over HTTP; null while nothing does. */
  readonly database: { fault(): string | null };
  readonly pulse: QueuePulse;
  readonly accounts: Accounts;
  readonly sealing: Sealing;
  readonly config: Config;
  readonly metrics: Metrics;
  readonly unrecorded: Unrecorded;
  readonly lists: ListBulkhead;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/**
 * The time a read at a provider may take, with the caller's trace: what is left of the request's, and never more than
 * the setting.
 *
 * @throws ProblemError 504 when too little is left
 */
export function readCall(services: Services, traceparent: string | undefined): ProviderCall {
  return callWithin(services, services.config.PROVIDER_READ_TIMEOUT_MS, traceparent) ?? tooLate();
}

/** The same for a write; null when too little time is left. */
export function writeCall(services: Services, traceparent: string | undefined): ProviderCall | null {
  return callWithin(services, services.config.PROVIDER_WRITE_TIMEOUT_MS, traceparent);
}

/** @throws ProblemError 504: nobody was asked */
export function tooLate(): never {
  throw new ProblemError('deadline-exceeded', 'Too little time was left to ask the provider; nothing was sent.');
}

const permit: Permit = { share: () => permit };

function callWithin({ config }: Services, longestMs: number, traceparent: string | undefined): ProviderCall | null {
  const timeoutMs = Math.min(longestMs, timeLeftMs() - config.HTTP_RECORDING_RESERVE_MS);
  if (timeoutMs < leastProviderMs) return null;
  return openCall({ deadline: performance.now() + timeoutMs, traceparent, permit });
}
