import type { Evidence, Outcome, ProviderCall } from '@card-gateway/core';
import type { z } from 'zod';
import type { AnswerHead } from './answer.ts';

/** The answer around the data of a success. */
export interface DataAnswer extends AnswerHead {
  /** Evidence of a code and a text that stand within the data, redacted like those of the whole answer. */
  readonly evidenceOf: (code: string | null, message?: string | null) => Evidence;
}

/** The part of an adapter's requests that is the same for each: what a success looks like, and what it means. */
export interface Question<Data extends z.ZodType, T> {
  /** The shape of the data of a success. A field that is not named cannot leak. */
  readonly data: Data;
  /** What such data means. What it does not show beyond doubt is unknown. */
  readonly interpret: (data: z.output<Data>, evidence: Evidence, answer: DataAnswer) => Outcome<T>;
  /** Values of this request that the provider's text may repeat and nobody may read there. The client adds the credentials. */
  readonly hide?: readonly string[];
}

/** An account's one way to its provider. `Request` says where a question goes and what it carries. */
export type AskOf<Request> = <Data extends z.ZodType, T>(
  request: Request & Question<Data, T>,
  call: ProviderCall,
) => Promise<Outcome<T>>;
