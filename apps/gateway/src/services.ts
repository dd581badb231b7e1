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

/** The dependencies of acts, passed as a whole; nothing is global. */
export interface Services {
  readonly pool: Pool;
  /** What currently prevents writes from being recorded, worded for HTTP clients; null if nothing does. */
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
 * The time limit of a provider read, with the caller's trace: the rest of the request's time, at most the setting.
 *
 * @throws ProblemError 504 if too little is left
 */
export function readCall(services: Services, traceparent: string | undefined): ProviderCall {
  return callWithin(services, services.config.PROVIDER_READ_TIMEOUT_MS, traceparent) ?? tooLate();
}

/** The same for a write; null if too little time is left. */
export function writeCall(services: Services, traceparent: string | undefined): ProviderCall | null {
  return callWithin(services, services.config.PROVIDER_WRITE_TIMEOUT_MS, traceparent);
}

/** @throws ProblemError 504: no call was made */
export function tooLate(): never {
  throw new ProblemError('deadline-exceeded', 'Too little time was left to ask the provider; nothing was sent.');
}

const permit: Permit = { share: () => permit };

function callWithin({ config }: Services, longestMs: number, traceparent: string | undefined): ProviderCall | null {
  const timeoutMs = Math.min(longestMs, timeLeftMs() - config.HTTP_RECORDING_RESERVE_MS);
  if (timeoutMs < leastProviderMs) return null;
  return openCall({ deadline: performance.now() + timeoutMs, traceparent, permit });
}
