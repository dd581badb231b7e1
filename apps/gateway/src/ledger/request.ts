import type { Caller } from '../caller.ts';
import type { StoredAnswer } from './attempt-store.ts';
import type { Work } from '../work.ts';

export interface WriteRequest {
  readonly caller: Caller;
  readonly idempotencyKey: string;
  /** Public id of the resource in its path; null if the path names none. */
  readonly resource: string | null;
  /** Canonical text of operation, path and body. Requests are the same if their texts are equal. */
  readonly text: string;
  /** Whether never-kept members of the body are left out of the text. */
  readonly isPartial: boolean;
  readonly requestId: string;
  readonly work: Work;
}

export interface WriteAnswer extends StoredAnswer {
  /** Only for a first answer: seconds after which the provider may be asked again, if it said so. */
  readonly retryAfterSeconds?: number;
  readonly replayed: boolean;
  /** The operation to watch while the outcome is unknown. */
  readonly location: string | null;
}
