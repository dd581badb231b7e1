import { createsResource, type Operation, type ProblemCode, problems } from '@card-gateway/contract';
import { deadlineHeader } from './deadline.ts';
import { unstored } from './problem.ts';

const text = { type: 'string' } as const;

export const answerHeaders = {
  'X-Request-Id': { description: 'Finds this request in the log.', schema: text },
  'Cache-Control': {
    description: 'Nobody on the way may keep an answer.',
    schema: { ...text, const: unstored['cache-control'] },
  },
  'X-Content-Type-Options': {
    description: 'It is of the type that it says, and of no other.',
    schema: { ...text, const: unstored['x-content-type-options'] },
  },
  'WWW-Authenticate': {
    description:
      'What the key must be or have, as RFC 6750 says it: `error="invalid_token"` where it is not valid; where it lacks a scope, ' +
      '`error="insufficient_scope"` and `scope`; no `error` where none was sent, or no other key would help.',
    schema: text,
  },
  'Retry-After': { description: 'Seconds until it is worth another try.', schema: text },
  Location: {
    description: 'Path of what was made; where the outcome is unknown, of the operation to watch.',
    schema: text,
  },
  Link: {
    description: '`rel="next"`: where to read on, for those who get CloudEvents, which name no cursor.',
    schema: text,
  },
  'Idempotent-Replayed': {
    description: '`true` when this is the answer of an earlier request with this Idempotency-Key; absent otherwise.',
    schema: { ...text, const: 'true' },
  },
} as const;

type AnswerHeader = keyof typeof answerHeaders;

const ofEveryAnswer: readonly AnswerHeader[] = ['X-Request-Id', 'Cache-Control', 'X-Content-Type-Options'];

/** References to the headers of an operation's answer with this status. @param codes its problems, if it is one */
export function headersOf(
  operation: Operation,
  status: number,
  codes: readonly ProblemCode[],
): Record<string, { readonly $ref: string }> {
  const names: AnswerHeader[] = [...ofEveryAnswer];
  if (status === 401 || status === 403) names.push('WWW-Authenticate');
  if (codes.some((code) => asksToWait(code, operation))) names.push('Retry-After');
  if (status === 202 || (codes.length === 0 && createsResource(operation))) names.push('Location');
  if (codes.length === 0 && operation.success.otherwise !== undefined) names.push('Link');
  // A provider's refusal is stored and repeated, like a success.
  const isStored = codes.length === 0 || codes.includes('refused-by-provider');
  if (operation.effect === 'write' && isStored) names.push('Idempotent-Replayed');
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** Whether a problem of this operation may say when to retry. */
function asksToWait(code: ProblemCode, { effect, resolvesAtOnce }: Operation): boolean {
  const { status } = problems[code];
  if (status === 429 || status === 503 || code === 'request-in-progress' || code === 'provider-unreachable')
    return true;
  // The provider may have stated it.
  if (code === 'refused-by-provider') return effect === 'write';
  // The provider was called, and its answer still has to be recorded.
  return code === 'internal-error' && effect === 'write' && resolvesAtOnce !== true;
}

/** The request headers of this operation, except those that OpenAPI defines elsewhere. */
export function requestHeaders({ effect }: Operation): readonly object[] {
  return [...(effect === 'write' ? [idempotencyKey] : []), requestDeadline, requestId, traceparent];
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description:
    'A key of your own making, new for each write and the same for its repeats: change it before you try another write. 1 to 255 ' +
    'visible ASCII characters; `"abc"`, the quoted form of the IETF draft, is the same key as `abc`; one quote alone is 400. Never a card number.',
  schema: { type: 'string', minLength: 1 },
  example: '6f6bd7a8-2f0b-4d2c-9a3e-0c8f3f2f6a11',
};

const requestDeadline = {
  name: deadlineHeader,
  in: 'header',
  required: false,
  description:
    'When the answer is needed, e.g. `2026-11-22T10:00:05.250Z`, by your clock: it shortens the time that the gateway takes. A write that cannot be sent in time is not sent; one that was sent goes on, and its repeat has the outcome.',
  // Without an example: the portal would fill in an instant that is long past.
  schema: text,
};

const requestId = {
  name: 'X-Request-Id',
  in: 'header',
  required: false,
  description:
    'Your own id of this request, which the answer and the log then have: 1 to 128 letters, digits and `_.:-`, with no 13 digits in a row. Another one is replaced.',
  schema: text,
};

const traceparent = {
  name: 'traceparent',
  in: 'header',
  required: false,
  description: 'W3C Trace Context, version 00: it is passed on to the provider.',
  schema: text,
};
