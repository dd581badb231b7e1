import { z } from 'zod';
import { madeOnce } from './made-once.ts';
import type { Page } from './page.ts';

/** Compiling takes milliseconds, so not all schemas are compiled at the start. */
export function compiledOnUse<Schema extends z.ZodType>(schema: Schema): () => Schema {
  return madeOnce(() => z.compile(schema));
}

/**
 * Writes answers, or parts of them, as JSON by a schema of the contract: what it does not name is omitted, and a value that it
 * does not permit is a failure.
 *
 * @param name what is written, for the failure
 */
export function writerBy(schema: z.ZodType, name: string): (data: unknown) => string {
  const compiled = compiledOnUse(schema);
  return (data) => {
    const { success, data: answer, error } = compiled().safeParse(data);
    if (!success) throw new Error(`${name} is not as documented.`, { cause: error });
    return JSON.stringify(answer);
  };
}

/** A page as JSON, of rows that are JSON already. */
export function writtenPage({ data, nextCursor }: Page<string>): string {
  return `{"data":[${data.join(',')}],"nextCursor":${JSON.stringify(nextCursor)}}`;
}
