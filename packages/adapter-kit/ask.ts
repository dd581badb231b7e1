import type { Evidence, Outcome, ProviderCall } from '@card-gateway/core';
import type { z } from 'zod';
import type { AnswerHead } from './answer.ts';

/** The answer that contains the data of a success. */
export interface DataAnswer extends AnswerHead {
  /** Evidence of a code and a text within the data, redacted like those of the whole answer. */
  readonly evidenceOf: (code: string | null, message?: string | null) => Evidence;
}

/** The common part of an adapter's requests: the shape of a success, and its interpretation. */
export interface Question<Data extends z.ZodType, T> {
  /** The schema of a success's data. A field that is not named cannot leak. */
  readonly data: Data;
  /** Interprets the data. Anything that it does not show beyond doubt is unknown. */
  readonly interpret: (data: z.output<Data>, evidence: Evidence, answer: DataAnswer) => Outcome<T>;
  /** Interprets a 2xx answer by the digest of its body, and reads it if it must. Default: reads it. */
  readonly unread?: (digest: string, read: () => Outcome<T>) => Outcome<T>;
  /** Values of this request that must not appear in the provider's text. The client adds the credentials. */
  readonly hide?: readonly string[];
}

/** An account's single way to its provider. `Request` is the path and contents of a question. */
export type AskOf<Request> = <Data extends z.ZodType, T>(
  request: Request & Question<Data, T>,
  call: ProviderCall,
) => Promise<Outcome<T>>;
