import { setTimeout as sleep } from 'node:timers/promises';
import { type Attempt, queryOf } from './attempt.ts';
import { CursorExpired, GatewayProblem, GatewayUnreachable } from './errors.ts';
import type { GatewayEvent } from './event.ts';

/** Which events to read, and from where. */
export interface EventsOptions {
  /** `cursor` of the last event that you processed; `latest` for what comes from now on. Default: the oldest event that is kept. */
  readonly after?: string | undefined;
  /** Types (`card.activated`) and kinds (`card.*`); default all that the key may see. */
  readonly types?: readonly string[] | undefined;
  /** Only events of this provider account. */
  readonly account?: string | undefined;
  /** Only events of this subject, by its id. */
  readonly subject?: string | undefined;
  /** Ends the loop at once, without an error. */
  readonly signal?: AbortSignal | undefined;
  /** Called before each pause, to log it: `error` says why the feed could not be read, `pauseMs` when it is tried again. */
  readonly onRetry?: ((error: Error, pauseMs: number) => void) | undefined;
}

/** An event of the feed. Store `cursor` once the event is processed, to continue behind it after a restart. */
export type FeedEvent = GatewayEvent & { readonly cursor: string };

/** Sends one GET, which fails when nothing comes for `timeoutMs`, or by `signal`. */
export type Get = (path: string, timeoutMs: number, signal: AbortSignal | undefined) => Promise<Attempt>;

interface FeedPage {
  readonly data: readonly FeedEvent[];
  readonly nextCursor: string;
}

const pageSize = 200;
const waitSeconds = 30;
/** What a page may take beyond the wait, on a slow network. */
const marginMs = 30_000;
const longestPauseMs = 30_000;

/**
 * Every event behind `after`, oldest first, and then each as it happens. It holds one page at a time, and asks for the next when that
 * is processed.
 *
 * @throws GatewayProblem if the gateway refuses; CursorExpired if it no longer has what comes behind `after`
 */
export async function* readFeed(
  get: Get,
  { after, types, account, subject, signal, onRetry }: EventsOptions,
  firstPauseMs: number,
): AsyncGenerator<FeedEvent, void, undefined> {
  const isEnded = (): boolean => signal?.aborted === true;
  let cursor = after;
  let failures = 0;
  while (!isEnded()) {
    const query = queryOf({
      after: cursor,
      types: types?.join(','),
      account,
      subject,
      limit: pageSize,
      wait: waitSeconds,
    });
    const attempt = await get(`/v1/events${query}`, waitSeconds * 1000 + marginMs, signal);
    // What was answered while the loop was being ended is read again from the cursor that is kept.
    if (isEnded()) return;
    if (attempt.kind === 'answered') {
      failures = 0;
      const { data, nextCursor } = attempt.result.data as FeedPage;
      for (const event of data) {
        yield event;
        if (isEnded()) return;
      }
      cursor = nextCursor;
      continue;
    }
    const { error, retryAfterMs } = attempt;
    if (!isPassing(error)) throw asExpiry(error) ?? error;
    const pauseMs = (retryAfterMs ?? 0) + pauseAfter(failures, firstPauseMs);
    failures += 1;
    onRetry?.(error, Math.round(pauseMs));
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}

function asExpiry(error: Error): CursorExpired | null {
  if (!(error instanceof GatewayProblem) || error.code !== 'cursor-expired') return null;
  const { detail, oldestCursor } = error.problem;
  return oldestCursor === undefined ? null : new CursorExpired(detail, oldestCursor);
}

/** Random, so that consumers do not come back all at once; the bound doubles with each failure. */
function pauseAfter(failures: number, firstPauseMs: number): number {
  return (0.5 + Math.random() / 2) * Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
}

const passingStatus = new Set([408, 429, 502, 503, 504]);
const passingAnswer = new Set([...passingStatus].map((status) => `HTTP ${status} from elsewhere`));

/** Whether reading again may succeed without anybody doing anything. */
function isPassing(error: Error): boolean {
  if (error instanceof GatewayProblem) return passingStatus.has(error.status);
  if (!(error instanceof GatewayUnreachable)) return false;
  const { reason } = error;
  const isClosed = reason === 'UND_ERR_CLOSED' || reason === 'UND_ERR_DESTROYED';
  return reason.startsWith('HTTP ') ? passingAnswer.has(reason) : !isClosed;
}
