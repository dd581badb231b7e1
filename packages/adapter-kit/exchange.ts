import { Agent } from 'undici';
import { createConnector, userAgent } from './connect.ts';
import { decode } from './decode.ts';
import type { NameOptions } from './names.ts';
import type { Network } from './network.ts';
import { createSlots } from './slots.ts';

/** One HTTP request to a provider. `operation` is the provider's name for it, and the only part that is logged. */
export interface ProviderRequest {
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** A longer answer is cut off and counts as lost; default {@link TransportOptions.maxResponseBytes}. */
  readonly maxResponseBytes?: number;
}

/** A request with its time limit and trace. */
export interface TimedRequest extends ProviderRequest {
  /** Total time from now to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly traceparent?: string | undefined;
}

/** A complete answer, whatever its status. */
export interface Answer {
  readonly kind: 'answered';
  readonly status: number;
  readonly body: string;
  /** By name in lower case; the values of a repeated header are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The `Date` header, for providers whose clock matters. */
  readonly date: Date | null;
  /** The value of `Retry-After`, in seconds (`retry-after.ts`); the account's host reads it, because it has the clock. */
  readonly retryAfterSeconds?: number;
}

/**
 * What happened to a request on the wire. `not_sent` is certain: no byte of it was handed to a connection, because none was
 * established (name not found, refused, unreachable, TLS or the proxy refused, no time left) or none was free in time. Once a
 * connection has the request, everything but a complete answer is `lost`: the request may have arrived.
 */
export type Exchange =
  | Answer
  | { readonly kind: 'not_sent'; readonly cause: string }
  | { readonly kind: 'lost'; readonly cause: string };

/** Sends one request and never throws; never sends it twice. */
export type Transport = (request: TimedRequest) => Promise<Exchange>;

/** What logs and health learn of each exchange: nothing of its content. */
export interface ExchangeReport {
  readonly operation: string;
  readonly durationMs: number;
  readonly result: Exchange['kind'];
  readonly httpStatus: number | null;
  /** Node's or undici's error code, e.g. `ECONNREFUSED`, or one of the transport's own, e.g. `PROXY_407`. */
  readonly cause: string | null;
}

export interface TransportOptions {
  /** Maximum concurrent requests to the provider, each on its own connection. */
  readonly connections: number;
  /**
   * Milliseconds to wait for a free connection, and again to connect, including name, proxy and TLS. Both end as `not_sent`.
   */
  readonly connectTimeoutMs: number;
  /** A longer answer, after decompression, is cut off and counts as lost. */
  readonly maxResponseBytes: number;
  readonly network?: Network | undefined;
  /** Whether a connection for a host may be made to one of its addresses; default to all. Others end as `not_sent`. */
  readonly allows?: (host: string, address: string) => boolean;
  /** An answer whose status has arrived counts, with as much of it as comes within a second and its limits; default false. */
  readonly keepsCutAnswers?: boolean;
  /** For tests: replaces the system's name servers and files. */
  readonly names?: NameOptions;
  readonly report?: (report: ExchangeReport) => void;
}

/** No provider's document asks for others. A compressed answer would only cost parsing time. */
const ownHeaders = {
  accept: 'application/json, */*;q=0.5',
  'accept-encoding': 'identity',
  'user-agent': userAgent,
};

/** Opens the connection pool of one account. `close` lets in-flight requests finish. */
export function openTransport(options: TransportOptions): { send: Transport; close(): Promise<void> } {
  const agent = new Agent({
    connections: options.connections,
    pipelining: 1,
    // One request per connection: what happens to one request says nothing about another.
    allowH2: false,
    connect: createConnector({
      timeoutMs: options.connectTimeoutMs,
      network: options.network ?? {},
      names: options.names ?? {},
      allows: options.allows,
    }),
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const slots = createSlots(options.connections);

  async function exchange(order: TimedRequest): Promise<Exchange> {
    const waiting = performance.now();
    const slot = slots.take(Math.min(options.connectTimeoutMs, order.timeoutMs));
    if (slot !== true && !(await slot)) return { kind: 'not_sent', cause: 'ALL_CONNECTIONS_BUSY' };
    try {
      return await sendOnce(agent, order, {
        timeoutMs: Math.max(1, Math.floor(order.timeoutMs - (performance.now() - waiting))),
        maxBytes: order.maxResponseBytes ?? options.maxResponseBytes,
        keepsCut: options.keepsCutAnswers ?? false,
      });
    } finally {
      slots.give();
    }
  }

  async function send(order: TimedRequest): Promise<Exchange> {
    const started = performance.now();
    const result = await exchange(order);
    options.report?.({
      operation: order.operation,
      durationMs: Math.round(performance.now() - started),
      result: result.kind,
      httpStatus: result.kind === 'answered' ? result.status : null,
      cause: result.kind === 'answered' ? null : result.cause,
    });
    return result;
  }

  return { send, close: () => agent.close() };
}

interface Limits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly keepsCut: boolean;
}

/** Resolves with the first event that ends the request; later events change nothing. */
function sendOnce(agent: Agent, order: TimedRequest, { timeoutMs, maxBytes, keepsCut }: Limits): Promise<Exchange> {
  const { promise, resolve } = Promise.withResolvers<Exchange>();
  const chunks: Buffer[] = [];
  let size = 0;
  let head: Head = { status: 0, headers: {} };
  let ended = false;
  /** Set before the first byte is written. This alone proves that a request was sent; no error code does. */
  let abort: ((reason: Error) => void) | null = null;

  // First process the input that arrived while this process was busy.
  const failSoon = (): void => void setImmediate(fail, 'TimeoutError');
  const late = setTimeout(failSoon, timeoutMs);
  let restLate: NodeJS.Timeout | undefined;
  function fail(cause: string): void {
    if (ended) return;
    end();
    if (keepsCut && head.status >= 200) resolve(cutAnswerOf(head, Buffer.concat(chunks)));
    else resolve(abort === null ? { kind: 'not_sent', cause } : { kind: 'lost', cause });
    abort?.(new Error(cause));
  }
  function end(): void {
    ended = true;
    clearTimeout(late);
    clearTimeout(restLate);
  }

  try {
    const { origin, pathname, search } = new URL(order.url);
    const headers = { ...ownHeaders, ...order.headers };
    agent.dispatch(
      {
        origin,
        path: pathname + search,
        method: order.method,
        headers: order.traceparent === undefined ? headers : { ...headers, traceparent: order.traceparent },
        body: order.body,
      },
      {
        onRequestStart(controller) {
          // undici resends a request after some connection errors. A throw keeps it off the second connection.
          if (ended || abort !== null) throw new Error('This request has ended, or was sent already.');
          abort = (reason) => controller.abort(reason);
        },
        onResponseStart(_controller, status, headers) {
          head = { status, headers };
          if (keepsCut && status >= 200) restLate ??= setTimeout(failSoon, longestRestMs);
        },
        onResponseData(_controller, chunk) {
          size += chunk.length;
          chunks.push(chunk.subarray(0, Math.max(0, chunk.length - (size - maxBytes))));
          if (size > maxBytes) fail('ANSWER_TOO_LARGE');
        },
        onResponseEnd() {
          if (ended) return;
          end();
          const body = Buffer.concat(chunks);
          resolve(keepsCut ? cutAnswerOf(head, body) : answerOf(head, body, maxBytes));
        },
        onResponseError(_controller, error) {
          fail(causeOf(error));
        },
      },
    );
  } catch (error) {
    fail(causeOf(error));
  }
  return promise;
}

/** For the body of an answer that counts without it. */
const longestRestMs = 1000;

const utf8 = new TextDecoder();

interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A body that came compressed although nobody asked for that stays unread: its beginning alone cannot be decompressed. */
function cutAnswerOf({ status, headers: raw }: Head, body: Buffer): Exchange {
  const headers = textsOf(raw);
  const text = headers['content-encoding'] === undefined ? utf8.decode(body) : '';
  return { kind: 'answered', status, body: text, headers, date: dateOf(headers['date'] ?? '') };
}

function answerOf({ status, headers: raw }: Head, body: Buffer, maxBytes: number): Exchange | Promise<Exchange> {
  const headers = textsOf(raw);
  const answered = (decoded: Buffer): Exchange => {
    return { kind: 'answered', status, body: utf8.decode(decoded), headers, date: dateOf(headers['date'] ?? '') };
  };
  const encodings = headers['content-encoding'] ?? '';
  if (encodings === '') return answered(body);
  const lost = (error: unknown): Exchange => ({ kind: 'lost', cause: causeOf(error) });
  return decode(body, encodings, maxBytes).then(answered).catch(lost);
}

function textsOf(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) texts[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return texts;
}

function dateOf(header: string): Date | null {
  const instant = Date.parse(header);
  return Number.isNaN(instant) ? null : new Date(instant);
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.name;
}
