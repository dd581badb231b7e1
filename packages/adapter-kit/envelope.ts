import { type Evidence, type Outcome, unknown } from '@card-gateway/core';
import type { z } from 'zod';
import { readAnswer, type AnswerReader } from './answer.ts';
import type { Exchange } from './exchange.ts';

/** The envelope around the data of a provider that answers 200 to everything. */
export interface Envelope {
  readonly code: string;
  readonly message: string | null | undefined;
  readonly data?: unknown;
}

export interface EnvelopeReading<Data extends z.ZodType, T> extends Pick<
  AnswerReader<z.ZodType<Envelope>, T>,
  'parse' | 'problem' | 'reply'
> {
  /** The code that means success. */
  readonly success: string;
  /** Interprets any other code: a refusal only if the documents list it as one. `said` carries it and the redacted message. */
  readonly refusal: (code: string, said: Evidence) => Outcome<never>;
  /** Values of the request, including credentials, that must not appear in the provider's message. */
  readonly hide: readonly string[];
  /** The schema of a success's data. */
  readonly data: Data;
  /** Interprets the data; `say` makes evidence of a code and a message within it. */
  readonly interpret: (
    data: z.output<Data>,
    said: Evidence,
    say: (code: string | null, message?: string | null) => Evidence,
  ) => Outcome<T>;
}

/** Reads an exchange whose answer is an envelope: first its code, and the data only of a success. */
export function readEnvelope<Data extends z.ZodType, T>(
  exchange: Exchange,
  { success, refusal, hide, data: shape, interpret, ...reading }: EnvelopeReading<Data, T>,
): Outcome<T> {
  return readAnswer(exchange, {
    ...reading,
    interpret: ({ code, message, data }, evidence) => {
      const say = (code: string | null, message: string | null = null): Evidence => evidence(code, message, hide);
      const said = say(code, message ?? null);
      if (code !== success) return refusal(code, said);
      const read = shape.safeParse(data);
      return read.success ? interpret(read.data, said, say) : unknown('unreadable_answer', said);
    },
  });
}
