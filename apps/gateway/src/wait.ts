/** An answer that is text already: many requests may get the same one. */
export interface WrittenAnswer {
  readonly mediaType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * What a read has instead of an answer while there is nothing to say. Thousands may wait, and whatever lives that long is copied
 * twice by the collector, during which nobody is served: so no promise and no function is pending meanwhile.
 */
export interface Wait {
  /** After so many milliseconds it is over. */
  readonly ms: number;
  /** @returns whether it has begun; if not, there may be something to say already */
  begin(held: Held): boolean;
  /** @param isOver the time is over, the caller has gone, or the gateway closes; otherwise there may be something to say */
  goOn(isOver: boolean): Promise<WrittenAnswer | Wait>;
}

/** A request that is held back. */
export interface Held {
  /** To be called when there may be something to say, once its wait has begun. */
  wake(): void;
}
