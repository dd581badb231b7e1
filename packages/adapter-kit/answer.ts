import { type Evidence, isProviderCode, type Outcome, redact, refused, unknown } from '@card-gateway/core';
import type { z } from 'zod';
import type { Answer, Exchange } from './exchange.ts';
import { parseJson } from './json.ts';

/**
 * What an answer says, as evidence: its code and its message, both as they came. They are redacted here, and what cannot be a
 * code stands before the message.
 *
 * @param hide the sensitive values of the request, which a provider may echo
 */
export type Say = (code: string | null, message?: string | null, hide?: readonly string[]) => Evidence;

export interface Reading<Schema extends z.ZodType, T> {
  /** The fields of the answer that are used; a field that is not named cannot leak. */
  readonly reply: Schema;
  /** Says what a readable answer with HTTP 2xx means. A throw means unreadable. */
  readonly judge: (reply: z.output<Schema>, evidence: Say) => Outcome<T>;
  /** Turns the body into the JSON value that `reply` reads; default {@link parseJson}. A throw means unreadable. */
  readonly parse?: (body: string) => unknown;
  /** HTTP statuses outside 2xx that say for certain that nothing happened; any other one is unknown. */
  readonly status?: (status: number) => Outcome<never> | null;
}

/**
 * Reads an exchange. Not sent is a refusal, lost is unknown; an answer that is not 2xx, not JSON or not of the documented
 * shape is unknown too, because it says nothing about what was done. Only `judge` may call something done or refused.
 */
export function readAnswer<Schema extends z.ZodType, T>(exchange: Exchange, reading: Reading<Schema, T>): Outcome<T> {
  switch (exchange.kind) {
    case 'not_sent':
      return refused('not_sent', { message: exchange.cause });
    case 'lost':
      return unknown('no_answer', { httpStatus: null, code: null, message: exchange.cause });
    case 'answered':
      return judgeAnswer(exchange, reading);
  }
}

function judgeAnswer<Schema extends z.ZodType, T>(answer: Answer, reading: Reading<Schema, T>): Outcome<T> {
  const evidence: Say = (code, message = null, hide = []) => {
    const isCode = code === null || isProviderCode(code, hide);
    return {
      httpStatus: answer.status,
      code: isCode ? code : null,
      message: redact(isCode ? message : `${code} ${message ?? ''}`, hide),
    };
  };
  if (answer.status < 200 || answer.status > 299) {
    return reading.status?.(answer.status) ?? unknown('unreadable_answer', evidence(null));
  }
  try {
    const reply = reading.reply.safeParse((reading.parse ?? parseJson)(answer.body));
    if (reply.success) return reading.judge(reply.data, evidence);
  } catch {
    // No value of a provider may end in an exception: what was done stays unknown.
  }
  return unknown('unreadable_answer', evidence(null));
}
