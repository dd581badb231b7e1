import { type Evidence, type Outcome, type RefusalReason, unknown } from '@card-gateway/core';
import type { z } from 'zod';
import { type AnswerReader, readAnswer } from './answer.ts';
import type { Question } from './ask.ts';
import type { Exchange } from './exchange.ts';
import { refusedFor } from './outcomes.ts';

/** The envelope around the data of a provider that answers 200 to everything. */
export interface Envelope {
  readonly code: string;
  readonly message: string | null | undefined;
  readonly data?: unknown;
}

export interface EnvelopeReader<Data extends z.ZodType, T>
  extends
    Pick<AnswerReader<z.ZodType<Envelope>, T>, 'parse' | 'problem' | 'reply'>,
    Pick<Question<Data, T>, 'data' | 'interpret' | 'unread'> {
  /** The code that means success. */
  readonly success: string;
  /** Why any other code refuses; null unless the documents list it as a refusal. */
  readonly reasonOf: (code: string) => RefusalReason | null;
  /** Values of the request, including credentials, that must not appear in the provider's message. */
  readonly hide: readonly string[];
}

/** Reads an exchange whose answer is an envelope: first its code, and the data only of a success. */
export function readEnvelope<Data extends z.ZodType, T>(
  exchange: Exchange,
  { success, reasonOf, hide, data: shape, interpret, ...reader }: EnvelopeReader<Data, T>,
): Outcome<T> {
  return readAnswer(exchange, {
    ...reader,
    interpret: ({ code, message, data }, toEvidence, head) => {
      const evidenceOf = (code: string | null, message: string | null = null): Evidence =>
        toEvidence(code, message, hide);
      const evidence = evidenceOf(code, message ?? null);
      if (code !== success) return refusedFor(reasonOf(code), evidence);
      const read = shape.safeParse(data);
      return read.success
        ? interpret(read.data, evidence, { ...head, evidenceOf })
        : unknown('unreadable_answer', evidence);
    },
  });
}
