export type Json = { readonly [key: string]: unknown };

export const record = (value: unknown): Json => (value ?? {}) as Json;
export const list = (value: unknown): string[] => (value === undefined ? [] : ([value].flat() as string[]));
export const text = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none'));

/** The same place in the last document and in this one. */
export interface Pair {
  readonly was: unknown;
  readonly is: unknown;
}

/** Two documents and the breaks found between them. */
export interface Comparison {
  /** Resolves a reference of the last document, or of this one. */
  readonly was: (value: unknown) => Json;
  readonly is: (value: unknown) => Json;
  readonly tell: (at: string, what: string) => void;
  /** Pairs of schemas already compared, so that recursive ones terminate. */
  readonly seen: Set<string>;
}

export function resolver(document: Json): (value: unknown) => Json {
  return function resolve(value) {
    const { $ref: reference, ...rest } = record(value);
    if (typeof reference !== 'string') return rest;
    const [, , kind = '', name = ''] = reference.split('/');
    return resolve(record(record(document['components'])[kind])[name]);
  };
}
