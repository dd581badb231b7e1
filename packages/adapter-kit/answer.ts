import { hash } from 'node:crypto';
import { type Evidence, isProviderCode, type Outcome, redact, refused, unknown } from '@card-gateway/core';
import type { z } from 'zod';
import { hasDoubledMember } from './doubled-member.ts';
import type { Answer, Exchange } from './exchange.ts';
import { parseJson } from './json.ts';
import { withRetryAfter } from './retry-after.ts';

/**
 * Makes evidence of an answer's code and message as received. It redacts both, and moves a code that cannot be one into the
 * message.
 *
 * @param hide the sensitive values of the request, which a provider may echo
 */
export type ToEvidence = (code: string | null, message?: string | null, hide?: readonly string[]) => Evidence;

/** The parts of an answer other than its body. */
export type AnswerHead = Pick<Answer, 'status' | 'headers'>;

/** An answer outside 2xx. */
export interface Problem extends AnswerHead {
  /**
   * Its body parsed by this schema; null if it is not JSON of that shape (e.g. an error page of a proxy) or names a member
   * twice.
   */
  readonly read: <Schema extends z.ZodType>(schema: Schema) => z.output<Schema> | null;
}

export interface AnswerReader<Schema extends z.ZodType, T> {
  /** The fields that are used; a field that is not named cannot leak. A 204 answer is read as null. */
  readonly reply: Schema;
  /** Interprets a readable 2xx answer. A throw means unreadable. */
  readonly interpret: (reply: z.output<Schema>, evidence: ToEvidence, head: AnswerHead) => Outcome<T>;
  /** Parses the body into the JSON value that `reply` reads; default {@link parseJson}. A throw means unreadable. */
  readonly parse?: (body: string) => unknown;
  /**
   * Interprets an answer outside 2xx by the provider's documents, from status and body: only documented certainties are
   * refusals. Null, a throw, or omitting this function means unknown.
   */
  readonly problem?: (problem: Problem, evidence: ToEvidence) => Outcome<T> | null;
  /** Interprets a 2xx answer by the digest of its body, and reads it if it must. Default: reads it. */
  readonly unread?: ((digest: string, read: () => Outcome<T>) => Outcome<T>) | undefined;
}

/**
 * Turns an exchange into an outcome. Not sent is a refusal, lost is unknown; an answer that is not 2xx, not JSON or not of the
 * documented shape is unknown too, because it does not say what was done. Only `interpret` and `problem` may return done or
 * refused.
 */
export function readAnswer<Schema extends z.ZodType, T>(
  exchange: Exchange,
  reading: AnswerReader<Schema, T>,
): Outcome<T> {
  switch (exchange.kind) {
    case 'not_sent':
      return refused('not_sent', { message: exchange.cause });
    case 'lost':
      return unknown('no_answer', { httpStatus: null, code: null, message: exchange.cause });
    case 'answered': {
      const { status, body, retryAfterSeconds } = exchange;
      const read = (): Outcome<T> => withRetryAfter(interpretAnswer(exchange, reading), retryAfterSeconds);
      return reading.unread !== undefined && isSuccess(status)
        ? reading.unread(hash('sha256', body, 'base64url'), read)
        : read();
    }
  }
}

const isSuccess = (status: number): boolean => status >= 200 && status <= 299;

function interpretAnswer<Schema extends z.ZodType, T>(answer: Answer, reading: AnswerReader<Schema, T>): Outcome<T> {
  const evidence: ToEvidence = (code, message = null, hide = []) => {
    const isCode = code === null || isProviderCode(code, hide);
    return {
      httpStatus: answer.status,
      code: isCode ? code : null,
      message: redact(isCode ? message : `${code} ${message ?? ''}`, hide),
    };
  };
  const { status, headers } = answer;
  const parse = reading.parse ?? parseJson;
  try {
    if (!isSuccess(status)) {
      const problem: Problem = { status, headers, read: (schema) => readBody(answer.body, schema, parse) };
      return reading.problem?.(problem, evidence) ?? unknown('unreadable_answer', evidence(null));
    }
    // RFC 9110 §15.3.5: a 204 has no body.
    const value = status === 204 && answer.body === '' ? null : parse(answer.body);
    const reply = reading.reply.safeParse(value);
    if (reply.success) return certain(answer.body, reading.interpret(reply.data, evidence, { status, headers }));
  } catch {
    // No provider value may cause an exception: the outcome is unknown.
  }
  return unknown('unreadable_answer', evidence(null));
}

/** An answer that names a member twice, e.g. its code, is ambiguous, so it is no certain refusal. */
function certain<T>(body: string, outcome: Outcome<T>): Outcome<T> {
  if (outcome.kind !== 'refused' || !hasDoubledMember(body)) return outcome;
  return unknown('unreadable_answer', outcome.evidence);
}

function readBody<Schema extends z.ZodType>(
  body: string,
  schema: Schema,
  parse: (body: string) => unknown,
): z.output<Schema> | null {
  try {
    const read = schema.safeParse(parse(body));
    return read.success && !hasDoubledMember(body) ? read.data : null;
  } catch {
    return null;
  }
}
