import { cloudEventsMediaType, eventKinds, type eventQuerySchema, patternsIn } from '@card-gateway/contract';
import { fromPublicId } from '@card-gateway/core';
import type { Pool } from 'pg';
import type { z } from 'zod';
import { accepts } from '../accepts.ts';
import type { Caller } from '../caller.ts';
import { checkOf, cursorAt, type Place, placeIn } from '../events/cursor.ts';
import { endOfLog, type EventFilter, type EventSubject } from '../events/feed-store.ts';
import { selectionOf } from '../events/selection.ts';
import type { Asking, From, ReadShared } from '../events/shared-reads.ts';
import { sightOf } from '../events/sight.ts';
import { requireSeenTypes } from '../events/unseen-types.ts';
import { invalidRequest } from '../problem.ts';
import type { Services } from '../services.ts';
import type { Held, Wait, WrittenAnswer } from '../wait.ts';
import { type Work, workLeftMs } from '../work.ts';
import { emptyPage, type FeedPage, pageOf } from './page-text.ts';
import type { TailWatch, Waiter } from './tail-watch.ts';
import type { WaitingPlaces } from './waiting.ts';

type Query = z.output<typeof eventQuerySchema>;

/** What reads the feed in one process. */
export interface Feed {
  readonly read: ReadShared;
  readonly watch: TailWatch;
  readonly places: WaitingPlaces;
  /** Lets few of a crowd that was woken at once go on in each turn of the event loop. */
  readonly pace: () => Promise<void>;
}

export interface FeedCall {
  readonly caller: Caller;
  readonly query: Query;
  /** The header `Accept`. */
  readonly accept: string;
  readonly work: Work;
  /** The caller as its key is after the wait. @throws ProblemError 401 or 403 */
  readonly callerNow: () => Promise<Caller>;
  /** Whether nobody waits for the answer any more. */
  readonly isGone: () => boolean;
}

/** A page of the feed, in the form that the caller accepts; or the wait for one. */
export async function readFeed(services: Services, feed: Feed, call: FeedCall): Promise<WrittenAnswer | Wait> {
  const { query, caller } = call;
  requireSeen(caller, query);
  services.accounts.requireFilter(caller, query.account);
  const from = await startOf(services.pool, query.after);
  const filter = filterOf(caller, query);
  const waits = (): number => Math.min((query.wait ?? 0) * 1000, workLeftMs(call.work) - answerMs);
  let place = from !== null && waits() > 0 ? await feed.watch.passed(filter, from) : null;
  if (place === null) {
    const page = pageOf(await feed.read(filter, from, query.limit ?? defaultLimit, askingOf(call)));
    if (!page.isEmpty || page.hasMore || waits() <= 0) return answerOf(call, page);
    place = placeBehind(page);
  }
  feed.places.enter(caller.keyId);
  return new FeedWait(feed, call, filter, place, waits());
}

/** Kinds and types of events that the query names must be among those that the key sees. @throws ProblemError 403 */
function requireSeen(caller: Caller, { types, subject }: Query): void {
  if (types !== undefined) requireSeenTypes(caller, patternsIn(types), () => 'query/types');
  const about = subject === undefined ? null : subjectOf(subject).kind;
  if (about !== null && about !== 'account') requireSeenTypes(caller, [`${about}.*`], () => 'query/subject');
}

const defaultLimit = 50;
/** Of the time until the deadline, what is left for the answer after the wait. */
const answerMs = 250;
/** A timer may fire before its time. */
const timerEarlyMs = 2;

/** Waits for the first page behind a place with an event on it; it is empty when the wait is over. */
class FeedWait implements Wait, Waiter {
  readonly #feed: Feed;
  readonly #call: Omit<FeedCall, 'work'>;
  readonly #until: number;
  #held: Held | null = null;
  filter: EventFilter;
  place: Place;

