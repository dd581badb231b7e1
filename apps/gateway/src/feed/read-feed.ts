import { cloudEventsMediaType, eventKinds, type eventQuerySchema, patternsIn } from '@card-gateway/contract';
import { fromPublicId } from '@card-gateway/core';
import type { Pool } from 'pg';
import type { z } from 'zod';
import type { Caller } from '../caller.ts';
import { cursorAt, type Place, placeIn } from '../events/cursor.ts';
import { endOfLog, type EventFilter, type EventSubject } from '../events/feed-store.ts';
import { selectionOf } from '../events/selection.ts';
import type { From, ReadShared } from '../events/shared-reads.ts';
import { sightOf } from '../events/sight.ts';
import { invalidRequest } from '../problem.ts';
import type { Services } from '../services.ts';
import { type Work, workLeftMs } from '../work.ts';
import { emptyPage, type FeedPage, pageOf } from './page-text.ts';
import type { TailWatch } from './tail-watch.ts';

type Query = z.output<typeof eventQuerySchema>;

/** What reads the feed in one process. */
export interface Feed {
  readonly read: ReadShared;
  readonly watch: TailWatch;
  /** Takes a place among those who wait. @returns leaves it @throws ProblemError 429 */
  readonly enter: (keyId: string) => () => void;
  /** Lets few of a crowd that was woken at once go on in each turn of the event loop. */
  readonly pace: () => Promise<void>;
}

export interface FeedCall {
  readonly caller: Caller;
  readonly query: Query;
  /** The header `Accept`. */
  readonly accept: string;
  readonly work: Work;
  /** To be called before it waits. @returns aborts after that time, and when nobody needs the answer any more */
  readonly hold: (ms: number) => AbortSignal;
  /** The caller as its key is after the wait. @throws ProblemError 401 or 403 */
  readonly callerNow: () => Promise<Caller>;
}

/** A page of the feed, in the form that the caller accepts. */
export async function readFeed(services: Services, feed: Feed, call: FeedCall) {
  const { query } = call;
  services.accounts.requireFilter(call.caller, query.account);
  const page = await pageFor(services.pool, feed, call);
  const headers = { vary: 'accept' };
  if (!acceptsCloudEvents(call.accept)) {
    return { mediaType: 'application/json; charset=utf-8', headers, text: page.pageText() };
  }
  const given = Object.entries(query).map(([name, value]) => [name, String(value)]);
  const next = new URLSearchParams({ ...Object.fromEntries(given), after: cursorAt(placeBehind(page)) });
  const link = `</v1/events?${next.toString()}>; rel="next"`;
  return { mediaType: cloudEventsMediaType, headers: { ...headers, link }, text: page.cloudEventsText() };
}

const defaultLimit = 50;
/** Of the time until the deadline, what is left for the answer after the wait. */
const answerMs = 250;

async function pageFor(pool: Pool, feed: Feed, call: FeedCall): Promise<FeedPage> {
  const { query, caller } = call;
  const from = await startOf(pool, query.after);
  const filter = filterOf(caller, query);
  const waits = (): number => Math.min((query.wait ?? 0) * 1000, workLeftMs(call.work) - answerMs);
  let place = from !== null && waits() > 0 ? await feed.watch.passed(filter, from) : null;
  if (place === null) {
    const page = pageOf(await feed.read(filter, from, query.limit ?? defaultLimit));
    if (!page.isEmpty || page.hasMore || waits() <= 0) return page;
    place = placeBehind(page);
  }
  const leave = feed.enter(caller.keyId);
  try {
    return await pageBehind(place, feed, call, call.hold(waits()));
  } finally {
    leave();
  }
}

const placeBehind = ({ next, nextWrittenAt }: FeedPage): Place => ({ position: next, writtenAt: nextWrittenAt });

/** The first page behind a place with an event on it, or an empty one when the signal aborts. */
async function pageBehind(
  from: Place,
  { read, watch, pace }: Feed,
  { query, caller, callerNow }: FeedCall,
  signal: AbortSignal,
): Promise<FeedPage> {
  let filter = filterOf(caller, query);
  let next = from;
  for (;;) {
    next = await watch.wait(filter, next, signal);
    await pace();
    if (signal.aborted) return emptyPage(next);
    filter = filterOf(await callerNow(), query);
    const page = pageOf(await read(filter, { position: next.position, check: null }, query.limit ?? defaultLimit));
    await pace();
    if (!page.isEmpty || page.hasMore) return page;
    next = placeBehind(page);
  }
}

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

/** Whether the header `Accept` names them, without `q=0`. */
function acceptsCloudEvents(accept: string): boolean {
  return accept.split(',').some((range) => {
    const [mediaType = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return mediaType === cloudEventsMediaType && !parameters.some((one) => /^q=0(\.0*)?$/.test(one));
  });
}
