import { z } from 'zod';
import { words } from './common.ts';

/** Whether the request may be repeated, and under which Idempotency-Key. */
export const repeats = {
  later: { again: 'yes, after `Retry-After` or a moment', key: 'the same' },
  mended: { again: 'once the request is mended', key: 'the same' },
  'new-key': { again: 'once it is mended', key: 'a new one' },
  never: { again: 'no', key: '–' },
} as const satisfies Record<string, { again: string; key: string }>;

interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly again: keyof typeof repeats;
  /** Its meaning beyond the title, and what to do. */
  readonly about: string;
}

/**
 * Every problem that the gateway can answer with, by `code`: HTTP status, title, whether to retry, and meaning. Callers decide
 * by `code`; titles and details are for people.
 */
export const problems = {
  'malformed-request': {
    status: 400,
    title: 'The request could not be read',
    again: 'mended',
    about: 'The body is no JSON, or something of the request cannot be read at all.',
  },
  'invalid-request': {
    status: 400,
    title: 'The request does not fit the contract',
    again: 'mended',
    about: '`errors` names each fault and what was expected there.',
  },
  'idempotency-key-missing': {
    status: 400,
    title: 'A write needs an Idempotency-Key',
    again: 'mended',
    about: 'Give each write a key of your own making.',
  },
  unauthenticated: {
    status: 401,
    title: 'The API key is missing or not valid',
    again: 'mended',
    about: 'Send `Authorization: Bearer` with a key that is neither revoked nor expired.',
  },
  'callback-refused': {
    status: 401,
    title: 'The callback could not be verified',
    again: 'never',
    about: 'Only providers see this: the signature or secret path of a callback does not fit.',
  },
  forbidden: {
    status: 403,
    title: 'The API key may not do this',
    again: 'mended',
    about: '`WWW-Authenticate` names the scope that the key lacks.',
  },
  'not-found': {
    status: 404,
    title: 'There is no such resource',
    again: 'never',
    about: 'It does not exist, or belongs to somebody else.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This path does not take that method',
    again: 'never',
    about: '`Allow` names the methods of this path.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request did not arrive in time',
    again: 'later',
    about: 'The request was not whole in time; nothing was done.',
  },
  'request-in-progress': {
    status: 409,
    title: 'The first request with this Idempotency-Key is still running',
    again: 'later',
    about: 'The first request with this key still runs: ask again after `Retry-After`.',
  },
  'illegal-state': {
    status: 409,
    title: 'The state of the resource does not allow this',
    again: 'mended',
    about: 'Refused before the provider was asked. `refresh=true` shows the state anew.',
  },
  'already-exists': {
    status: 409,
    title: 'This exists already',
    again: 'never',
    about: '`detail` names what exists.',
  },
  'cursor-expired': {
    status: 410,
    title: 'The events behind this cursor are not kept',
    again: 'mended',
    about: 'Events were missed: read the resources anew, then go on from `oldestCursor`.',
  },
  'payload-too-large': {
    status: 413,
    title: 'The request body is too large',
    again: 'mended',
    about: 'Send less.',
  },
  'uri-too-long': {
    status: 414,
    title: 'The path or query is too long',
    again: 'mended',
    about: 'Send less.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The request body must be application/json, and not compressed',
    again: 'mended',
    about: 'Send `Content-Type: application/json`, and no `Content-Encoding`.',
  },
  'expectation-failed': {
    status: 417,
    title: 'This gateway cannot do what the header Expect asks for',
    again: 'mended',
    about: 'Send `Expect: 100-continue`, or no `Expect`.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'This Idempotency-Key was used for another request',
    again: 'new-key',
    about: 'The key belongs to another body or another operation.',
  },
  'not-supported': {
    status: 422,
    title: 'This account cannot do that',
    again: 'never',
    about: '`GET /v1/providers` shows what each account can do.',
  },
  'refused-by-provider': {
    status: 422,
    title: 'The provider refused; nothing happened',
    again: 'new-key',
    about:
      'Certain: nothing happened. `provider` has its words. Where `detail` says that the key is not used up, the same one will do.',
  },
  'provider-unreachable': {
    status: 422,
    title: 'The provider could not be reached; nothing was sent',
    again: 'later',
    about: 'Certain: nothing was sent.',
  },
  'authentication-limit': {
    status: 429,
    title: 'Too many unknown API keys came from this address',
    again: 'later',
    about: 'Wait for `Retry-After`.',
  },
  'sms-limit': {
    status: 429,
    title: 'No further SMS may be sent now',
    again: 'later',
    about: 'Each SMS reaches a person: wait for `Retry-After`.',
  },
  'guess-limit': {
    status: 429,
    title: 'No further card number or code may be tried now',
    again: 'later',
    about: 'Wait for `Retry-After`; who tries is in the audit log.',
  },
  'wait-limit': {
    status: 429,
    title: 'Too many requests are waiting for events',
    again: 'later',
    about: 'There was nothing to read yet, and this one could not wait for it. Ask again after `Retry-After`.',
  },
  'callback-limit': {
    status: 429,
    title: 'Too many callbacks from this address were refused',
    again: 'later',
    about: 'Only providers see this.',
  },
  'reveal-limit': {
    status: 429,
    title: 'No further card may be revealed now',
    again: 'later',
    about: 'Wait for `Retry-After`.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The headers of the request are too large',
    again: 'mended',
    about: 'Send fewer or shorter headers, or a shorter path and query: all of it is 16 KB at most.',
  },
  'internal-error': {
    status: 500,
    title: 'The gateway failed',
    again: 'later',
    about: '`requestId` finds it in the log. A write may have been recorded: only its repeat says.',
  },
  'provider-error': {
    status: 502,
    title: 'The provider did not give a usable answer',
    again: 'later',
    about: 'The answer was not as documented. Only reads end like this; a write would be 202.',
  },
  'provider-unavailable': {
    status: 503,
    title: 'The provider did not answer',
    again: 'later',
    about: 'No answer came. Only reads, and the check before a resolution, end like this.',
  },
  'database-unavailable': {
    status: 503,
    title: 'The database did not answer',
    again: 'later',
    about: 'Nothing was sent.',
  },
  'account-busy': {
    status: 503,
    title: 'Too many calls of this account are under way; nothing was sent',
    again: 'later',
    about: 'Nothing was recorded.',
  },
  'circuit-open': {
    status: 503,
    title: 'The provider keeps failing and is left alone for a while; nothing was sent',
    again: 'later',
    about: 'Nothing was recorded.',
  },
  overloaded: {
    status: 503,
    title: 'The gateway has too much to do',
    again: 'later',
    about: 'Nothing was recorded.',
  },
  'not-ready': {
    status: 503,
    title: 'The gateway is not ready',
    again: 'later',
    about: 'Only `GET /health/ready` ends like this.',
  },
  'deadline-exceeded': {
    status: 504,
    title: 'The time for this request was over',
    again: 'later',
    about: 'With `outcome: unknown` a write may have been sent: only its repeat says.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problems;
export const problemCodes = Object.keys(problems) as [ProblemCode, ...ProblemCode[]];

/** The media type of every error answer (RFC 9457). */
export const problemMediaType = 'application/problem+json';

/** The URI that identifies a problem type. */
export function problemType(code: ProblemCode): string {
  return `urn:card-gateway:problem:${code}`;
}

const problemCode = words<ProblemCode>(
  'ProblemCode',
  'The kind of problem, for programs.',
  Object.fromEntries(
    Object.entries(problems).map(([code, { title, about }]) => [code, `${title}. ${about}`]),
  ) as Record<ProblemCode, string>,
);

const inputFault = z
  .object({
    pointer: z
      .string()
      .meta({ description: 'JSON pointer into the body, or `query/<name>`, `path/<name>`, `header/<name>`.' }),
    detail: z.string().meta({ description: 'What was expected there.' }),
  })
  .meta({ id: 'InputFault', description: 'One fault of the input.' });

const problemOutcome = words<'refused' | 'unknown'>('ProblemOutcome', 'What became of a write.', {
  refused: 'Certain: nothing happened.',
  unknown: 'It may have happened: only a repeat with the same key says.',
});

const providerWords = z
  .object({
    name: z.string().meta({ description: 'The provider.' }),
    code: z.string().nullable().meta({ description: 'Its code, as on the wire; null where it gave none.' }),
    message: z.string().nullable().meta({ description: 'Its text, redacted; null where it gave none.' }),
  })
  .meta({ id: 'ProviderWords', description: "The provider's own words, redacted." });

export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Identifies the kind of problem: `urn:card-gateway:problem:<code>`.' }),
    title: z.string().meta({ description: 'The kind of problem in words; the same for every occurrence.' }),
    status: z.int().meta({ description: 'The HTTP status.' }),
    detail: z.string().meta({ description: 'What is wrong here and how to mend it.' }),
    code: problemCode,
    requestId: z.string().meta({ description: 'The `X-Request-Id` of this request; the log has it too.' }),
    errors: z.array(inputFault).optional().meta({ description: 'Each fault of the input; of many, the first fifty.' }),
    outcome: problemOutcome.optional().meta({ description: 'For writes alone.' }),
    operation: z.string().optional().meta({ description: 'The operation that recorded this write.' }),
    provider: providerWords.optional(),
    oldestCursor: z
      .string()
      .optional()
      .meta({ description: 'Of `cursor-expired`: the cursor of the oldest event that is kept.' }),
  })
  .meta({ id: 'Problem', description: 'What went wrong, in the form of RFC 9457.' });
export type Problem = z.output<typeof problemSchema>;
