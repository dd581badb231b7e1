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
  /**
   * Called behind each page, once its events are processed, with the cursor to store: that of its last event, or a later one. It
   * moves on where no event is for you, so it does not expire, and it tells at once where `latest` was.
   */
  readonly onPage?: ((cursor: string) => Promise<void> | void) | undefined;
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
/** No `Retry-After` is obeyed for longer: it may be a fault of the proxy that sends it. */
const longestAskedMs = 3_600_000;
/** A shorter wait says that there was none; a longer one says nothing of the next. */
const shortWaitMs = 1000;

/**
 * Every event behind `after`, oldest first, and then each as it happens. It holds one page at a time, and asks for the next when that
 * is processed.
 *
 * @throws GatewayProblem if the gateway refuses; CursorExpired if it no longer has what comes behind `after`
 */
export async function* readFeed(
  get: Get,
  { after, types, account, subject, signal, onPage, onRetry }: EventsOptions,
  firstPauseMs: number,
): AsyncGenerator<FeedEvent, void, undefined> {
  const isEnded = (): boolean => signal?.aborted === true;
  let cursor = after;
  let failures = 0;
  while (!isEnded()) {
    // Whatever becomes of the first wait, it has to be known by then where the end was: what has happened since is not missed.
    const wait = cursor === 'latest' ? 0 : waitSeconds;
    const query = queryOf({ after: cursor, types: types?.join(','), account, subject, limit: pageSize, wait });
    const askedAt = performance.now();
    const attempt = await get(`/v1/events${query}`, waitSeconds * 1000 + marginMs, signal);
    const isShort = performance.now() - askedAt < shortWaitMs;
    // What was answered while the loop was being ended is read again from the cursor that is kept.
    if (isEnded()) return;
    const page = attempt.kind === 'answered' ? pageIn(attempt.result.data) : null;
    if (page !== null && !(isShort && page.nextCursor === cursor)) {
      failures = 0;
      for (const event of page.data) {
        yield event;
        if (isEnded()) return;
      }
      cursor = page.nextCursor;
      await onPage?.(cursor);
      continue;
    }
    const error = attempt.kind === 'failed' ? attempt.error : unreachable(page === null ? foreignPage : 'no wait');
    if (!isPassing(error)) throw asExpiry(error) ?? error;
    if (!isShort) failures = 0;
    const askedMs = (attempt.kind === 'failed' ? attempt.retryAfterMs : null) ?? 0;
    const pauseMs = Math.min(longestAskedMs, askedMs) + pauseAfter(failures, firstPauseMs);
    failures += 1;
    onRetry?.(error, Math.round(pauseMs));
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}

const foreignPage = 'HTTP 200 from elsewhere';
const unreachable = (reason: string): GatewayUnreachable => new GatewayUnreachable('events', reason, null);

function pageIn(answer: unknown): FeedPage | null {
  const { data, nextCursor } = (answer ?? {}) as Partial<FeedPage>;
  return Array.isArray(data) && typeof nextCursor === 'string' ? { data, nextCursor } : null;
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
