import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Random } from '../synthetic.ts';

const answerNames = [
  'status', // an ordinary answer with `status`, `headers` and `body`
  'hang', // accepted and never answered
  'reset', // the connection is reset without an answer
  'truncated', // the first half of the answer, then the connection ends
  'drip', // the answer arrives one byte every 200 ms
  'huge', // an answer of 64 MB
] as const;
export type AnswerName = (typeof answerNames)[number];

const scriptedSchema = z
  .strictObject({
    answer: z.enum(answerNames).default('status'),
    status: z.int().min(200).max(599).default(200),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .refine(areHeaders, 'expected names and values of HTTP headers'),
    body: z.string().max(65_536).optional(),
    /** Applies to deliveries about this subject only. */
    subject: z.string().optional(),
    /** Number of deliveries to answer so; 0 means until cleared. Default 1, or 0 with `share` or `until`. */
    times: z.int().min(0).optional(),
    /** The share of deliveries, chosen at random, to answer so. */
    share: z.number().min(0).max(1).default(1),
    /** Applies up to this time of the sandbox's clock. */
    until: z.iso.datetime({ offset: true }).optional(),
  })
  .transform(({ times, ...rest }) => ({
    ...rest,
    times: times ?? (rest.share === 1 && rest.until === undefined ? 1 : 0),
  }));

/** What a receiver is to answer instead of 204, and to which deliveries. */
export type ScriptedAnswer = z.input<typeof scriptedSchema>;
export type Scripted = z.output<typeof scriptedSchema> & { hits: number };

function areHeaders(headers: Record<string, string>): boolean {
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    return true;
  } catch {
    return false;
  }
}

export interface Answers {
  /** Throws a ZodError if it is no answer. */
  add(answer: unknown): void;
  list(): Scripted[];
  clear(): void;
  /** The first scripted answer that applies, if any; counts it. */
  take(subject: string | null): Scripted | undefined;
}

export function createAnswers(clock: Clock, random: () => Random): Answers {
  let scripted: Scripted[] = [];
  return {
    add: (answer) => void scripted.push({ ...scriptedSchema.parse(answer), hits: 0 }),
    list: () => scripted.map((one) => ({ ...one })),
    clear() {
      scripted = [];
    },
    take(subject) {
      const found = scripted.find(
        (one) =>
          (one.subject === undefined || one.subject === subject) &&
          (one.times === 0 || one.hits < one.times) &&
          (one.until === undefined || clock.now() < Date.parse(one.until)) &&
          (one.share === 1 || random().below(1e6) < one.share * 1e6),
      );
      if (found !== undefined) found.hits += 1;
      return found;
    },
  };
}
