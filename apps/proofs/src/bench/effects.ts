/** What the providers did since they were asked last. */
export interface Effects {
  readonly effects: number;
  /** Of those, the ones under a number under which something had been done already. */
  readonly repeated: number;
}
