import type { ProviderCall } from '@card-gateway/core';
import type { Pool } from 'pg';
import type { Accounts } from './accounts/accounts.ts';
import type { Config } from './config.ts';
import type { Sealing } from './sealing.ts';

/** What acts work with. Handed in whole; nothing is global. */
export interface Services {
  readonly pool: Pool;
  readonly accounts: Accounts;
  readonly sealing: Sealing;
  readonly config: Config;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** The time a read at a provider may take, with the caller's trace. */
export function readCall(services: Services, traceparent: string | undefined): ProviderCall {
  return { timeoutMs: services.config.PROVIDER_READ_TIMEOUT_MS, ...(traceparent === undefined ? {} : { traceparent }) };
}

/** The time a write at a provider may take, with the caller's trace. */
export function writeCall(services: Services, traceparent: string | undefined): ProviderCall {
  return {
    timeoutMs: services.config.PROVIDER_WRITE_TIMEOUT_MS,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
