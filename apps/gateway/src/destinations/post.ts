import { type NameOptions, openTransport, retryAfterSeconds } from '@card-gateway/adapter-kit';
import { redact } from '@card-gateway/core';
import type { Services } from '../services.ts';
import { connectionsPerDestination } from './open-attempts.ts';
import { type Sign, signer } from './secrets.ts';

/** What came of one attempt. */
export interface Posted {
  readonly delivered: boolean;
  readonly httpStatus: number | null;
  /** A code: `HTTP_500`, or why there was no answer; null if it was delivered. */
  readonly failure: string | null;
  /** The beginning of the answer to a failed attempt, redacted. */
  readonly answer: string | null;
  readonly durationMs: number;
  /** How long the destination asked to be left alone. */
  readonly retryAfterSeconds: number | null;
}

/** Posts to one destination. */
export interface Poster {
  /** Makes one attempt and never throws. */
  post(eventId: string, body: string): Promise<Posted>;
  /** Lets attempts that are under way end. */
  close(): Promise<void>;
}

export interface PosterOptions {
  /** For the whole of an attempt, and for a connection that is not made by then, if it is shorter than the setting. */
  readonly timeoutMs?: number;
  /** For tests: replaces the system's name servers and files. */
  readonly names?: NameOptions;
}

const mostAnswerBytes = 4096;

/**
 * Opens the connections to a destination. Its host is resolved for each connection, which is made to an address that is allowed,
 * and to no other; an answer is read up to 4 KB, and never followed.
 *
 * @throws if the sealing key of its secrets is not configured
 */
export function openPoster(
  { config, sealing, now }: Pick<Services, 'config' | 'sealing' | 'now'>,
  destination: { readonly id: string; readonly url: string; readonly secretsSealed: Buffer },
  { timeoutMs = Infinity, names = {} }: PosterOptions = {},
): Poster {
  const sign: Sign = signer(sealing, destination.id, destination.secretsSealed);
  const hosts = config.EVENTS_ALLOWED_HOSTS;
  const { url } = destination;
  // The setting may have changed since the destination was created.
  const isAllowed = hosts.faultOf(new URL(url)) === null;
  const limitMs = Math.max(1, Math.min(timeoutMs, config.EVENTS_DELIVERY_TIMEOUT_MS));
  const transport = openTransport({
    connections: connectionsPerDestination,
    connectTimeoutMs: limitMs,
    maxResponseBytes: mostAnswerBytes,
    allows: (host, address) => hosts.allows(host, address),
    keepsCutAnswers: true,
    names,
  });

  async function exchange(eventId: string, body: string): Promise<Omit<Posted, 'durationMs'>> {
    const nothing = { delivered: false, httpStatus: null, answer: null, retryAfterSeconds: null };
    if (!isAllowed) return { ...nothing, failure: 'HOST_NOT_ALLOWED' };
    const headers = { 'content-type': 'application/json', ...sign(eventId, body, now()) };
    const exchanged = await transport.send({
      operation: 'event',
      method: 'POST',
      url,
      headers,
      body,
      timeoutMs: limitMs,
    });
    if (exchanged.kind !== 'answered') return { ...nothing, failure: exchanged.cause };
    const { status: httpStatus } = exchanged;
    if (httpStatus >= 200 && httpStatus < 300) {
      return { delivered: true, httpStatus, failure: null, answer: null, retryAfterSeconds: null };
    }
    return {
      delivered: false,
      httpStatus,
      failure: `HTTP_${httpStatus}`,
      answer: redact(exchanged.body),
      retryAfterSeconds:
        retryAfterSeconds(exchanged.headers['retry-after'], exchanged.date?.getTime() ?? now()) ?? null,
    };
  }

  return {
    post: async (eventId, body) => {
      const started = performance.now();
      const result = await exchange(eventId, body);
      return { ...result, durationMs: Math.round(performance.now() - started) };
    },
    close: () => transport.close(),
  };
}
