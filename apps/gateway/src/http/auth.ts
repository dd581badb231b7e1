import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../caller.ts';
import { createFailureLimit } from '../failure-limit.ts';
import { apiKeyPrefix, hashApiKey } from '../keys/api-key.ts';
import { ProblemError } from '../problem.ts';
import { remembered } from '../remembered.ts';
import { bearerChallenge, HttpProblem } from './problem.ts';

/**
 * Milliseconds for which the result of a key look-up is cached: a revoked key works at most that long. Unknown keys are cached
 * too, so repeating one does not load the database.
 */
export const keyCacheMs = 5000;
const mostCachedKeys = 10_000;
/** For so long a key that was valid is looked up whatever else its address sends: behind a proxy, many may have the same one. */
const provenMs = 3_600_000;

/** How many unknown keys one address may send at once, and then per second. */
export const failuresAtOnce = 20;
const failuresPerSecond = 1;

export interface Authentication {
  /**
   * The caller, at once if its key is cached.
   *
   * @throws ProblemError 401 without a valid key, 429 after too many unknown ones from the same address
   */
  authenticate(request: FastifyRequest): Caller | Promise<Caller>;
}

/**
 * Finds the caller of an API key, with a short cache so that not every request queries the database.
 *
 * @param options.now monotonic milliseconds: a revoked key must not work again when the wall clock is set back
 */
export function createAuthentication(options: {
  readonly findKey: (hash: Buffer) => Promise<Caller | null>;
  readonly now: () => number;
}): Authentication {
  const cache = { ms: keyCacheMs, most: mostCachedKeys, now: options.now };
  const known = remembered<Caller>(cache);
  const unknown = remembered<true>(cache);
  const proven = remembered<true>({ ...cache, ms: provenMs });
  /** The key that each connection sent last, with its hash in base64: most send one key over and over. */
  const hashes = new WeakMap<Socket, { readonly key: string; readonly name: string }>();
  const hashOf = (key: string, { socket }: FastifyRequest): string => {
    const last = hashes.get(socket);
    if (last?.key === key) return last.name;
    const name = hashApiKey(key).toString('base64');
    hashes.set(socket, { key, name });
    return name;
  };
  const failures = createFailureLimit({ atOnce: failuresAtOnce, perSecond: failuresPerSecond, now: options.now });

  async function lookUp(name: string, address: string): Promise<Caller> {
    const found = await options.findKey(Buffer.from(name, 'base64'));
    if (found === null) {
      failures.count(address);
      unknown.set(name, true);
      throw notKnown();
    }
    known.set(name, found);
    proven.set(name, true);
    return found;
  }

  return {
    authenticate: (request) => {
      const key = /^bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (key?.startsWith(apiKeyPrefix) !== true) {
        const detail = 'Expected the header "Authorization: Bearer <API key>".';
        throw key === undefined ? new ProblemError('unauthenticated', detail) : invalidToken(detail);
      }
      const name = hashOf(key, request);
      const caller = known.get(name);
      if (caller !== undefined) return caller;
      if (unknown.get(name) === true) throw notKnown();
      const waitSeconds = proven.get(name) === true ? 0 : failures.waitFor(request.ip);
      if (waitSeconds > 0) {
        const detail = 'Too many API keys that are not known came from this address. Try again in a moment.';
        throw new ProblemError('authentication-limit', detail, { retryAfterSeconds: waitSeconds });
      }
      return lookUp(name, request.ip);
    },
  };
}

function notKnown(): ProblemError {
  return invalidToken('This API key is not known, was revoked, or has expired.');
}

/** An invalid key was sent. */
function invalidToken(detail: string): ProblemError {
  return new HttpProblem('unauthenticated', detail, {
    'www-authenticate': `${bearerChallenge}, error="invalid_token"`,
  });
}
