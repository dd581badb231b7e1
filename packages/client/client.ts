import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request, type Dispatcher } from 'undici';
import { operations, type Problem } from './api.ts';
import { GatewayProblem, GatewayUnreachable } from './errors.ts';
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

interface AnyResult {
  readonly data: unknown;
  readonly status: number;
  readonly replayed: boolean;
  readonly requestId: string | null;
  readonly location: string | null;
}

type Attempt =
  | { readonly kind: 'answered'; readonly result: AnyResult }
  | {
      readonly kind: 'failed';
      readonly error: Error;
      readonly repeatable: boolean;
      readonly retryAfterMs: number | null;
    };

const longestJitterMs = 5_000;
const problemMediaType = 'application/problem+json';

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

  async function call(id: OperationId, input: AnyInput = {}): Promise<AnyResult> {
    if (!Object.hasOwn(operations, id)) {
      throw new TypeError(`expected the name of an operation, as issueCard or getCard; there is none called "${id}"`);
    }
    const { method, path, write } = operations[id];
    const idempotencyKey = write ? (input.idempotencyKey ?? randomUUID()) : null;
    const url = baseUrl + pathOf(path, input.params) + queryOf(input.query);
    const headers: Record<string, string> = {
      accept: `application/json, ${problemMediaType}`,
      authorization: `Bearer ${options.apiKey}`,
    };
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
  return { ...methods, call, all, close } as unknown as Client;
}

/** One try. Throws only undici's error for an invalid argument (a key with a line break): nothing was sent. */
async function send(
  id: OperationId,
  url: string,
  order: NonNullable<Parameters<typeof request>[1]>,
  idempotencyKey: string | null,
): Promise<Attempt> {
  let answer: Awaited<ReturnType<typeof request>>;
  let text: string;
  try {
    answer = await request(url, order);
    text = await answer.body.text();
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === 'UND_ERR_INVALID_ARG') throw error;
    const unreachable = new GatewayUnreachable(id, reason, idempotencyKey);
    return { kind: 'failed', error: unreachable, repeatable: true, retryAfterMs: null };
  }

  const status = answer.statusCode;
  const header = (name: string) => textOrNull(answer.headers[name]);
  const json = parseJson(text);
  if (status >= 200 && status < 300 && json !== undefined) {
    const replayed = header('idempotent-replayed') === 'true';
    const result = { data: json, status, replayed, requestId: header('x-request-id'), location: header('location') };
    return { kind: 'answered', result };
  }

  const problem = header('content-type')?.startsWith(problemMediaType) ? (json as Problem | undefined) : undefined;
  const seconds = /^\d+$/.exec(header('retry-after') ?? '')?.[0];
  const retryAfterMs = seconds === undefined ? null : Number(seconds) * 1000;
  return {
    kind: 'failed',
    error: problem
      ? new GatewayProblem(id, problem, retryAfterMs, idempotencyKey)
      : new GatewayUnreachable(id, `HTTP ${status} from elsewhere`, idempotencyKey),
    repeatable:
      status === 503 ||
      (status === 429 && (problem === undefined || problem.code === 'authentication-limit')) ||
      (status === 409 && problem?.code === 'request-in-progress'),
    retryAfterMs,
  };
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

function queryOf(query: AnyInput['query'] = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOrNull(value: string | string[] | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.name;
}
