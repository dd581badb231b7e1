import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type Dispatcher } from 'undici';
import { operations } from './api.ts';
import { type AnyResult, type Attempt, problemMediaType, queryOf, send } from './attempt.ts';
import { GatewayProblem, GatewayUnreachable } from './errors.ts';
import { type EventsOptions, type Get, readFeed } from './feed.ts';
import type { Client, OperationId, Page } from './types.ts';

export interface ClientOptions {
  /** URL of the gateway, e.g. `https://cards.internal`, optionally with a path. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Milliseconds for one call, including its retries and the waits between them; default 30,000. */
  readonly timeoutMs?: number;
  /** Maximum number of retries, where safe; default 2. */
  readonly retries?: number;
  /** The first wait before a retry is random between 0 and this many milliseconds, then the bound doubles; default 200. */
  readonly retryBaseMs?: number;
  /** undici's dispatcher, e.g. your own pool; `close()` leaves it open. */
  readonly dispatcher?: Dispatcher;
}

/** An input as this code sees it; each operation's type defines what it accepts. */
interface AnyInput {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly requestId?: string;
  readonly traceparent?: string;
  readonly deadline?: Date;
}

const longestJitterMs = 5_000;

/**
 * A client of the gateway, with one method per operation of its OpenAPI document.
 *
 * Every write has an idempotency key, so both reads and writes are retried where a retry is safe: without an answer, on 503, on
 * 429 from a proxy or for unknown keys (the gateway's other limits are final), and on 409 `request-in-progress`. All other
 * answers are final.
 */
export function createClient(options: ClientOptions): Client {
  const { timeoutMs = 30_000, retries = 2, retryBaseMs = 200 } = options;
  if (!URL.canParse(options.baseUrl)) throw new TypeError('expected a baseUrl such as https://cards.internal');
  const { href, search, hash } = new URL(options.baseUrl);
  if (search !== '' || hash !== '') throw new TypeError('expected a baseUrl without "?" and "#"');
  const baseUrl = href.replace(/\/+$/, '');
  const ownAgent = options.dispatcher === undefined ? new Agent() : null;
  const dispatcher = ownAgent ?? options.dispatcher;

  const ownHeaders = {
    accept: `application/json, ${problemMediaType}`,
    authorization: `Bearer ${options.apiKey}`,
  };

  async function call(id: OperationId, input: AnyInput = {}): Promise<AnyResult> {
    if (!Object.hasOwn(operations, id)) {
      throw new TypeError(`expected the name of an operation, as issueCard or getCard; there is none called "${id}"`);
    }
    const { method, path, write } = operations[id];
    const idempotencyKey = write ? (input.idempotencyKey ?? randomUUID()) : null;
    const url = baseUrl + pathOf(path, input.params) + queryOf(input.query);
    const headers: Record<string, string> = { ...ownHeaders };
    if (input.body !== undefined) headers['content-type'] = 'application/json';
    if (idempotencyKey !== null) headers['idempotency-key'] = idempotencyKey;
    if (input.requestId !== undefined) headers['x-request-id'] = input.requestId;
    if (input.traceparent !== undefined) headers['traceparent'] = input.traceparent;
    if (input.deadline !== undefined) headers['x-request-deadline'] = input.deadline.toISOString();
    const callersMs = input.deadline === undefined ? Infinity : input.deadline.getTime() - new Date().getTime();
    const deadline = performance.now() + Math.min(timeoutMs, callersMs);
    const order = {
      ...(dispatcher && { dispatcher }),
      method,
      headers,
      body: input.body === undefined ? null : JSON.stringify(input.body),
      // One limit for all tries: the gateway has its own deadline, so waiting for a slow answer is better than retrying.
      signal: AbortSignal.timeout(timeoutMs),
    };

    let unanswered: GatewayUnreachable | null = null;
    for (let retry = 0; ; retry += 1) {
      const attempt = await send(id, url, order, idempotencyKey);
      if (attempt.kind === 'answered') return attempt.result;
      const { error } = attempt;
      if (error instanceof GatewayUnreachable) unanswered ??= error;
      // What a later try says about itself, e.g. "nothing was recorded", says nothing about the one without an answer.
      const told = write && isOfOneTry(attempt) ? (unanswered ?? error) : error;
      const jitter = Math.random() * Math.min(longestJitterMs, retryBaseMs * 2 ** retry);
      const wait = (attempt.retryAfterMs ?? 0) + jitter;
      if (!attempt.repeatable || retry >= retries || performance.now() + wait >= deadline) throw told;
      await sleep(wait);
    }
  }

  async function* all(id: OperationId, input: AnyInput = {}): AsyncGenerator<unknown, void, undefined> {
    let { data: page } = (await call(id, input)) as { data: Page };
    if (!Array.isArray(page.data)) throw new TypeError(`expected the name of a list, as listCards; "${id}" is none`);
    yield* page.data;
    while (typeof page.nextCursor === 'string') {
      // Only the first page refreshes: refreshing again would change the list under the cursor.
      const query = { ...input.query, refresh: undefined, cursor: page.nextCursor };
      ({ data: page } = (await call(id, { ...input, query })) as { data: Page });
      yield* page.data;
    }
  }

  const get: Get = (path, timeoutMs, signal) => {
    const limits = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs, ...(signal && { signal }) };
    const order = { ...(dispatcher && { dispatcher }), method: 'GET', headers: ownHeaders, ...limits } as const;
    return send('events', baseUrl + path, order, null);
  };
  const events = (wanted: EventsOptions = {}) => readFeed(get, wanted, retryBaseMs);

  async function close(): Promise<void> {
    if (ownAgent !== null && !ownAgent.closed) await ownAgent.close();
  }

  const methods = Object.fromEntries(
    (Object.keys(operations) as OperationId[]).map((id) => [
      id,
      async (input?: AnyInput) => (await call(id, input)).data,
    ]),
  );
  // The types of the methods come from the same document as the table. Answers are not validated: the gateway is tested against
  // its contract, and a client must accept newer fields and values.
  return { ...methods, call, all, events, close } as unknown as Client;
}

/** Whether a problem concerns only this try: its request was not compared with what is recorded under its key. */
function isOfOneTry({ error, repeatable }: Extract<Attempt, { kind: 'failed' }>): boolean {
  if (!(error instanceof GatewayProblem) || error.problem.outcome !== undefined) return false;
  return error.code === 'deadline-exceeded' || (repeatable && error.code !== 'request-in-progress');
}

function pathOf(path: string, params: AnyInput['params']): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = params?.[name] ?? '';
    // An empty or dotted segment would lead to another path.
    if (/^\.{0,2}$/.test(value)) throw new TypeError(`expected a value for the path parameter "${name}"`);
    return encodeURIComponent(value);
  });
}
