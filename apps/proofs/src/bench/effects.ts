/** What the providers did since the last count. */
export interface Effects {
  readonly effects: number;
  /** Effects whose reference was already used. */
  readonly repeated: number;
}
