import { type Evidence, type Outcome, unknown } from '@card-gateway/core';
import type { z } from 'zod';
import { readAnswer, type AnswerReader } from './answer.ts';
import type { Exchange } from './exchange.ts';

/** What a provider that answers 200 to everything has around its data, by whatever names. */
export interface Envelope {
  readonly code: string;
  readonly message: string | null | undefined;
  readonly data?: unknown;
}

export interface EnvelopeReading<Data extends z.ZodType, T> extends Pick<
  AnswerReader<z.ZodType<Envelope>, T>,
  'parse' | 'problem' | 'reply'
> {
  /** The code of a success. */
  readonly success: string;
  /** What another code means: a refusal only where the documents list it as one. `said` carries it and the redacted message. */
  readonly refusal: (code: string, said: Evidence) => Outcome<never>;
  /** What the request carried and nobody may read in the provider's message, credentials included. */
  readonly hide: readonly string[];
  /** The shape of the data of a success. */
  readonly data: Data;
  /** What such data means; `say` makes evidence of a code and a message within it. */
  readonly interpret: (
    data: z.output<Data>,
    said: Evidence,
    say: (code: string | null, message?: string | null) => Evidence,
  ) => Outcome<T>;
}

/** Reads an exchange whose answer is an envelope: its code first, the data only of a success. */
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
