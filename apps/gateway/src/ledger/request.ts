import type { Caller } from '../caller.ts';
import type { StoredAnswer } from './attempt-store.ts';

/** A write as it came in. */
export interface WriteRequest {
  readonly caller: Caller;
  readonly idempotencyKey: string;
  /** Public id of what its path names; null where it names nothing. */
  readonly resource: string | null;
  /** Canonical text of operation, path and body. Two requests are the same if it is. */
  readonly text: string;
  /** Whether members of the body, of which nothing is kept, are left out of the text. */
  readonly isPartial: boolean;
  readonly requestId: string;
  readonly traceparent: string | undefined;
}

/** What is answered to a write. */
export interface WriteAnswer extends StoredAnswer {
  readonly replayed: boolean;
  /** The operation to watch, while the outcome is unknown. */
  readonly location: string | null;
}
