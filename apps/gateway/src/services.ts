import type { Pool } from 'pg';
import type { Accounts } from './accounts/accounts.ts';
import type { Config } from './config.ts';
import type { EventTail } from './event-tail.ts';
import type { Metrics } from './metrics.ts';
import type { ProblemError } from './problem.ts';
import type { QueuePulse } from './pulse.ts';
import type { Unrecorded } from './unrecorded.ts';
import type { KeyBulkhead } from './key-bulkhead.ts';
import type { KnownPages } from './known-pages.ts';
import type { ListBulkhead } from './list-bulkhead.ts';
import type { Sealing } from './sealing.ts';

/** The dependencies of acts, passed as a whole; nothing is global. */
export interface Services {
  readonly pool: Pool;
  /** What currently prevents writes from being recorded, worded for HTTP clients; null if nothing does. */
  readonly database: { fault(): string | null };
  readonly pulse: QueuePulse;
  readonly eventTail: EventTail;
  readonly accounts: Accounts;
  readonly sealing: Sealing;
  readonly config: Config;
  readonly metrics: Metrics;
  readonly unrecorded: Unrecorded;
  readonly lists: ListBulkhead;
  readonly keys: KeyBulkhead;
  readonly knownPages: KnownPages;
  /** Builds the answer to a problem, which the ledger stores for repeats, because the ledger knows no HTTP. */
  readonly problemAnswer: (
    problem: ProblemError,
    requestId: string,
  ) => { readonly status: number; readonly body: unknown };
  /** Unix milliseconds. */
  readonly now: () => number;
}
