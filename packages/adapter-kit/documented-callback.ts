import type { ListedCall } from './documented-call.ts';

/** One field of a callback: its name, its JSON type and its meaning. */
export type CallbackField = readonly [
  name: string,
  type: 'string' | 'number' | 'integer' | 'object' | 'array',
  about: string,
];

/** A callback as its provider's document describes it. The operators' page on the provider is made from it. */
export interface DescribedCallback<Settings> extends ListedCall<Settings> {
  readonly unused?: never;
  /** The provider's words for its kinds, if {@link name} is not one of them. */
  readonly kinds?: readonly string[];
  readonly about: string;
  readonly path: '/callbacks/{account}' | '/callbacks/{account}/{secret}';
  readonly headers: readonly (readonly [name: string, about: string])[];
  /** Nested members are named by their path, e.g. `data.card_no`. */
  readonly fields: readonly CallbackField[];
  readonly example: unknown;
  /** The answer that the provider requires. */
  readonly answer: { readonly contentType: string; readonly body: string; readonly about: string };
}

/** A callback of the documents: one that is received, or one that is only named. */
export type DocumentedCallback<Settings> =
  | DescribedCallback<Settings>
  | (ListedCall<Settings> & { readonly unused: string });

/** The callbacks that are received. */
export function described<Settings>(
  callbacks: readonly DocumentedCallback<Settings>[],
): readonly DescribedCallback<Settings>[] {
  return callbacks.filter((callback): callback is DescribedCallback<Settings> => callback.unused === undefined);
}
