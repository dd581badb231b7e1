/**
 * Things in order of their arrival, any of which may leave. Not a `Set`: what passes through one that lives long stays in memory
 * until a full collection, because V8 lets each of its old tables refer to the next one, and does not empty them.
 */
export class Line<T> {
  #first: Place<T> | null = null;
  #last: Place<T> | null = null;

  get first(): Place<T> | null {
    return this.#first;
  }

  /** Those of now, from the first on: any may leave meanwhile. */
  [Symbol.iterator](): Iterator<T> {
    const values: T[] = [];
    for (let place = this.#first; place !== null; place = place.behind) values.push(place.value);
    return values.values();
  }

  join(value: T): Place<T> {
    const place = new Place(this, value, this.#last);
    if (this.#last === null) this.#first = place;
    else this.#last.behind = place;
    this.#last = place;
    return place;
  }

  /** Called by a place that somebody leaves. */
  close({ before, behind }: Place<T>): void {
    if (before === null) this.#first = behind;
    else before.behind = behind;
    if (behind === null) this.#last = before;
    else behind.before = before;
  }
}

/** A place in a {@link Line}. */
export class Place<T> {
  readonly value: T;
  before: Place<T> | null;
  behind: Place<T> | null = null;
  #line: Line<T> | null;

  constructor(line: Line<T>, value: T, before: Place<T> | null) {
    this.#line = line;
    this.value = value;
    this.before = before;
  }

  /** The second time nothing happens. */
  leave(): void {
    this.#line?.close(this);
    // One that has gone keeps no other.
    this.#line = null;
    this.before = null;
    this.behind = null;
  }
}
