import { request } from 'undici';
import type { Problem } from './api.ts';
import { GatewayProblem, GatewayUnreachable } from './errors.ts';

export interface AnyResult {
  readonly data: unknown;
  readonly status: number;
  readonly replayed: boolean;
  readonly requestId: string | null;
  readonly location: string | null;
}

export type Attempt =
  | { readonly kind: 'answered'; readonly result: AnyResult }
  | {
      readonly kind: 'failed';
      readonly error: Error;
      readonly repeatable: boolean;
      readonly retryAfterMs: number | null;
    };

export const problemMediaType = 'application/problem+json';

/** One try. Throws only undici's error for an invalid argument (a key with a line break): nothing was sent. */
export async function send(
  id: string,
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
  const isGood = status >= 200 && status < 300;
  if (isGood && json !== undefined) {
    const replayed = header('idempotent-replayed') === 'true';
    const result = { data: json, status, replayed, requestId: header('x-request-id'), location: header('location') };
    return { kind: 'answered', result };
  }

  const mediaType = header('content-type') ?? '';
  if (isGood && mediaType.startsWith('application/json')) {
    // Where the end of the connection ends an answer (HTTP/1.0), a cut one looks whole.
    const error = new GatewayUnreachable(id, 'answer cut off', idempotencyKey);
    return { kind: 'failed', error, repeatable: true, retryAfterMs: null };
  }

  const problem = mediaType.startsWith(problemMediaType) && isProblem(json) ? json : null;
  const retryAfterMs = delayIn(header('retry-after'));
  return {
    kind: 'failed',
    error: problem
      ? new GatewayProblem(id, problem, retryAfterMs, idempotencyKey)
      : new GatewayUnreachable(id, `HTTP ${status} from elsewhere`, idempotencyKey),
    repeatable:
      status === 503 ||
      (status === 429 && (problem === null || problem.code === 'authentication-limit')) ||
      (status === 409 && problem?.code === 'request-in-progress'),
    retryAfterMs,
  };
}

/** Leaves out what is undefined. */
export function queryOf(query: Readonly<Record<string, string | number | boolean | undefined>> = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
}

/** A proxy may answer with problems of its own, without a code. */
function isProblem(json: unknown): json is Problem {
  const { code, status } = (json ?? {}) as Partial<Problem>;
  return typeof code === 'string' && typeof status === 'number';
}

/** Milliseconds until what `Retry-After` says: seconds, or a date. */
function delayIn(retryAfter: string | null): number | null {
  if (retryAfter === null) return null;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const at = retryAfter.endsWith(' GMT') ? Date.parse(retryAfter) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - new Date().getTime());
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
