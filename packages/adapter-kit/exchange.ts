import { Agent, request } from 'undici';

/** One HTTP request to a provider. `operation` is the provider's own word for it and the only part that is logged. */
export interface ProviderRequest {
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Total time from here to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly traceparent?: string | undefined;
}

/** A whole answer, whatever its status. */
export interface Answer {
  readonly kind: 'answered';
  readonly status: number;
  readonly body: string;
  /** The `Date` header, for providers whose clock matters. */
  readonly date: Date | null;
}

/**
 * What became of a request on the wire. `not_sent` is certain and a closed list: name not found, connection refused or
 * unreachable, TLS refused, connecting timed out, no connection free in time. All else without a whole answer is `lost`: it may have arrived.
 */
export type Exchange =
  | Answer
  | { readonly kind: 'not_sent'; readonly cause: string }
  | { readonly kind: 'lost'; readonly cause: string };

/** Sends one request and never throws; never sends it twice. */
export type Transport = (request: ProviderRequest) => Promise<Exchange>;

/** What is told of each exchange to logs and health: nothing of its content. */
export interface ExchangeReport {
  readonly operation: string;
  readonly durationMs: number;
  readonly result: Exchange['kind'];
  readonly httpStatus: number | null;
  /** Node's or undici's error code, e.g. `ECONNREFUSED`. */
  readonly cause: string | null;
}

export interface TransportOptions {
  /** Requests that may be under way to the provider at once, each on a connection of its own. */
  readonly connections: number;
  /** Milliseconds to wait for a free connection, and again to connect, TLS included. Both end as `not_sent`. */
  readonly connectTimeoutMs: number;
  /** A longer answer is cut off and counts as lost. */
  readonly maxResponseBytes: number;
  readonly report?: (report: ExchangeReport) => void;
}

/** Opens the connection pool of one account. `close` lets running requests end. */
export function openTransport(options: TransportOptions): { send: Transport; close(): Promise<void> } {
  const agent = new Agent({
    connections: options.connections,
    pipelining: 1,
    maxResponseSize: options.maxResponseBytes,
    connect: { timeout: options.connectTimeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  const slots = createSlots(options.connections);

  async function exchange(order: ProviderRequest): Promise<Exchange> {
    // A request must not wait inside the pool, where nobody can tell whether it was sent when its time runs out.
    const waiting = performance.now();
    const slot = slots.take(Math.min(options.connectTimeoutMs, order.timeoutMs));
    if (slot !== true && !(await slot)) {
      return { kind: 'not_sent', cause: 'ALL_CONNECTIONS_BUSY' };
    }
    const timeoutMs = Math.max(1, Math.floor(order.timeoutMs - (performance.now() - waiting)));
    try {
      const answer = await request(order.url, {
        dispatcher: agent,
        method: order.method,
        headers: order.traceparent === undefined ? order.headers : { ...order.headers, traceparent: order.traceparent },
        body: order.body,
        signal: AbortSignal.timeout(timeoutMs),
      });
      return {
        kind: 'answered',
        status: answer.statusCode,
        body: await answer.body.text(),
        date: dateHeader(answer.headers['date']),
      };
    } catch (error) {
      return wasNotSent(error) ? { kind: 'not_sent', cause: causeOf(error) } : { kind: 'lost', cause: causeOf(error) };
    } finally {
      slots.give();
    }
  }

  async function send(order: ProviderRequest): Promise<Exchange> {
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

/** So many at once; the others wait in line, each as long as it can. */
function createSlots(count: number): { take(waitMs: number): true | Promise<boolean>; give(): void } {
  let free = count;
  const line = new Set<() => void>();
  return {
    take: (waitMs) => {
      if (free > 0) {
        free -= 1;
        return true;
      }
      return new Promise((resolve) => {
        const late = setTimeout(() => {
          line.delete(enter);
          resolve(false);
        }, waitMs);
        function enter(): void {
          clearTimeout(late);
          resolve(true);
        }
        line.add(enter);
      });
    },
    give: () => {
      const [next] = line;
      if (next === undefined) free += 1;
      else {
        line.delete(next);
        next();
      }
    },
  };
}

/** Codes of a connection that never came to be. `ECONNRESET` is not among them: it may come after the request. */
const connectFailures = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ETIMEDOUT']);
const lookupFailures = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA']);
/** Failures of the handshake alone; a TLS error that can also come after the request (an alert, a bad record) is lost. */
const tlsFailures =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|ERR_TLS_CERT_ALTNAME_INVALID|ERR_TLS_HANDSHAKE_TIMEOUT|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_UNSUPPORTED_PROTOCOL)/;

function wasNotSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(wasNotSent);
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return true;
  if (syscall === 'connect') return connectFailures.has(code);
  return lookupFailures.has(code) || tlsFailures.test(code);
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.name;
}

function dateHeader(value: string | string[] | undefined): Date | null {
  const instant = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(instant) ? null : new Date(instant);
}