  constructor(
    feed: Feed,
    { caller, query, accept, callerNow, isGone }: FeedCall,
    filter: EventFilter,
    place: Place,
    ms: number,
  ) {
    this.#feed = feed;
    this.#call = { caller, query, accept, callerNow, isGone };
    this.#until = performance.now() + ms;
    this.filter = filter;
    this.place = place;
  }

  get ms(): number {
    return this.#until - performance.now();
  }

  begin(held: Held): boolean {
    this.#held = held;
    return this.#feed.watch.wait(this);
  }

  wake(): void {
    this.#held?.wake();
  }

  async goOn(isOver: boolean): Promise<WrittenAnswer | Wait> {
    const { places } = this.#feed;
    const { keyId } = this.#call.caller;
    try {
      const page = await this.#page(isOver);
      if (page === null) return this;
      places.leave(keyId);
      return answerOf(this.#call, page);
    } catch (error) {
      places.leave(keyId);
      throw error;
    }
  }

  /** Null if it waits on. */
  async #page(isOver: boolean): Promise<FeedPage | null> {
    const { read, watch, pace } = this.#feed;
    const { query, callerNow } = this.#call;
    const end = isOver ? watch.leave(this) : null;
    await pace();
    // The caller has gone, or the gateway closes.
    if (end !== null && this.ms > timerEarlyMs) return emptyPage(end);
    const caller = await callerNow();
    requireSeen(caller, query);
    if (end !== null) return emptyPage(end);
    this.filter = filterOf(caller, query);
    const { position, writtenAt } = this.place;
    // The log may have been set back meanwhile, and have other events before this place.
    const from = { position, check: writtenAt && checkOf(writtenAt) };
    const page = pageOf(await read(this.filter, from, query.limit ?? defaultLimit, askingOf(this.#call)));
    await pace();
    if (!page.isEmpty || page.hasMore) return page;
    this.place = placeBehind(page);
    return null;
  }
}

function answerOf({ query, accept }: Pick<FeedCall, 'query' | 'accept'>, page: FeedPage): WrittenAnswer {
  const headers = { vary: 'accept' };
  if (!accepts(accept, cloudEventsMediaType)) {
    return { mediaType: 'application/json; charset=utf-8', headers, text: page.pageText() };
  }
  const given = Object.entries(query).map(([name, value]) => [name, String(value)]);
  const next = new URLSearchParams({ ...Object.fromEntries(given), after: cursorAt(placeBehind(page)) });
  const link = `</v1/events?${next.toString()}>; rel="next"`;
  return { mediaType: cloudEventsMediaType, headers: { ...headers, link }, text: page.cloudEventsText() };
}

const askingOf = ({ caller, isGone }: Pick<FeedCall, 'caller' | 'isGone'>): Asking => ({ keyId: caller.keyId, isGone });

const placeBehind = ({ next, nextWrittenAt }: FeedPage): Place => ({ position: next, writtenAt: nextWrittenAt });

/** @throws ProblemError 400 */
async function startOf(pool: Pool, after: string | undefined): Promise<From> {
  if (after === undefined) return null;
  if (after === 'latest') return { position: await endOfLog(pool), check: null };
  const place = placeIn(after);
  if (place !== null) return place;
  throw invalidRequest({
    pointer: 'query/after',
    detail: 'expected "latest", or a cursor as the gateway gave it: `nextCursor`, or `cursor` of an event',
  });
}

function filterOf(caller: Caller, { types = '*', account, subject }: Query): EventFilter {
  return {
    tenant: caller.tenant,
    sees: sightOf(caller),
    types: selectionOf(patternsIn(types)),
    account,
    subject: subject === undefined ? undefined : subjectOf(subject),
  };
}

/** What no id is, may be the name of an account. */
function subjectOf(text: string): EventSubject {
  for (const kind of eventKinds) {
    const id = kind === 'account' ? null : fromPublicId(kind, text);
    if (kind !== 'account' && id !== null) return { kind, id };
  }
  return { kind: 'account', account: text };
}
