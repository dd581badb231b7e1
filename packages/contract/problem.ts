import { z } from 'zod';

/**
 * Every problem the gateway can answer with, by its `code`: the HTTP status and the title. A caller decides by `code`;
 * titles and details are for people.
 */
export const problems = {
  'malformed-request': { status: 400, title: 'The request could not be read' },
  'invalid-request': { status: 400, title: 'The request does not fit the contract' },
  'idempotency-key-missing': { status: 400, title: 'A write needs an Idempotency-Key' },
  unauthenticated: { status: 401, title: 'The API key is missing or not valid' },
  'callback-refused': { status: 401, title: 'The callback could not be verified' },
  forbidden: { status: 403, title: 'The API key may not do this' },
  'not-found': { status: 404, title: 'There is no such resource' },
  'method-not-allowed': { status: 405, title: 'This path does not take that method' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time' },
  'request-in-progress': { status: 409, title: 'The first request with this Idempotency-Key is still running' },
  'illegal-state': { status: 409, title: 'The state of the resource does not allow this' },
  'already-exists': { status: 409, title: 'This exists already' },
  'payload-too-large': { status: 413, title: 'The request body is too large' },
  'uri-too-long': { status: 414, title: 'The path or query is too long' },
  'unsupported-media-type': { status: 415, title: 'The request body must be application/json' },
  'idempotency-key-reused': { status: 422, title: 'This Idempotency-Key was used for another request' },
  'not-supported': { status: 422, title: 'This account cannot do that' },
  'refused-by-provider': { status: 422, title: 'The provider refused; nothing happened' },
  'provider-unreachable': { status: 422, title: 'The provider could not be reached; nothing was sent' },
  'authentication-limit': { status: 429, title: 'Too many unknown API keys came from this address' },
  'sms-limit': { status: 429, title: 'No further SMS may be sent now' },
  'guess-limit': { status: 429, title: 'No further card number or code may be tried now' },
  'callback-limit': { status: 429, title: 'Too many callbacks from this address were refused' },
  'reveal-limit': { status: 429, title: 'No further card may be revealed now' },
  'internal-error': { status: 500, title: 'The gateway failed' },
  'provider-error': { status: 502, title: 'The provider did not give a usable answer' },
  'provider-unavailable': { status: 503, title: 'The provider did not answer' },
  'database-unavailable': { status: 503, title: 'The database did not answer' },
  'account-busy': { status: 503, title: 'Too many calls of this account are under way; nothing was sent' },
  'circuit-open': { status: 503, title: 'The provider keeps failing and is left alone for a while; nothing was sent' },
  overloaded: { status: 503, title: 'The gateway has too much to do' },
  'not-ready': { status: 503, title: 'The gateway is not ready' },
  'deadline-exceeded': { status: 504, title: 'The time for this request was over' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;
export const problemCodes = Object.keys(problems) as [ProblemCode, ...ProblemCode[]];

/** The media type of every error answer (RFC 9457). */
export const problemMediaType = 'application/problem+json';

/** The URI that identifies a problem type. */
export function problemType(code: ProblemCode): string {
  return `urn:card-gateway:problem:${code}`;
}

export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Identifies the kind of problem: `urn:card-gateway:problem:<code>`.' }),
    title: z.string().meta({ description: 'The kind of problem in words; the same for every occurrence.' }),
    status: z.int().meta({ description: 'The HTTP status.' }),
    detail: z.string().meta({ description: 'What is wrong here and how to mend it.' }),
    code: z.enum(problemCodes).meta({ description: 'The kind of problem, for programs.' }),
    requestId: z.string().meta({ description: 'The `X-Request-Id` of this request; the log has it too.' }),
    errors: z
      .array(
        z.object({
          pointer: z
            .string()
            .meta({ description: 'JSON pointer into the body, or `query/<name>`, `path/<name>`, `header/<name>`.' }),
          detail: z.string().meta({ description: 'What was expected there.' }),
        }),
      )
      .optional()
      .meta({ description: 'Each fault of the input.' }),
    outcome: z
      .enum(['refused', 'unknown'])
      .optional()
      .meta({ description: 'For writes: `refused` is certain, nothing happened.' }),
    operation: z.string().optional().meta({ description: 'The operation that recorded this write.' }),
    provider: z
      .object({
        name: z.string(),
        code: z.string().nullable(),
        message: z.string().nullable(),
      })
      .optional()
      .meta({ description: "The provider's own words, redacted." }),
  })
  .meta({ id: 'Problem', description: 'What went wrong, in the form of RFC 9457.' });
export type Problem = z.output<typeof problemSchema>;
