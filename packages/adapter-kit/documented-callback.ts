/** One field of a callback: its name, JSON type and meaning. */
export type CallbackField = readonly [
  name: string,
  type: 'string' | 'number' | 'integer' | 'object' | 'array',
  about: string,
];

/** A callback as its provider's document describes it (`docs/providers/contracts`), for the operators' page on the provider. */
export interface DocumentedCallback {
  /** The provider's own name for it. */
  readonly name: string;
  readonly about: string;
  readonly path: '/callbacks/{account}' | '/callbacks/{account}/{secret}';
  readonly headers: readonly (readonly [name: string, about: string])[];
  /** Nested members are named by their path: `data.card_no`. */
  readonly fields: readonly CallbackField[];
  readonly example: unknown;
  /** The answer that the provider demands. */
  readonly answer: { readonly contentType: string; readonly body: string; readonly about: string };
}
